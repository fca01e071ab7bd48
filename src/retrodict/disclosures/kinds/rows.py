"""Rows of the training table that a file holds, whole or in part."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from retrodict.disclosures.fact import Disclosure

Array = np.ndarray

_TOLD = {bool, int, float, str, type(None)}
"""Types of cells that are plain data, whatever they hold."""


@dataclass(frozen=True, eq=False)
class Rows(Disclosure):
    """Whole training rows.

    Parameters
    ----------
    rows
        Shape (n, d), object: one column a feature, raw units and category labels; missing is NaN.
    labels
        The rows' classes or target values, where stored.
    index
        Positions in the training table, where stored.
    """

    rows: Array
    labels: tuple[Any, ...] | None = None
    index: tuple[int, ...] | None = None

    @property
    def n(self) -> int:
        """How many rows."""
        return len(self.rows)

    def values(self) -> dict[str, Any]:
        """Return the rows with their number."""
        return {"n": self.n, **super().values()}

    def check(self) -> None:
        """Look at the cells' types: rows of numbers and texts can be told, and need not be."""
        cells = np.asarray(self.rows, dtype=object).ravel().tolist()
        (replace(self, rows=self.rows[:0]) if set(map(type, cells)) <= _TOLD else self).values()


@dataclass(frozen=True, eq=False)
class PossibleRows(Disclosure):
    """An array that no reader knows and that has an entry for every training row, or holds training rows.

    Parameters
    ----------
    n
        Its first length.
    width
        Its second length; 1 where it has none.
    known_rows
        How many of the training rows that were given stand in it unchanged; ``None`` where none were given.
    """

    n: int
    width: int
    known_rows: int | None = None


@dataclass(frozen=True, eq=False)
class RowEntries(Disclosure):
    """An entry for each training row, in the table's order, that is not the row itself.

    Parameters
    ----------
    meaning
        What an entry is: a cluster, a place in an embedding, distances to the other rows.
    entries
        Shape (n,) or (n, w). Distances to all other rows give the rows up to turning and mirroring.
    """

    meaning: str
    entries: Array = field(repr=False)

    def values(self) -> dict[str, Any]:
        """Return a summary; the entries stay an attribute."""
        width = self.entries.shape[1] if self.entries.ndim > 1 else 1
        return {"meaning": self.meaning, "n": len(self.entries), "width": width}
