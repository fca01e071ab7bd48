"""Rows with targets from solutions whose rows have the least or the greatest target: any between is a mix of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.matching.equations import Equations
from retrodict.matching.linear.columns import columns_of
from retrodict.matching.linear.open_targets import nearest, predicted
from retrodict.matching.linear.routing import hashes_of
from retrodict.matching.linear.slack import energy
from retrodict.matching.tolerances import MET

Array = np.ndarray

_END = 1e-9
"""Of the range of targets, how near to an end is at the end."""


@dataclass(frozen=True, eq=False)
class Mixed:
    """Possible rows with how often they are there, and the mean of their targets: only the sum of equal rows is known.

    Parameters
    ----------
    codes
        Shape (m, d).
    targets
        As they were fitted, shape (m,).
    times
        Shape (m,).
    sure
        Whether each of the rows has this target for sure: equations tell it, and there is one such row, or all are at
        an end of the range; shape (m,).
    energy
        See `slack.energy`.
    """

    codes: Int[Array, "m d"]
    targets: Float[Array, " m"]
    times: Int[Array, " m"]
    sure: Bool[Array, " m"]
    energy: float


def mixed(
    equations: Equations, codes: Int[Array, "m d"], labels: Int[Array, " m"], x: Float[Array, " m"], solve: bool = True
) -> Mixed:
    """Return rows with targets.

    Parameters
    ----------
    equations
        Whose labels are the ends of the range, at least.
    codes, labels
        Rows and their labels by their codes, shapes (m, d) and (m,).
    x
        How many of each, shape (m,).
    solve
        Whether targets are solved for once more with whole numbers of rows; those that equations leave open are then
        nearest to what the model predicts.
    """
    _, firsts, group = np.unique(hashes_of(equations.routes, codes), return_index=True, return_inverse=True)
    order = np.argsort(firsts, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    group = place[group.ravel()]
    sums = np.bincount(group, x, len(firsts))
    means = np.bincount(group, x * equations.labels[labels], len(firsts)) / np.maximum(sums, _TINY)
    times = np.rint(sums).astype(np.int64)
    there = times > 0
    own, targets, times = codes[firsts[order]][there], means[there], times[there]
    low, high = float(equations.labels.min()), float(equations.labels.max())
    targets = np.clip(targets, low, high)
    best = energy(equations.blocks, columns_of(equations, own, targets), times)
    told = np.ones(len(own), dtype=bool)
    if solve and high > low and len(own):
        ends = low, high
        expected = predicted(equations, own, ends)
        refined, told = nearest(equations, own, times, targets if expected is None else expected, ends)
        again = energy(equations.blocks, columns_of(equations, own, refined), times)
        if again <= max(best, MET):
            targets, best = refined, again
    at_end = np.minimum(targets - low, high - targets) <= _END * (high - low)
    return Mixed(own, targets, times, told & ((times == 1) | at_end), best)


_TINY = 1e-300
