"""Training values themselves, where midpoints between them leave no other choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.columns import Column
from retrodict.disclosures.trees.cuts import cuts_of
from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray

_ON_LIMIT = 1e-6
"""Of a step: edges are rounded, and a value so near to a limit is on it, not inside."""

_DECIMALS = 4
"""Of the finest grid that is looked for."""


def chain(edges: Float[Array, " m"], step: float | None = None) -> tuple[Float[Array, " n"], float]:
    """Return all distinct values of a column from the midpoints of all neighbours, and how far off they may be.

    Each value is twice an edge less the value before it: one unknown for the whole chain. All values must increase,
    which bounds it. On a grid, one place only may be left.

    Parameters
    ----------
    edges
        Increasing: one midway between each two neighbouring values, at least two.
    step
        Of the grid through zero that the values lie on, where known.

    Returns
    -------
    tuple[Float[Array, " n"], float]
        One value more than edges, and the radius around each that its true value lies within: zero where
        the grid leaves one chain.
    """
    signs = (-1.0) ** np.arange(len(edges) + 1)
    # Values are offsets + signs * first; the i-th lies below edge i, and so does the next above it.
    offsets = np.concatenate([[0.0], 2.0 * signs[1:] * np.cumsum(signs[1:] * edges)])
    room = edges - offsets[:-1]
    low = float(np.max(-room[1::2]))
    high = float(np.min(room[::2]))
    if step is not None:
        first, last = np.floor(low / step + _ON_LIMIT) + 1.0, np.ceil(high / step - _ON_LIMIT) - 1.0
        if first == last:
            return _as_written(np.rint((offsets + signs * first * step) / step) * step), 0.0
    return offsets + signs * (low + high) / 2.0, (high - low) / 2.0


def grid_values(trees: Iterable[Tree], steps: Mapping[str, float]) -> dict[str, Float[Array, " n"]]:
    """Return values of features on grids that training rows must take.

    A split point lies midway between two neighbours among the rows of its node. The lower one is the greatest value
    that went left: it lies above every split point of the feature on that side, and the upper one below every one on
    the other side. Where the grid then has room for one pair only, both are values of training rows.

    Parameters
    ----------
    trees
        Whose split points are midpoints.
    steps
        Of the grid of each raw feature, which passes through zero.
    """
    found: dict[str, list[Array]] = {name: [] for name in steps}
    for cuts in cuts_of(trees, lambda column: _straight(column, steps)):
        lows, highs = cuts.ends(cuts.point, -np.inf, np.inf)
        greatest, least = cuts.reach()
        below, above = np.maximum(lows, greatest), np.minimum(highs, least)
        finite = np.isfinite(cuts.point)
        for k, column in enumerate(cuts.columns):
            own = finite & (cuts.column == k)
            # In half steps all split points are whole, and values even.
            at, under, over = (
                np.rint(column.back(ends[own]) / (steps[column.name] / 2.0)) for ends in (cuts.point, below, above)
            )
            nearest = np.where(at % 2 == 1, 1.0, 2.0)
            room = np.minimum(at - under, over - at)
            sure = (nearest < room) & (room <= nearest + 2.0)
            found[column.name] += [at[sure] - nearest[sure], at[sure] + nearest[sure]]
    return {
        name: _as_written(np.unique(np.concatenate(own)) * (steps[name] / 2.0)) for name, own in found.items() if own
    }


def _as_written(values: Array) -> Array:
    """Return the numbers that decimals write, not multiples of a step that miss them by a last bit."""
    return np.asarray(np.round(values, _DECIMALS))


def _straight(column: Column, steps: Mapping[str, float]) -> bool:
    return column.name in steps and column.number and column.scale > 0
