"""Values inside cells, from split points that lie midway between two values of a node's rows.

A tree that looks for the best split cuts midway between the greatest value that goes left and the least that goes
right. Once the rows of every node are known by their cells, each split of a number is an equation: the two values sum
to twice the split point. Some rows may be in wrong cells, so equations may contradict one another; their absolute
residuals are made the least, which lets most of them hold exactly (Koenker and Bassett, "Regression Quantiles",
Econometrica 46, 1978: a linear program).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from retrodict.matching.axes import NumberAxis, nearest_on_grid
from retrodict.matching.codebook import Codebook
from retrodict.matching.problem import Problem

Array = np.ndarray

_PULL = 1e-3
"""The weight of what was drawn: far less than any equation's, so that it decides what they leave open alone."""
_ROUNDS = 3
"""Which of a cell's rows is the greatest depends on their values: each round asks anew."""
_MOST_EQUATIONS = 50_000
"""Of a feature that are solved together: beyond, the linear program takes longer than the search."""
_PURE = 0.5
"""Of the leaves: rows of limited trees, and equal rows of two classes, lie in impure ones."""
_OFTEN = 10
"""Splits a cell: trees that met so many would have parted different values of one cell somewhere."""
_ODD_ROWS = 2
"""Rows of a cell with another label than its commonest one: enough to be parted, had they differed."""
_DIGITS = 7
"""Of a number of 32 bits: split points are known to so many, and values have no more."""
_TINY = 1e-300
"""In place of a scale of zero."""


def cell_values(
    problem: Problem,
    book: Codebook,
    midpoints: Float[Array, " nodes"],
    codes: Int[Array, "n c"],
    labels: Int[Array, " n"],
    rows: Float[Array, "n d"],
) -> Float[Array, "n d"]:
    """Return rows with the same codes whose numbers meet as many midpoints as they can.

    Parameters
    ----------
    problem, book
        The trees and their codes.
    midpoints
        Of each node, as `Reading.midpoints` has them.
    codes, labels
        The cells of the table, shape (n, c), and its label codes, shape (n,).
    rows
        Values drawn inside these cells, in the schema's encoding, shape (n, d). They stay where no midpoint tells more.
    """
    out = np.array(rows)
    usable = np.isfinite(midpoints)
    at = [book.schema.names.index(name) for name in book.features]
    trees = problem.trees
    splits = np.bincount(trees.feature[usable], minlength=len(book.axes))
    numbers = [
        (j, axis)
        for j, axis in enumerate(book.axes)
        if isinstance(axis, NumberAxis) and 0 < splits[j] <= _MOST_EQUATIONS
    ]
    parted = _parted(problem)
    alike = {j: _alike(axis, codes[:, j], labels, splits[j]) if parted else None for j, axis in numbers}
    for _ in range(_ROUNDS if numbers else 0):
        below, above = _neighbours(
            *(trees.roots, trees.feature, trees.low, trees.high, trees.left, trees.right),
            *(trees.multiplicities, usable, codes, _ranks(codes, out[:, at], book)),
        )
        told = usable & (below >= 0) & (above >= 0)
        for j, axis in numbers:
            nodes = np.flatnonzero(told & (trees.feature == j))
            if len(nodes):
                pairs = np.column_stack([below[nodes], above[nodes]])
                drawn = rows[:, at[j]]
                out[:, at[j]] = _solved(axis, codes[:, j], drawn, alike[j], pairs, 2.0 * midpoints[nodes])
    return out


def _parted(problem: Problem) -> bool:
    """Return whether trees were grown until their leaves were pure, or held one row."""
    trees, targets = problem.trees, problem.targets
    leaves = trees.feature < 0
    pure = (targets.sums[leaves] > 0).sum(axis=1) == 1 if targets.classes else np.zeros(leaves.sum(), dtype=bool)
    return bool((pure | (trees.counts[leaves] <= 1)).mean() >= _PURE)


def _alike(axis: NumberAxis, codes: Array, labels: Array, splits: int) -> Array | None:
    """Return whether each row's cell on a grid most likely holds one value; ``None`` where no cell does.

    Trees that part rows of different labels would have parted different values somewhere, had they met them often.
    """
    cells, place, held = np.unique(codes, return_inverse=True, return_counts=True)
    if axis.step is None or splits < _OFTEN * len(cells):
        return None
    most = np.zeros((len(cells), int(labels.max()) + 1))
    np.add.at(most, (place, labels), 1.0)
    return np.asarray((held - most.max(axis=1) >= _ODD_ROWS)[place])


def _ranks(codes: Array, values: Array, book: Codebook) -> Array:
    """Return the place of each row in each feature's order, -1 where the value is missing."""
    out = np.empty_like(codes)
    for j, axis in enumerate(book.axes):
        out[np.lexsort((values[:, j], codes[:, j])), j] = np.arange(len(codes))
        if axis.missing >= 0:
            out[codes[:, j] == axis.missing, j] = -1
    return out


@njit(cache=True)
def _neighbours(
    roots: Any,
    feature: Any,
    low: Any,
    high: Any,
    left: Any,
    right: Any,
    multiplicities: Any,
    usable: Any,
    codes: Any,
    ranks: Any,
) -> Any:
    """Return the last row that goes left and the first that goes right at each usable node, -1 where there is none."""
    below, above = np.full(len(feature), -1), np.full(len(feature), -1)
    for t in range(len(roots)):
        for i in range(codes.shape[0]):
            if multiplicities[t, i] == 0:
                continue
            v = roots[t]
            while feature[v] >= 0:
                f = feature[v]
                up = low[v] < codes[i, f] and codes[i, f] <= high[v]
                if usable[v] and ranks[i, f] >= 0:
                    if up:
                        if above[v] < 0 or ranks[i, f] < ranks[above[v], f]:
                            above[v] = i
                    elif below[v] < 0 or ranks[i, f] > ranks[below[v], f]:
                        below[v] = i
                v = right[v] if up else left[v]
    return below, above


def _solved(axis: NumberAxis, codes: Array, drawn: Array, alike: Array | None, pairs: Array, sums: Array) -> Array:
    """Return the values of one feature; those of rows that are `alike` are the same in each cell."""
    held = codes != axis.missing
    unknown = np.arange(len(codes)) + axis.size
    if alike is not None:
        unknown = np.where(alike, codes, unknown)
    _, first, place = np.unique(unknown[held], return_index=True, return_inverse=True)
    low, high = axis.ends(codes[held][first])
    near = drawn[held][first]
    if alike is not None:
        # Of an outer cell only one end is known, and most often the value next to it is the only one.
        shared, half = alike[held][first], (axis.step or 1.0) / 2.0
        near = np.where(shared & np.isinf(low), high - half, near)
        near = np.where(shared & np.isinf(high), low + half, near)
    where = np.cumsum(held) - 1
    values = _least_residuals(low, high, near, place[where[pairs]], sums)
    if axis.step is None:
        digits = _DIGITS - int(np.floor(np.log10(max(float(np.abs(values).max()), _TINY)))) - 1
        values = np.minimum(np.maximum(np.round(values, digits), np.nextafter(low, np.inf)), high)
    else:
        values = nearest_on_grid(values, low, high, axis.step)
    out = np.array(drawn)
    out[held] = values[place]
    return out


def _least_residuals(low: Array, high: Array, near: Array, pairs: Array, sums: Array) -> Array:
    """Return the values between `low` and `high` whose sums over pairs are nearest to `sums`, else near `near`."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, eye_array, hstack, vstack

    found, counts = np.unique(np.column_stack([pairs, sums]), axis=0, return_counts=True)
    m, n = len(found), len(near)
    i, pair = np.arange(m), found[:, :2].astype(np.int64)
    ones = coo_array((np.ones(2 * m), (np.tile(i, 2), pair.T.ravel())), shape=(m, n))
    equal = vstack([hstack([ones, eye_array(m), -eye_array(m), coo_array((m, 2 * n))]),
                    hstack([eye_array(n), coo_array((n, 2 * m)), eye_array(n), -eye_array(n)])])  # fmt: skip
    cost = np.concatenate([np.zeros(n), np.tile(counts, 2), np.full(2 * n, _PULL)])
    bounds = np.column_stack([low, np.maximum(low, high)])
    bounds = np.vstack([bounds, np.tile([0.0, np.inf], (2 * (m + n), 1))])
    # Sums are of the size of the feature's values; the solver's tolerances are absolute.
    scale = max(float(np.abs(found[:, 2]).max()), float(np.ptp(near)), _TINY)
    solved = linprog(
        cost,
        A_eq=equal.tocsr(),
        b_eq=np.concatenate([found[:, 2], near]) / scale,
        bounds=bounds / scale,
        method="highs",
    )
    return solved.x[:n] * scale if solved.status == 0 else near
