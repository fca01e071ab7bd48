"""How sure a rebuilt table is: what the chains' later tables agree on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import linear_sum_assignment

from retrodict.matching.problem import Problem

Array = np.ndarray

_MOST_PAIRED = 3_000
"""Rows that are paired with another table's: the time grows with their cube."""
FEWEST_CODES = 3
"""Codes of a number that has a middle: of two, the commoner one."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Tables of one chain at a low temperature, shape (s, n, d) and (s, n)."""

    codes: Int[Array, "s n d"]
    labels: Int[Array, "s n"]


def consensus(problem: Problem, samples: Samples) -> tuple[Int[Array, "n d"], Int[Array, " n"]]:
    """Return the table in the middle of a chain's samples: medians of numbers, the commonest of other codes."""
    table, (n, d) = problem.table, samples.codes.shape[1:]
    codes = np.empty((n, d), dtype=np.int64)
    for f in range(d):
        column = samples.codes[:, :, f]
        ordered = table.ordered[f] and not (table.missing[f] >= 0 and (column == table.missing[f]).any())
        if ordered and table.sizes[f] >= FEWEST_CODES:
            codes[:, f] = np.sort(column, axis=0)[len(column) // 2]
        else:
            codes[:, f] = _commonest(column, int(table.sizes[f]))
    return codes, _commonest(samples.labels, problem.targets.size)


def agreement(
    codes: Int[Array, "n d"], labels: Int[Array, " n"], samples: list[Samples], *, alike: bool
) -> tuple[Float[Array, "n d"], Float[Array, " n"]]:
    """Return the share of the chains' tables that has an entry, and a label, as the given table has it.

    Each chain counts the same. Rows that no multiplicity tells apart have no order of their own: each chain's are first
    paired with the given ones.
    """
    entries, tags = np.zeros(codes.shape), np.zeros(len(codes))
    for chain in samples:
        order = _pairing(codes, labels, chain) if alike else np.arange(len(codes))
        entries += (chain.codes[:, order] == codes).mean(axis=0)
        tags += (chain.labels[:, order] == labels).mean(axis=0)
    return entries / len(samples), tags / len(samples)


def _pairing(codes: Array, labels: Array, chain: Samples) -> Int[Array, " n"]:
    theirs, tags = chain.codes[-1], chain.labels[-1]
    if len(codes) > _MOST_PAIRED or (np.array_equal(theirs, codes) and np.array_equal(tags, labels)):
        return np.arange(len(codes))
    cost = (labels[:, None] != tags[None, :]).astype(np.float64)
    for f in range(codes.shape[1]):
        cost += codes[:, None, f] != theirs[None, :, f]
    return np.asarray(linear_sum_assignment(cost)[1])


def _commonest(column: Int[Array, "s n"], many: int) -> Int[Array, " n"]:
    best, votes = column[-1].astype(np.int64), np.zeros(column.shape[1], dtype=np.int64)
    for code in np.unique(column):
        share: Array = (column == code).sum(axis=0)
        better: Bool[Array, " n"] = share > votes
        best[better], votes[better] = code, share[better]
    return best
