"""Pairs of rows at the least total error: each row of the smaller table has one row of the other for itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from retrodict.tables.cells import cell_errors, row_errors

Array = np.ndarray

EXACT_ROWS = 5_000
_NEIGHBOURS = 20


def assign(
    a: Float[Array, "n d"],
    b: Float[Array, "m d"],
    labels: tuple[Float[Array, "n 1"], Float[Array, "m 1"]] | None = None,
    limit: int = EXACT_ROWS,
) -> tuple[Int[Array, "k 2"], bool]:
    """Return the pairs (row of `a`, row of `b`), ``k = min(n, m)``, and whether their total error is surely the least.

    Rows that are equal are paired first. No total error is lost by this: the error is a metric, so for equal `i`, `j`
    that are matched to `y`, `x` the triangle inequality gives ``c(i, j) + c(x, y) <= c(i, y) + c(x, j)``. What is left
    is solved exactly (Crouse, IEEE Trans. Aerospace and Electronic Systems 52, 2016) up to `limit` rows. Beyond, only
    some pairs are allowed: each row's nearest, and those of exact solutions of parts of `limit` rows that are near in
    their mean cell; the result is then an upper bound.

    Parameters
    ----------
    a, b
        Cells as `scaled_cells` makes them.
    labels
        Of both tables, to break ties: of equal rows, those with equal labels are paired first.
    limit
        Largest number of rows, after equal ones, that is solved exactly.
    """
    free_a, free_b, pairs = np.arange(len(a)), np.arange(len(b)), []

    def keep(found: Array) -> None:
        nonlocal free_a, free_b
        pairs.append(np.column_stack([free_a[found[:, 0]], free_b[found[:, 1]]]))
        free_a, free_b = np.delete(free_a, found[:, 0]), np.delete(free_b, found[:, 1])

    if labels is not None:
        keep(equal_rows(np.hstack([a, labels[0]]), np.hstack([b, labels[1]])))
    keep(equal_rows(a[free_a], b[free_b]))
    exact = max(len(free_a), len(free_b)) <= limit
    keep(_solve(a[free_a], b[free_b]) if exact else _near(a[free_a], b[free_b], limit))
    found = np.concatenate(pairs)
    return found[np.argsort(found[:, 0])], exact


def equal_rows(a: Array, b: Array) -> Array:
    """Return pairs of equal rows, as many as there are of each."""
    group = np.unique(np.concatenate([a, b]), axis=0, return_inverse=True)[1].ravel()
    left, right = (pd.DataFrame({"group": part}) for part in (group[: len(a)], group[len(a) :]))
    for side in (left, right):
        side["copy"] = side.groupby("group").cumcount()
        side["row"] = side.index
    return left.merge(right, on=["group", "copy"])[["row_x", "row_y"]].to_numpy(dtype=np.int64)


def _solve(a: Array, b: Array) -> Array:
    return np.column_stack(linear_sum_assignment(row_errors(a, b)))


def _near(a: Array, b: Array, limit: int) -> Array:
    if len(a) > len(b):
        return _near(b, a, limit)[:, ::-1]
    parts = int(np.ceil(len(b) / limit))
    order_a, order_b = np.argsort(a.mean(axis=1), kind="stable"), np.argsort(b.mean(axis=1), kind="stable")
    edges = []
    for rows, others in zip(np.array_split(order_a, parts), np.array_split(order_b, parts), strict=True):
        found = _solve(a[rows], b[others])
        edges.append(np.column_stack([rows[found[:, 0]], others[found[:, 1]]]))
    for rows in np.array_split(np.arange(len(a)), max(1, len(a) * len(b) // 2**24)):
        nearest = np.argpartition(row_errors(a[rows], b), min(_NEIGHBOURS, len(b) - 1), axis=1)[:, :_NEIGHBOURS]
        edges.append(np.column_stack([np.repeat(rows, nearest.shape[1]), nearest.ravel()]))
    i, j = np.unique(np.concatenate(edges), axis=0).T
    error = cell_errors(a[i], b[j]).mean(axis=1)
    places = i.astype(np.int32), j.astype(np.int32)  # the only indices that scipy's matching took before 1.16
    allowed = coo_array((1.0 + error, places), shape=(len(a), len(b))).tocsr()  # a weight of zero would be no edge
    return np.column_stack(min_weight_full_bipartite_matching(allowed))
