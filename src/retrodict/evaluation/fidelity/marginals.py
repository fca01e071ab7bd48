"""One column at a time: Wasserstein and Kolmogorov-Smirnov for numbers, total variation for lists, gaps for both."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.evaluation.fidelity.table import Table
from retrodict.tables.layout import Layout, spread

Array = np.ndarray

WASSERSTEIN, KOLMOGOROV, VARIATION, GAPS = "wasserstein", "kolmogorov-smirnov", "total variation", "missing"


def marginals(
    layout: Layout, real: Table, other: Table, gaps: Float[Array, " d"]
) -> dict[tuple[str, str], Float[Array, " r"]]:
    """Return how far each column of a table is from the real one, by measure and column.

    Numbers: the 1-Wasserstein distance in standard deviations of the real column, and the largest difference of the
    distribution functions, both of the values that are there. Lists: half the sum of the differences of the shares, a
    missing value being one of the values. `missing`: the difference of the shares of missing values.

    Parameters
    ----------
    real, other
        Codes with weights.
    gaps
        Columns that are missing somewhere.
    """
    found: dict[tuple[str, str], Array] = {}
    sd = spread(layout, real.X)[1]
    for j, column in enumerate(layout.columns):
        a, b = real.X[:, j], other.X[:, j]
        if gaps[j]:
            shares = [table.weights.means(np.isnan(x)) for table, x in ((real, a), (other, b))]
            found[GAPS, column.name] = np.abs(shares[0] - shares[1])
        if column.listed:
            found[VARIATION, column.name] = _variation(real, other, j, len(column.categories))
            continue
        here, there = ~np.isnan(a), ~np.isnan(b)
        if here.any() and there.any():
            distances = number_distances(
                a[here], b[there], _normed(real.weights.rows[:, here]), _normed(other.weights.rows[:, there])
            )
            found[WASSERSTEIN, column.name] = distances[0] / sd[j]
            found[KOLMOGOROV, column.name] = distances[1]
    return found


def number_distances(
    a: Float[Array, " n"], b: Float[Array, " m"], weights_a: Float[Array, "r n"], weights_b: Float[Array, "r m"]
) -> tuple[Float[Array, " r"], Float[Array, " r"]]:
    """Return Wasserstein and Kolmogorov-Smirnov distances under many weights, those of scipy for each.

    scipy's functions take one set of weights a call and sort anew; here one order serves all.
    """
    values = np.concatenate([a, b])
    order = np.argsort(values, kind="stable")
    steps = np.diff(values[order])
    apart = np.abs(np.cumsum(np.hstack([weights_a, -weights_b])[:, order], axis=1)[:, :-1])
    ends = steps > 0  # between equal values the distribution functions are not yet complete
    return apart @ steps, apart[:, ends].max(axis=1, initial=0.0)


def _variation(real: Table, other: Table, j: int, k: int) -> Array:
    shares = []
    for table in (real, other):
        codes = np.where(np.isnan(table.X[:, j]), k, table.X[:, j])
        shares.append(table.weights.rows @ (codes[:, None] == np.arange(k + 1)))
    return np.abs(shares[0] - shares[1]).sum(axis=1) / 2


def _normed(weights: Array) -> Array:
    total = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
