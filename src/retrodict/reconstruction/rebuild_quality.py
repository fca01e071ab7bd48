"""How a training table was rebuilt: how well it fits the file, and how sure its rows are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal, Self

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.search.mixing import Mixing
from retrodict.matching.tolerances import MET

Array = np.ndarray

EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Ends of the bins of stated confidence: each with its lower end, the last with both."""

QualitySource = Literal["equations", "leaf values", "node counts", "stored rows"]
"""What a table was rebuilt from."""


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
class TableLine:
    """One of several tables: the chain that held it, and its mismatch with the file's node counts."""

    chain: int
    energy: float


@dataclass(frozen=True)
class DeservedBin:
    """How often cells of tables that were made up, and so are known, were right where chains agreed so far on them.

    Parameters
    ----------
    low, high
        Between which the agreement lies.
    cells
        How many there were, labels aside.
    stated
        Their mean agreement.
    deserved
        The share of them that was right.
    se
        The standard error of that share, by rows; how far one made-up table differs from another is not in it.
    """

    low: float
    high: float
    cells: int
    stated: float
    deserved: float
    se: float


@dataclass(frozen=True)
class RebuildQuality:
    """How a training table was rebuilt, how well it fits what the file states, and what that leaves open.

    Parameters
    ----------
    source
        `equations`: found as the rows that give boosted trees, or trees without draws, the sums that the file states;
        `leaf values`: the same from split points and leaf values alone, as predictions need them; `node counts`: found
        as the rows that give trees theirs; `stored rows`: read from the file as they are.
    rows
        Rows rebuilt.
    table_rows
        Rows of the whole training table, as the file says; ``None`` where it does not say.
    energy
        Mismatch between the table's node counts or sums and the file's, squared and in rows; 0 where every one is met,
        and for stored rows.
    restarts, sweeps, seconds
        What the search took: how often chains that fell short were heated again, sweeps of all chains, and wall time.
    labels_from
        `file`: stored; `matched`: found with the rows; `model`: what the model predicts for them.
    energies
        The lowest that each chain found; empty where none was run.
    confidence
        Rows and cells by stated confidence. Node counts: how often such cells are right, as tables that were made up
        show (`synthetic`), or where none was, how far independent chains agree. Equations: how far the
        possible rows agree that no tree tells apart, times the share of the row's equations that are met, and half of
        that for a row that is not shown to be in every table which meets them.
    confidence_column
        The table's column with each row's confidence.
    open_columns
        Features that no tree splits on: the file says nothing of their values in single rows.
    determined
        The share of rows that every solution of the equations has, as was shown; ``None`` where that was not looked at.
    equations
        How many equations were to be met; 0 where the table was found otherwise.
    rounds
        How often all possible rows were priced.
    misfit
        What parts of rows, in whatever numbers, leave unmet, squared and in rows: more than rounding where equations
        contradict one another.
    contradicted
        Whether they do, as far as the search tells: not even parts of rows meet them.
    finished
        Whether the search ended by itself; ``False`` where time ran out.
    tables
        Those that were drawn beside this one, in their order.
    diagnostics
        How far the chains agree whose tables were compared; ``None`` where no chains were run.
    cells_determined
        The share of all cells, labels among them, that are the same in every table that was found: of several chains,
        or, for equations, shown to be so in every solution. Cells of numbers are the same where no split point lies
        between. ``None`` where that was not looked at, as by a chain alone.
    synthetic
        How many tables were made up from the found one, models trained on them, and rebuilt: confidence then says how
        often such cells are right; 0 where it is agreement alone.
    deserved
        What these tables taught: how often cells are right, by how far chains agree on them.
    noise
        The noise of node counts, as their owner tells it; `energy` is then minus the log-likelihood of the counts,
        above what it would be if they had none, and never meant to be 0. ``None``: counts are what nodes counted.
    """

    source: QualitySource
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
    determined: float | None = None
    equations: int = 0
    rounds: int = 0
    misfit: float = 0.0
    contradicted: bool = False
    finished: bool = True
    tables: tuple[TableLine, ...] = ()
    diagnostics: Mixing | None = None
    cells_determined: float | None = None
    synthetic: int = 0
    deserved: tuple[DeservedBin, ...] = ()
    noise: str | None = None

    @property
    def met(self) -> bool:
        """Whether the table meets every node count or equation."""
        return self.energy <= MET

    @property
    def solved(self) -> bool:
        """Whether the table is the solution of equations."""
        return self.source in ("equations", "leaf values")

    @property
    def verdict(self) -> str:
        """How well it fits what the file states, in one line."""
        if self.source == "stored rows":
            return f"{self.rows:,} rows as the file stores them"
        head = f"{self.rows:,} rows rebuilt"
        if self.noise is not None:
            what = "the table in the middle of those drawn"
            early = "" if self.finished else "; the time was up before the chains had ended"
            return f"{head} from counts with noise ({self.noise}): {what}{early}"
        if not self.solved:
            fit = f"node counts differ from the file's by an energy of {self.energy:.4g} (0: every one met)"
            return f"{head}: {'every node count of the file is met' if self.met else fit}"
        return f"{head} from {self._given}: {self._fit}"

    @property
    def _given(self) -> str:
        alone = " alone" if self.source == "leaf values" else ""
        return f"{self.equations:,} {self.source}{alone}"

    @property
    def _fit(self) -> str:
        if self.contradicted:
            return (
                f"they contradict one another (misfit {self.misfit:.3g}; 0: none), so that these are not the training "
                "rows; weights, a subsample or a setting that the file does not state may be why"
            )
        if not self.met:
            why = "they are not all met" if self.finished else "the time was up before all were met"
            return f"{why} (energy {self.energy:.4g}; 0: every one met)"
        if self.determined is None:
            return "every one is met; whether another table meets them as well was not looked at"
        if self.determined == 1.0:
            return "every one is met, and by no other table (rows that no tree tells apart count as one)"
        return f"every one is met; {self.determined:.1%} of the rows are shown to be in every table that meets them"

    @property
    def next_action(self) -> str | None:
        """What to do next for a better table; ``None`` where nothing is left to do."""
        if self.contradicted:
            return "give no weight to these rows; retrodict reconstruct draws rows under a prior instead"
        if not self.finished and (self.noise is not None or not self.met):
            return "run it again with more --seconds, or none"
        return "run it again with another --seed" if self.solved and not self.met else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {**asdict(self), "met": self.met}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from `to_dict`'s plain data; other keys are left out."""
        fields = cls.__dataclass_fields__
        own: dict[str, Any] = {name: data[name] for name in fields if name in data or name not in _LATER}
        bins = tuple(ConfidenceBin(**each) for each in own["confidence"])
        tuples = {name: tuple(own[name]) for name in ("energies", "open_columns")}
        tables = tuple(TableLine(**each) for each in own.get("tables", ()))
        deserved = tuple(DeservedBin(**each) for each in own.get("deserved", ()))
        mixing = None if own.get("diagnostics") is None else Mixing(**own["diagnostics"])
        lines = {"confidence": bins, "tables": tables, "diagnostics": mixing, "deserved": deserved}
        return cls(**{**own, **tuples, **lines})


_LATER = (
    *("determined", "equations", "rounds", "misfit", "contradicted", "finished"),
    *("tables", "diagnostics", "cells_determined", "synthetic", "deserved", "noise"),
)
"""What folders do not have that were written before equations were solved, or several tables drawn."""


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
