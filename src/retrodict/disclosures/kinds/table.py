"""What a file states of the training table as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from retrodict.disclosures.fact import Disclosure


@dataclass(frozen=True, eq=False)
class SampleSize(Disclosure):
    """How many rows there were."""

    n: int


@dataclass(frozen=True, eq=False)
class RowsSeen(Disclosure):
    """How many row visits training made, over how many passes."""

    visits: int
    passes: int


@dataclass(frozen=True, eq=False)
class TrainingSettings(Disclosure):
    """How training was set: what tells which rows were drawn, and what the equations of other facts need.

    Parameters
    ----------
    settings
        By the library's own names: seeds, shares of rows drawn, rates, penalties, the objective.
    """

    settings: dict[str, Any]


@dataclass(frozen=True, eq=False)
class TrainingDate(Disclosure):
    """When the model was trained, as the file says."""

    when: str
