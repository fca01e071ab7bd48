"""Rows in parts, so that attacks that learn judge no row that they were fitted to, nor a copy of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.stats import rankdata

from retrodict.errors import RequestError
from retrodict.evaluation.membership.asked import Asked

Array = np.ndarray

FOLDS = 5
"""Parts that rows are dealt into: each attack learns from four fifths of them."""

FEWEST = 50
"""Rows of either kind from which attacks learn: of fewer a fit tells nothing, and one more attack widens the interval
of the worst."""

Fit = Callable[[Bool[Array, " n"]], Float[Array, " n"]]
"""Learns from the rows of a mask, members first and others after them, and returns a number for each row of all."""


def dealt(asked: Asked, rng: np.random.Generator) -> Int[Array, " n"]:
    """Return a part for each row, members first and others after them.

    Equal rows come into one part, whichever table they are of: a copy among the rows that a classifier learns from
    would tell of the copy, and nothing of the model. Each part has about as many of either kind as any other.

    Parameters
    ----------
    asked
        Rows of both kinds.
    rng
        Deals.
    """
    sides = (asked.members.rows, asked.others.rows)
    rows = np.concatenate([np.column_stack([side.X, side.y]) for side in sides])
    kind = np.repeat([0, 1], [len(side) for side in sides])
    _, first, group = np.unique(np.nan_to_num(rows, nan=np.inf) + 0.0, axis=0, return_index=True, return_inverse=True)
    order = rng.permutation(len(first))
    order = order[np.argsort(kind[first[order]], kind="stable")]
    part = np.empty(len(first), dtype=np.intp)
    part[order] = np.arange(len(order)) % FOLDS
    return part[group.ravel()]


def cross_fitted(asked: Asked, fit: Fit, rng: np.random.Generator) -> tuple[Float[Array, " m"], Float[Array, " n"]]:
    """Return a number for each row of either kind from what was learned of other rows alone.

    Numbers of different parts come from different fits, so that they are no more than ranks within their part, from 0
    to 1. In a part whose rows nothing was learned from, members and others stand in any order alike where the model
    tells them apart by nothing: the AUC of ranks is then 0.5 on average, whatever was learned.

    Parameters
    ----------
    asked
        Rows of both kinds.
    fit
        Learns. It is given the mask of rows that it may look at the kind of.
    rng
        Deals the rows into parts.

    Raises
    ------
    RequestError
        If there are fewer than 50 rows of either kind.
    """
    fewest = min(len(asked.members), len(asked.others))
    if fewest < FEWEST:
        raise RequestError(f"{fewest} rows of a kind are too few to learn from; give at least {FEWEST}")
    part = dealt(asked, rng)
    numbers, ranks = np.empty(len(part)), np.empty(len(part))
    for k in range(FOLDS):
        own = part == k
        if own.any():
            numbers[own] = fit(~own)[own]
            ranks[own] = (rankdata(numbers[own]) - 0.5) / own.sum()
    # equal ranks of different parts are put in the order of their numbers, within less than one step of any part
    ranks += (rankdata(numbers) / len(numbers) - 0.5) * _TIE / len(numbers)
    return ranks[: len(asked.members)], ranks[len(asked.members) :]


_TIE = 1e-3
"""Far less than the step between two ranks of a part, of which there are at most as many as rows."""
