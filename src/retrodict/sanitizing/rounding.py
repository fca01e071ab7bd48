"""What moving split points did, and on how many rows it was found to change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Rounding:
    """Split points that were moved to rounder numbers.

    Parameters
    ----------
    points
        Distinct split points of numbers, over all features and trees.
    moved
        How many of them were moved; the others have no number between the values at their sides.
    rows
        Rows on which all outputs are the same, bit for bit.
    source
        Whether these rows were given or drawn over the columns' ranges.
    """

    points: int
    moved: int
    rows: int = 0
    source: Literal["given", "drawn"] = "drawn"
