"""A world's folder: its numbers, what was found of it, and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrodict.extras import extra_for
from retrodict.plain_text import json_text
from retrodict.results.folder import new_folder, replace_text
from retrodict.theory.decomposition import error_budget

with extra_for("the pictures of a world"):
    from retrodict.report.theory.pictures import draw_budget, draw_concurrence, draw_paths

if TYPE_CHECKING:
    from retrodict.theory import DiscreteWorld
    from retrodict.theory.paths import Path as WorldPath


def write_theory(world: DiscreteWorld, report: dict[str, Any], paths: Sequence[WorldPath], out: Path) -> None:
    """Write ``world.json``, ``theory.json`` and three pictures to a new folder, in one step.

    Parameters
    ----------
    world
        The world.
    report
        What was found of it, fit for JSON.
    paths
        To the true prior, and to the true model.
    out
        The folder.

    Raises
    ------
    RequestError
        If the folder can't be written.
    """
    with new_folder(out) as work:
        draw_budget(work / "budget.png", error_budget(world))
        draw_concurrence(work / "concurrence.png", world)
        draw_paths(work / "paths.png", [("this world", paths[0])], [("this world", paths[1])])
        for name, data in (("world", world.to_dict()), ("theory", report)):
            replace_text(work / f"{name}.json", json_text(data) + "\n")
