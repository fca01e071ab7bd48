"""What was measured of each rule: numbers of a bench, which come with the package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

COMMAND = "python -m bench.checking.evidence --write"
"""What makes the numbers."""


@dataclass(frozen=True)
class Figures:
    """What was measured of one model, trained on some rows beside as many that it did not see.

    Parameters
    ----------
    settings
        How it was trained, in words of code.
    stored_rows
        Whole training rows in its file.
    single_row_facts
        Facts of one row, as counted: leaves of one row among them.
    one_row_leaves
        Share of its leaves that are of one row; ``None`` where it has no leaves that are counted.
    auc, low, high
        Area under the curve of the best attack on membership by its outputs, with its 95% interval.
    right
        Accuracy on the other rows; of a regressor the share of variance explained.
    """

    settings: str
    stored_rows: int
    single_row_facts: int
    one_row_leaves: float | None
    auc: float
    low: float
    high: float
    right: float


@dataclass(frozen=True)
class Evidence:
    """A rule's setting beside its remedy, on one table.

    Parameters
    ----------
    rule
        The rule's code.
    family
        Short name of the estimator's family.
    estimator
        The estimator that was trained.
    table
        Name of the table.
    rows, columns
        Of the training table.
    as_is, lowered
        With the settings that the rule is about, and with the remedy; ``None`` where there is none but another way to
        give the model away.
    shadows
        Shadow models that the attacks used.
    """

    rule: str
    family: str
    estimator: str
    table: str
    rows: int
    columns: int
    as_is: Figures
    lowered: Figures | None
    shadows: int = 0

    @property
    def sentence(self) -> str:
        """What was measured, in words."""
        one, two = self.as_is, self.lowered
        told = [f"AUC of membership {one.auc:.2f}" + ("" if two is None else f" -> {two.auc:.2f}")]
        for what, name in (("stored rows", "stored_rows"), ("facts of one row", "single_row_facts")):
            if (own := getattr(one, name)) or (two is not None and getattr(two, name)):
                told.append(f"{what} {own:,}" + ("" if two is None else f" -> {getattr(two, name):,}"))
        told.append(f"right on other rows {one.right:.2f}" + ("" if two is None else f" -> {two.right:.2f}"))
        return f"{self.table} ({self.rows:,} rows, {self.estimator}): {', '.join(told)}"


def of_rule(family: str, code: str) -> tuple[Evidence, ...]:
    """Return what was measured of a family's rule; nothing where nothing was."""
    return tuple(one for one in _kept()[1] if (one.family, one.rule) == (family, code))


def made_with() -> dict[str, str]:
    """Return the versions that the numbers were taken with, and their date; empty where there are none."""
    return _kept()[0]


@cache
def _kept() -> tuple[dict[str, str], tuple[Evidence, ...]]:
    place = files("retrodict.checking").joinpath("evidence.json")
    if not place.is_file():
        return {}, ()
    data: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return data["made_with"], tuple(_read(one) for one in data["evidence"])


def _read(data: dict[str, Any]) -> Evidence:
    as_is, lowered = data["as_is"], data["lowered"]
    return Evidence(**{**data, "as_is": Figures(**as_is), "lowered": None if lowered is None else Figures(**lowered)})
