"""Rows in pairs, and how far they agree, as a result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Int

from retrodict.results.notes import Note
from retrodict.results.result import KeptResult

Array = np.ndarray

TOLERANCE = 1e-9
"""Numbers nearer than this share of the training column's range are the same: what floating point may make of one."""


@dataclass(frozen=True, eq=False, repr=False)
class RecordMatch(KeptResult):
    """Rebuilt rows beside real ones.

    Parameters
    ----------
    error
        Mean error of the feature cells, 0 to 1: a listed value is right or wrong, a number is off by a share of the
        training column's range (at most 1), a missing value is right beside a missing one only.
    exact_rows
        Share of the pairs whose features all agree, numbers within `tolerance`.
    n
        Pairs: the rows of the smaller table.
    per_feature
        Mean error of each feature.
    label_agreement
        Share of the pairs whose targets agree, as text where they are not numbers in both tables (see `label_text`);
        ``None`` where a table has no target.
    tolerance
        Difference of two numbers, as a share of the training column's range, up to which they agree.
    pairing
        `least`: no other pairing has a smaller error; `near`: among near rows only, the error is an upper bound; `in
        order`: as the rows stand.
    pairs
        Row of the rebuilt and of the training table, by position, shape (n, 2).
    warnings
        What was done to the tables: columns and rows that were left out.
    """

    error: float
    exact_rows: float
    n: int
    per_feature: dict[str, float]
    label_agreement: float | None
    tolerance: float
    pairing: Literal["least", "near", "in order"]
    pairs: Int[Array, "n 2"] = field(repr=False)
    warnings: tuple[Note, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one line a feature: its mean error."""
        return pd.DataFrame({"feature": list(self.per_feature), "error": list(self.per_feature.values())})

    @property
    def head(self) -> str:
        """The match in one line."""
        labels = "" if self.label_agreement is None else f", {self.label_agreement:.1%} of labels agree"
        bound = "at most " if self.pairing == "near" else ""
        return f"RecordMatch: {self.n:,} pairs, error {bound}{self.error:.4f}, {self.exact_rows:.1%} exact{labels}"
