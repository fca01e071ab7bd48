"""How columns go together: Pearson's correlation, the correlation ratio and Cramér's V."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from jaxtyping import Float

from retrodict.evaluation.fidelity.table import Table
from retrodict.tables.layout import Layout, spread

Array = np.ndarray

ASSOCIATION = "association"
_VALUES = 30  # of a list; rarer ones are one value, as pairs of them would have next to no rows


def associations(layout: Layout, table: Table, real: Table) -> Float[Array, "r q"]:
    """Return the association of every pair of columns, under each replicate's weights.

    Two numbers: Pearson's correlation, of the rows that have both. A number and a list: the correlation ratio, the root
    of the share of the number's variance that lies between the list's values. Two lists: Cramér's V. A missing value
    of a list is a value; a column that does not vary goes together with none (0).

    Parameters
    ----------
    table
        Codes with weights.
    real
        Centres and scales numbers, and says which values of a list are rare.
    """
    blocks, places, start = [], [], 0
    mean, sd = spread(layout, real.X)
    for j, column in enumerate(layout.columns):
        block = _indicators(table.X[:, j], real.X[:, j], len(column.categories)) if column.listed else None
        if block is None:
            gone = np.isnan(table.X[:, j])
            x = np.where(gone, 0.0, (table.X[:, j] - mean[j]) / sd[j])
            block = np.column_stack([x, x**2, ~gone])
        places.append(np.arange(start, start + block.shape[1]))
        start += block.shape[1]
        blocks.append(block)
    Z, weights = np.hstack(blocks), table.weights
    k = weights.counts.shape[1]
    sums = np.stack([Z[weights.groups == g].T @ Z[weights.groups == g] for g in range(k)])  # they add up over groups
    moments = (weights.counts @ sums.reshape(k, -1)).reshape(-1, *sums.shape[1:])
    kinds, out = layout.listed, []
    for i, j in combinations(range(len(places)), 2):
        if kinds[i] and not kinds[j]:
            i, j = j, i
        both = moments[:, places[i][:, None], places[j][None, :]]
        out.append(_cramer(both) if kinds[i] else _ratio(both) if kinds[j] else _pearson(both))
    return np.column_stack(out) if out else np.zeros((len(moments), 0))


def association_difference(one: Float[Array, "r q"], other: Float[Array, "r q"]) -> Float[Array, " r"]:
    """Return the mean absolute difference over pairs."""
    return np.abs(one - other).mean(axis=1)


def _indicators(codes: Array, real: Array, k: int) -> Array:
    """Return one indicator for each frequent value, one for all rare ones, one for missing."""
    counts = np.bincount(real[~np.isnan(real)].astype(np.int64), minlength=k)
    place = np.full(k + 1, min(k, _VALUES))
    place[np.argsort(-counts, kind="stable")[:_VALUES]] = np.arange(min(k, _VALUES))
    place[k] = min(k, _VALUES) + 1
    at = place[np.where(np.isnan(codes), k, codes).astype(np.int64)]
    return (at[:, None] == np.arange(min(k, _VALUES) + 2)).astype(np.float64)


def _pearson(m: Float[Array, "r 3 3"]) -> Float[Array, " r"]:
    n, x, y = m[:, 2, 2], m[:, 0, 2], m[:, 2, 0]
    xx, yy = _over(m[:, 1, 2], n) - _over(x, n) ** 2, _over(m[:, 2, 1], n) - _over(y, n) ** 2
    return np.clip(_over(_over(m[:, 0, 0], n) - _over(x, n) * _over(y, n), np.sqrt(np.maximum(xx * yy, 0.0))), -1, 1)


def _ratio(m: Float[Array, "r 3 k"]) -> Float[Array, " r"]:
    n = m[:, 2].sum(axis=1)
    middle = _over(m[:, 0].sum(axis=1) ** 2, n)
    between, total = _over(m[:, 0] ** 2, m[:, 2]).sum(axis=1) - middle, m[:, 1].sum(axis=1) - middle
    return np.sqrt(np.clip(_over(between, total), 0, 1))


def _cramer(m: Float[Array, "r k l"]) -> Float[Array, " r"]:
    n, rows, columns = m.sum(axis=(1, 2)), m.sum(axis=2), m.sum(axis=1)
    # chi-squared / n = sum of observed^2 / (row total x column total) - 1
    square = _over(m**2, rows[:, :, None] * columns[:, None, :]).sum(axis=(1, 2)) - (n > 0)
    free = np.minimum((rows > 0).sum(axis=1), (columns > 0).sum(axis=1)) - 1
    return np.sqrt(np.clip(_over(square, free.astype(np.float64)), 0, 1))


def _over(a: Array, b: Array) -> Array:
    """Divide; 0 where there is nothing to divide by, rounding apart."""
    return np.divide(a, b, out=np.zeros(np.broadcast_shapes(a.shape, b.shape)), where=b > 1e-10)
