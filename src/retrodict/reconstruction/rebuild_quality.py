"""How a training table was rebuilt: how well it fits the file, and how sure its rows are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal, Self

import numpy as np
from jaxtyping import Float, Int

Array = np.ndarray

EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Ends of the bins of stated confidence: each with its lower end, the last with both."""

MET = 1e-6
"""Energy of a table that meets every count: sums of real targets differ by rounding."""


@dataclass(frozen=True)
class ConfidenceBin:
    """How many rows and cells of a table have a stated confidence between `low` and `high`, and its mean there.

    A mean is ``None`` where there are none.
    """

    low: float
    high: float
    rows: int
    row_confidence: float | None
    cells: int
    cell_confidence: float | None


@dataclass(frozen=True)
class RebuildQuality:
    """How a training table was rebuilt, how well it fits what the file states, and what that leaves open.

    Parameters
    ----------
    source
        `node counts`: found as the rows that give trees theirs; `stored rows`: read from the file as they are.
    rows
        Rows rebuilt.
    table_rows
        Rows of the whole training table, as the file says; ``None`` where it does not say.
    energy
        Mismatch between the table's node counts and the file's; 0 where every one is met, and for stored rows.
    restarts, sweeps, seconds
        What the search took: how often chains that fell short were heated again, sweeps of all chains, and wall time.
    labels_from
        `file`: stored; `matched`: found with the rows; `model`: what the model predicts for them.
    energies
        The lowest that each chain found.
    confidence
        Rows and cells by stated confidence: how far independent chains agree.
    confidence_column
        The table's column with each row's confidence.
    open_columns
        Features that no tree splits on: the file says nothing of their values in single rows.
    """

    source: Literal["node counts", "stored rows"]
    rows: int
    table_rows: int | None
    energy: float
    restarts: int
    sweeps: int
    seconds: float
    labels_from: Literal["file", "matched", "model"]
    energies: tuple[float, ...]
    confidence: tuple[ConfidenceBin, ...]
    confidence_column: str
    open_columns: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Whether the table meets every node count."""
        return self.energy <= MET

    @property
    def verdict(self) -> str:
        """How well it fits what the file states, in one line."""
        if self.source == "stored rows":
            return f"{self.rows:,} rows as the file stores them"
        if self.met:
            return f"{self.rows:,} rows rebuilt: every node count of the file is met"
        fit = f"node counts differ from the file's by an energy of {self.energy:.4g} (0: every one met)"
        return f"{self.rows:,} rows rebuilt: {fit}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {**asdict(self), "met": self.met}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from `to_dict`'s plain data; other keys are left out."""
        own: dict[str, Any] = {name: data[name] for name in cls.__dataclass_fields__}
        bins = tuple(ConfidenceBin(**each) for each in own["confidence"])
        tuples = {name: tuple(own[name]) for name in ("energies", "open_columns")}
        return cls(**{**own, **tuples, "confidence": bins})


def confidence_bins(rows: Float[Array, " n"], cells: Float[Array, "n d"]) -> tuple[ConfidenceBin, ...]:
    """Return the bins that hold any row or cell, from the least confidence to the most.

    Parameters
    ----------
    rows, cells
        Stated confidence, 0 to 1: of each row, shape (n,), and of each cell, shape (n, d).
    """
    row_bin, cell_bin = bin_of(rows), bin_of(cells)
    out = []
    for i, (low, high) in enumerate(pairwise(EDGES)):
        in_rows, in_cells = rows[row_bin == i], cells[cell_bin == i]
        if len(in_rows) or len(in_cells):
            out.append(ConfidenceBin(low, high, len(in_rows), _mean(in_rows), len(in_cells), _mean(in_cells)))
    return tuple(out)


def bin_of(confidence: Float[Array, "*shape"]) -> Int[Array, "*shape"]:
    """Return which bin of `EDGES` each confidence falls into."""
    return np.clip(np.searchsorted(EDGES, confidence, side="right") - 1, 0, len(EDGES) - 2)


def _mean(values: Array) -> float | None:
    return float(values.mean()) if len(values) else None
