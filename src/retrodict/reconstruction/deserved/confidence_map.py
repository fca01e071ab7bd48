"""From how far chains agree on a cell to how often such a cell is right, learned from cells whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import isotonic_regression

from retrodict.reconstruction.rebuild_quality import EDGES, DeservedBin, bin_of

Array = np.ndarray

_GRAIN = 1e-3
"""Agreement is a share of some dozens of tables: what lies nearer than this is one value."""
_WEIGHT_OF_ALL = 20.0
"""How many cells of its own kind the curve of all kinds is worth: kinds that have few cells follow it."""
_WEIGHT_OF_BIN = 4.0
"""How many cells the whole's mean share is worth: a step of the curve of all kinds never rests on a few cells alone."""


@dataclass(frozen=True, eq=False)
class Judged:
    """Cells of tables whose truth is known.

    Parameters
    ----------
    stated
        How far chains agreed on each, shape (m,).
    right
        Whether it holds the true row's own code, shape (m,).
    kind
        Which kind of cell it is, shape (m,): kinds have curves of their own.
    row
        Which row it is in, no two tables sharing any, shape (m,): the rows are what is independent.
    """

    stated: Float[Array, " m"] = field(repr=False)
    right: Bool[Array, " m"] = field(repr=False)
    kind: Int[Array, " m"] = field(repr=False)
    row: Int[Array, " m"] = field(repr=False)

    def __len__(self) -> int:
        return len(self.stated)

    @classmethod
    def joined(cls, parts: list[Judged]) -> Judged:
        """Return the cells of several tables as one, each table's rows its own."""
        rows, before = [], 0
        for part in parts:
            rows.append(part.row + before)
            before += int(part.row.max(initial=-1)) + 1
        return cls(
            np.concatenate([part.stated for part in parts]),
            np.concatenate([part.right for part in parts]),
            np.concatenate([part.kind for part in parts]),
            np.concatenate(rows),
        )


@dataclass(frozen=True, eq=False)
class Curve:
    """A rising curve through steps: `values` at `stated`, both rising, level beyond their ends."""

    stated: Float[Array, " k"]
    values: Float[Array, " k"]

    def __call__(self, stated: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Return its values."""
        return np.asarray(np.interp(stated, self.stated, self.values))


@dataclass(frozen=True, eq=False)
class ConfidenceMap:
    """Rising curves from stated to deserved confidence, one a kind of cells.

    Parameters
    ----------
    every
        The curve of all cells.
    kinds
        Curves of kinds that have cells of their own.
    bins
        What was learned from, by stated confidence, with standard errors.
    """

    every: Curve = field(repr=False)
    kinds: dict[int, Curve] = field(repr=False)
    bins: tuple[DeservedBin, ...]

    @classmethod
    def learned(cls, cells: Judged) -> ConfidenceMap:
        """Learn the curves: isotonic regression of hits on agreement, shrunk where cells are few.

        Parameters
        ----------
        cells
            At least one.

        Notes
        -----
        Isotonic regression by pooling adjacent violators (Barlow, Bartholomew, Bremner & Brunk, "Statistical Inference
        under Order Restrictions", 1972), as calibration of classifiers takes it (Zadrozny & Elkan, KDD 2002). A step's
        share is shrunk towards a mean that is worth some cells: towards the share of all cells in the curve of every
        kind, and towards that curve in each kind's own.
        """
        mean = float(cells.right.mean())
        every = _rising(cells.stated, cells.right, Curve(np.zeros(1), np.full(1, mean)), _WEIGHT_OF_BIN)
        kinds = {}
        for kind in np.unique(cells.kind):
            own = cells.kind == kind
            kinds[int(kind)] = _rising(cells.stated[own], cells.right[own], every, _WEIGHT_OF_ALL)
        return cls(every, kinds, deserved_bins(cells))

    def __call__(self, stated: Float[Array, "n d"], kind: Int[Array, " d"]) -> Float[Array, "n d"]:
        """Return what agreement is worth.

        Parameters
        ----------
        stated
            Of cells, shape (n, d).
        kind
            The kind of each column, shape (d,); one that was never met follows the curve of all.
        """
        out = np.empty(stated.shape)
        for j, one in enumerate(kind):
            out[:, j] = self.kinds.get(int(one), self.every)(stated[:, j])
        return out


def _rising(stated: Array, right: Array, towards: Curve, weight: float) -> Curve:
    """Return the rising curve that is nearest to the hits, each step shrunk towards another curve, and rising again."""
    values, at = np.unique(np.round(stated / _GRAIN) * _GRAIN, return_inverse=True)
    many = np.bincount(at).astype(np.float64)
    hits = np.bincount(at, weights=right)
    fitted = isotonic_regression(hits / many, weights=many)
    block = np.repeat(np.arange(len(fitted.blocks) - 1), np.diff(fitted.blocks))
    cells = np.bincount(block, weights=many)[block]
    shrunk = (fitted.x * cells + towards(values) * weight) / (cells + weight)
    return Curve(values, np.asarray(isotonic_regression(shrunk, weights=many).x))


def deserved_bins(cells: Judged) -> tuple[DeservedBin, ...]:
    """Return how often cells were right by stated confidence, for each bin of `EDGES` that holds any."""
    at, out = bin_of(cells.stated), []
    for i, (low, high) in enumerate(pairwise(EDGES)):
        own = at == i
        if own.any():
            share = float(cells.right[own].mean())
            off = np.bincount(cells.row[own], weights=cells.right[own] - share)
            few = (share * own.sum() + 1.0) / (own.sum() + 2.0)  # cells that are all right are not surely so
            se = max(float(np.sqrt(np.square(off).sum()) / own.sum()), float(np.sqrt(few * (1.0 - few) / own.sum())))
            out.append(DeservedBin(low, high, int(own.sum()), float(cells.stated[own].mean()), share, se))
    return tuple(out)
