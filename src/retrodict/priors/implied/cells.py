"""How the rows spread over the cells between split points."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from retrodict.disclosures import Grid, Stretches
from retrodict.priors.implied.facts import Facts, by_trust
from retrodict.priors.implied.limits import one_sided
from retrodict.priors.marginals import Cells
from retrodict.schema import Feature

Array = np.ndarray

ROUNDS = 200
"""Steps towards self-consistency."""

MOST_VALUES = 2_000
"""Values of a grid up to which each has a cell of its own."""

_ON_VALUE = 0.01
"""Of a step: a bound that is rounded lies on its value."""
_RULED_OUT = 1e-6
"""Of the largest share: no value of the grid between the bounds has less."""
_TINY = 1e-300
"""In place of a share of zero."""


def spread(inner: Float[Array, " k"], feature: Feature, facts: Facts) -> tuple[Cells, str]:
    """Return how a feature's rows spread between its split points, and a note of what that rests on.

    A leaf tells how many rows lie in a stretch of cells, not in which of them: rows censored to intervals, whose
    distribution of largest likelihood Turnbull's self-consistency finds (1976, doi:10.1111/j.2517-6161.1976.tb01597.x).
    Each step spreads a leaf's rows over its stretch by the shares so far. The first shares are equal, as split points
    are dense where rows are, and `ROUNDS` steps leave them so where no count tells cells apart. With many rows the
    shares are right where the feature is independent of the others that the trees split; splits on one that goes with
    it choose among the rows of a stretch, which no count corrects.

    Parameters
    ----------
    inner
        Sorted distinct split points, at least one.
    feature
        With its kind and bounds, where known.
    facts
        Those of the feature.
    """
    edges, note = closed_edges(inner, feature, facts)
    cells = Cells(edges, np.ones(len(edges) - 1))
    step = 1.0 if feature.kind == "integer" else next((f.step for f in by_trust(facts, Grid) if not f.offset), None)
    on_grid = step is not None and edges[-1] - edges[0] <= MOST_VALUES * step
    if step is not None and on_grid:  # one cell a value: split points on a value itself separate no others
        values = np.arange(np.ceil(edges[0] / step - _ON_VALUE), np.floor(edges[-1] / step + _ON_VALUE) + 1.0) * step
        edges = np.append(values - step / 2.0, values[-1] + step / 2.0)
        shares = np.diff(cells.cdf(edges))
        cells = Cells(edges, np.maximum(shares, shares.max() * _RULED_OUT))
    told = [fact for fact in by_trust(facts, Stretches) if fact.categories is None and fact.category is None]
    how = "cells equally likely"
    if told:
        lows, highs, counts = (np.concatenate([getattr(f, side) for f in told]) for side in ("lows", "highs", "counts"))
        middles = (cells.edges[1:] + cells.edges[:-1]) / 2.0
        slack = 0.01 * step if step is not None and on_grid else 0.0  # no row of a node lies on its split point
        first = np.searchsorted(middles, lows + slack, side="right")
        last = np.searchsorted(middles, highs - slack, side="right")
        kept = (first < last) & (counts > 0)
        if kept.any():
            shares = self_consistent(cells.shares, first[kept], last[kept], counts[kept])
            cells, how = Cells(cells.edges, shares), "shares as the leaves count rows between them"
    return cells, f"split points, {how}{note}"


def closed_edges(inner: Float[Array, " k"], feature: Feature, facts: Facts) -> tuple[Float[Array, " e"], str]:
    """Return the edges of cells with an end on both sides, and a note on ends that had to be assumed.

    A known bound is the end. Otherwise the outermost cell is as wide as the wider of the mean gap of the inner edges
    and the gap next to it, and ends at zero where `one_sided` says so; a lone edge has the larger of its own size and
    one.

    Parameters
    ----------
    inner
        Sorted distinct edges, at least one.
    feature
        With its bounds, where known.
    facts
        Those of the feature.
    """
    half = 0.5 if feature.kind == "integer" else 0.0  # an integer takes what lies within half a unit of it
    sided, side = one_sided(feature, facts)
    gaps = np.diff(inner) if len(inner) > 1 else np.array([max(1.0, abs(float(inner[0])))])
    low, high = float(inner[0] - max(gaps.mean(), gaps[0])), float(inner[-1] + max(gaps.mean(), gaps[-1]))
    stopped = False
    if feature.low is not None:
        low = feature.low - half
    elif sided.low is not None and low < sided.low - half:
        low, stopped = sided.low - half, True
    if feature.high is not None:
        high = feature.high + half
    elif sided.high is not None and high > sided.high + half:
        high, stopped = sided.high + half, True
    assumed = [name for name, bound in (("min", feature.low), ("max", feature.high)) if bound is None]
    note = f"; {' and '.join(assumed)} assumed one gap beyond the last" if assumed else ""
    kept = inner[(inner > low) & (inner < high)]
    return np.concatenate([[low], kept, [high]]), note + (side if stopped else "")


def self_consistent(
    shares: Float[Array, " k"], first: Int[Array, " m"], last: Int[Array, " m"], counts: Float[Array, " m"]
) -> Float[Array, " k"]:
    """Return shares after `ROUNDS` steps of self-consistency.

    Parameters
    ----------
    shares
        Where to start; positive.
    first, last
        Each count's cells: from `first` up to before `last`.
    counts
        Rows in each stretch.
    """
    weights = counts / counts.sum()
    for _ in range(ROUNDS):
        ends = np.concatenate([[0.0], np.cumsum(shares)])
        ratio = weights / np.maximum(ends[last] - ends[first], _TINY)
        change = np.bincount(first, ratio, len(shares) + 1) - np.bincount(last, ratio, len(shares) + 1)
        shares = shares * np.maximum(np.cumsum(change)[:-1], 0.0)
        shares = shares / shares.sum()
    return shares
