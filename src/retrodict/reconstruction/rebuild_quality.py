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
class Rebuilt:
    """How a training table was rebuilt.

    Parameters
    ----------
    engine
        `matching`: found from node counts; `stored rows`: read from the file as they are.
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
    """

    engine: Literal["matching", "stored rows"]
    energy: float
    restarts: int
    sweeps: int
    seconds: float
    labels_from: Literal["file", "matched", "model"]
    energies: tuple[float, ...]
    confidence: tuple[ConfidenceBin, ...]
    confidence_column: str

    @property
    def met(self) -> bool:
        """Whether the table meets every node count."""
        return self.energy <= MET

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from `to_dict`'s plain data; other keys are left out."""
        own: dict[str, Any] = {name: data[name] for name in cls.__dataclass_fields__}
        bins = tuple(ConfidenceBin(**each) for each in own["confidence"])
        return cls(**{**own, "energies": tuple(own["energies"]), "confidence": bins})


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
