"""An estimated error budget's folder: its numbers and its picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from retrodict.extras import extra_for
from retrodict.results.folder import new_folder, replace_text

with extra_for("the picture of an error budget"):
    from retrodict.budget.picture import draw
    from retrodict.pictures.style import save

if TYPE_CHECKING:
    from retrodict.budget import EstimatedBudget

PICTURE, JSON = "budget.png", "budget.json"


def write_budget(found: EstimatedBudget, out: Path) -> None:
    """Write `budget.json` and `budget.png` to a new folder, in one step.

    Parameters
    ----------
    found
        The budget.
    out
        The folder.

    Raises
    ------
    RequestError
        If the folder can't be written.
    """
    with new_folder(out) as work:
        replace_text(work / JSON, found.document())
        save(draw(found), work / PICTURE)
