"""The table in the middle of many draws: the one that is nearest to them on average, whatever the order of rows."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment

from retrodict.matching.problem import Problem
from retrodict.matching.search.agreement import FEWEST_CODES, Samples, agreement, consensus

Array = np.ndarray

_ROUNDS = 12
"""Of pairing and voting, at most: a few reach a table that stays."""
MOST_PAIRED = 3_000
"""Rows that are paired: the time grows with their cube."""
_WORK = 4e7
"""Squared rows times draws that are paired in a round: about a second."""


def central(
    problem: Problem, codes: Int[Array, "n d"], labels: Int[Array, " n"], samples: list[Samples]
) -> tuple[Samples, Float[Array, "n d"], Float[Array, " n"]]:
    """Return the table in the middle of draws, and how often they agree with each of its cells.

    Draws' rows are paired with the table's at the least error, and each cell becomes what most of the rows paired with
    it hold, or, for a number, their median, until it stays: a local optimum of the mean matched error, which no single
    draw comes near (a Wasserstein barycentre of rows; Agueh & Carlier, SIAM J. Math. Anal. 43:904, 2011). Rows without
    places of which there are too many to pair stay as they are in the table to begin with.

    Parameters
    ----------
    problem
        Whose tables they are.
    codes, labels
        A table to begin with, as one of the draws.
    samples
        Of each chain; chains count the same.

    Returns
    -------
    tuple
        Its codes, labels and components as of one draw; the shares of draws that agree with entries and with labels,
        shapes (n, d) and (n,).
    """
    n = len(codes)
    paired = problem.alike and n <= MOST_PAIRED
    fewest = min(len(each.codes) for each in samples)
    many = fewest if not paired else int(np.clip(_WORK / max(n, 1) ** 2 / len(samples), 1, fewest))
    draws = [_some(each, many) for each in samples]
    found, tags = np.asarray(codes), np.asarray(labels)
    for _ in range(_ROUNDS if paired else int(not problem.alike)):
        if paired:
            draws = [_in_order(problem, found, tags, each) for each in draws]
        before = found, tags
        found, tags = consensus(problem, _joined(draws))
        if np.array_equal(found, before[0]) and np.array_equal(tags, before[1]):
            break
    if paired:
        draws = [_in_order(problem, found, tags, each) for each in draws]
    entries, told = agreement(found, tags, draws)
    pooled = _joined(draws)
    most = np.zeros(n, dtype=np.int64)
    if pooled.components.size:
        votes = np.stack([(pooled.components == k).sum(axis=0) for k in range(int(pooled.components.max()) + 1)])
        most = votes.argmax(axis=0)
    table = Samples(found[None], tags[None], most[None], np.zeros((1, n, 0)), np.zeros(1))
    return table, entries, told


def _some(samples: Samples, many: int) -> Samples:
    """Return so many of a chain's draws, evenly spaced, its last among them."""
    at = np.linspace(0, len(samples.codes) - 1, many + 1).astype(np.int64)[1:]
    return Samples(samples.codes[at], samples.labels[at], samples.components[at])


def _joined(draws: list[Samples]) -> Samples:
    codes, labels, components = (
        np.concatenate([getattr(each, name) for each in draws]) for name in ("codes", "labels", "components")
    )
    return Samples(codes, labels, components)


def in_place(problem: Problem, codes: Int[Array, "n d"], labels: Int[Array, " n"], samples: Samples) -> Samples:
    """Return draws with the rows of each paired with those of a table, where rows have no places of their own."""
    if not problem.alike or len(codes) > MOST_PAIRED:
        return samples
    at = _orders(problem, codes, labels, samples)
    latents = samples.latents
    if latents.size:
        latents = np.take_along_axis(latents, at[:, :, None], axis=1)
    paired = _in_order(problem, codes, labels, samples)
    return Samples(paired.codes, paired.labels, paired.components, latents, samples.energies)


def _orders(problem: Problem, codes: Array, labels: Array, samples: Samples) -> Int[Array, "s n"]:
    orders = [
        linear_sum_assignment(_costs(problem, codes, labels, own, tags))[1]
        for own, tags in zip(samples.codes, samples.labels, strict=True)
    ]
    return np.stack(orders)


def _in_order(problem: Problem, codes: Array, labels: Array, samples: Samples) -> Samples:
    at = _orders(problem, codes, labels, samples)
    return Samples(
        np.take_along_axis(samples.codes, at[:, :, None], axis=1),
        np.take_along_axis(samples.labels, at, axis=1),
        np.take_along_axis(samples.components, at, axis=1),
    )


def _costs(problem: Problem, codes: Array, labels: Array, others: Array, tags: Array) -> Float[Array, "n n"]:
    """Return the error of each pair of rows: 1 a cell and label that differ, of a number the share of its codes."""
    table = problem.table
    out = (labels[:, None] != tags[None, :]).astype(np.float64)
    for f in range(codes.shape[1]):
        mine, theirs = codes[:, None, f], others[None, :, f]
        gone = int(table.missing[f])
        last = int(table.sizes[f]) - 1 - (gone >= 0)
        if table.ordered[f] and last + 1 >= FEWEST_CODES:
            far = np.abs(mine - theirs) / last
            out += np.where((mine == gone) != (theirs == gone), 1.0, far) if gone >= 0 else far
        else:
            out += mine != theirs
    return np.asarray(out)
