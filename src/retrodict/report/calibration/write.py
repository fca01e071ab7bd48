"""The folder of a calibration by simulation: its numbers and its picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from retrodict.extras import extra_for
from retrodict.results.folder import new_folder

with extra_for("the picture of a calibration"):
    from retrodict.evaluation.simulated.picture import draw
    from retrodict.pictures.style import save

if TYPE_CHECKING:
    from retrodict.evaluation import SimulationCalibration

PICTURE, JSON = "calibration.png", "calibration.json"


def write_calibration(found: SimulationCalibration, out: Path) -> None:
    """Write `calibration.json`, which `SimulationCalibration.load` reads, and `calibration.png` to a new folder.

    Parameters
    ----------
    found
        The calibration.
    out
        The folder; it is made in one step.

    Raises
    ------
    RequestError
        If the folder can't be written.
    """
    with new_folder(out) as work:
        found.save(work / JSON)
        save(draw(found), work / PICTURE)
