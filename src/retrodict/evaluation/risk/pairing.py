"""Rows of two tables paired at little total error: exactly where they are few, between two bounds beyond."""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment

from retrodict.evaluation.assignment import EXACT_ROWS, assign, equal_rows
from retrodict.evaluation.paired_cells import compared
from retrodict.evaluation.record_match import RecordMatch
from retrodict.evaluation.risk.nearest import Nearest, errors_between
from retrodict.tables.cells import cell_errors

Array = np.ndarray
Labels = tuple[Float[Array, "n 1"], Float[Array, "m 1"]]

_PART = 1_000


def paired(
    a: Float[Array, "n d"],
    b: Float[Array, "m d"],
    labels: Labels,
    names: list[str],
    tolerance: float,
    close: Nearest,
    limit: int = EXACT_ROWS,
) -> tuple[RecordMatch, float]:
    """Pair the rows of two tables, and return the pairs with a lower bound on the least mean error.

    Up to `limit` rows the least total error is found exactly, and is the bound. Beyond, equal rows are paired (which
    loses nothing), then rows with their nearest one, nearest pairs first, and what is left in parts of 1,000 rows that
    are cut at the same ranks of the widest columns, each solved exactly: an upper bound. The lower bound is the error
    of the nearest rows, one of which may be the nearest of many.

    Parameters
    ----------
    a, b
        Cells, as `scaled_cells` makes them.
    labels
        Of both tables, to break ties.
    names
        Of the columns.
    tolerance
        Up to which two cells agree.
    close
        The nearest row of `b`, for each of `a`.
    limit
        Largest number of rows that is solved exactly.
    """
    if max(len(a), len(b)) <= limit:
        pairs, least = assign(a, b, labels, limit)
        kind: Literal["least", "near"] = "least" if least else "near"
        found = compared(a, b, labels, names, pairs, kind, tolerance)
        return found, found.error
    found = compared(a, b, labels, names, _many(a, b, labels, close), "near", tolerance)
    bound = close.error if len(a) <= len(b) else close.back
    return found, min(float(bound.mean()), found.error)


def _many(a: Array, b: Array, labels: Labels, close: Nearest) -> Int[Array, "k 2"]:
    free_a, free_b = np.ones(len(a), dtype=bool), np.ones(len(b), dtype=bool)
    pairs: list[Array] = []

    def keep(found: Array) -> None:
        pairs.append(found)
        free_a[found[:, 0]], free_b[found[:, 1]] = False, False

    keep(equal_rows(np.hstack([a, labels[0]]), np.hstack([b, labels[1]])))
    rows, others = np.flatnonzero(free_a), np.flatnonzero(free_b)
    again = equal_rows(a[rows], b[others])
    keep(np.column_stack([rows[again[:, 0]], others[again[:, 1]]]))
    keep(_greedy(close, free_a, free_b))
    for rows, others in _parts(np.flatnonzero(free_a), np.flatnonzero(free_b), a, b):
        cost = errors_between(a[rows], b[others])
        i, j = linear_sum_assignment(cost)
        keep(np.column_stack([rows[i], others[j]]))
    found = np.concatenate(pairs)
    return found[np.argsort(found[:, 0])]


def _greedy(close: Nearest, free_a: Array, free_b: Array) -> Int[Array, "k 2"]:
    """Give each row its nearest one where that is free, and of several that have the same one, the nearest of them."""
    rows = np.flatnonzero(free_a & free_b[close.at])
    rows = rows[np.argsort(close.error[rows], kind="stable")]
    others, first = np.unique(close.at[rows], return_index=True)
    return np.column_stack([rows[first], others])


def _parts(rows: Array, others: Array, a: Array, b: Array) -> list[tuple[Array, Array]]:
    """Cut both sides at the same ranks, by the column that spreads most, until the parts are small."""
    if not len(rows) or not len(others):
        return []
    if max(len(rows), len(others)) <= _PART or min(len(rows), len(others)) < 2:
        return [(rows, others)]
    j = int(np.argmax(np.minimum(b[others], 1.0).std(axis=0)))
    rows, others = (side[np.argsort(X[side, j], kind="stable")] for side, X in ((rows, a), (others, b)))
    half, middle = len(rows) // 2, len(others) // 2
    return _parts(rows[:half], others[:middle], a, b) + _parts(rows[half:], others[middle:], a, b)


def agreeing(match: RecordMatch, a: Array, b: Array, tolerances: tuple[float, ...]) -> Float[Array, "t d"]:
    """Return the share of the pairs whose cells agree within each tolerance, column by column."""
    errors = cell_errors(a[match.pairs[:, 0]], b[match.pairs[:, 1]])
    return np.array([(errors <= tolerance).mean(axis=0) for tolerance in tolerances])
