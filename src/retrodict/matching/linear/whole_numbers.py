"""From numbers of rows that may be fractions to whole ones.

The nearest whole numbers are tried first. Where they do not meet the equations, those that are nearly whole are taken
and the rest is solved again (diving), single rows are exchanged for others (`swapping`), and last a solver of whole
numbers looks at the columns that are left (`branching`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from retrodict.matching.equations import Equations
from retrodict.matching.linear.branching import branched, in_whole_groups
from retrodict.matching.linear.columns import Columns, columns_of
from retrodict.matching.linear.generation import Relaxed
from retrodict.matching.linear.least_squares import Pool
from retrodict.matching.linear.mixing import Mixed, mixed
from retrodict.matching.linear.routing import hashes_of
from retrodict.matching.linear.slack import EXACT, energy
from retrodict.matching.linear.swapping import exchanged, swapped

Array = np.ndarray

_FINE = 1e-6
"""The energy below which only exchanges of several rows are left, whose sums hardly differ."""
_BESIDE = 600
"""Columns beside those of the solution that rows are exchanged for."""
_NEARLY = 0.05
"""How far from whole a number is that is taken for whole."""
_PORTION = 0.1
"""Of the rows that are left, the share that is taken at least each time."""
_DIVES = 40
"""Times that the rest is solved again, at most."""


@dataclass(frozen=True, eq=False)
class Whole:
    """Rows in whole numbers.

    Parameters
    ----------
    codes
        Shape (m, d).
    labels
        Their labels by their codes, shape (m,).
    times
        How often each is there, shape (m,).
    energy
        See `slack.energy`.
    """

    codes: Int[Array, "m d"]
    labels: Int[Array, " m"]
    times: Int[Array, " m"]
    energy: float


def made_whole(equations: Equations, found: Relaxed, seconds: float = np.inf) -> Whole:
    """Return whole numbers of rows that meet the equations, or nearly.

    Parameters
    ----------
    equations
        Whose labels are classes.
    found
        The solution in fractions.
    seconds
        Stop after about so long with the best so far.
    """
    started = time.perf_counter()
    blocks = equations.blocks
    times = np.rint(found.x).astype(np.int64)
    columns = columns_of(equations, found.codes, equations.labels[found.labels])
    best = energy(blocks, columns, times)
    if best <= EXACT:
        return _kept(found.codes, found.labels, times, best)
    codes = np.concatenate([found.codes, found.near[:_BESIDE]])
    labels = np.concatenate([found.labels, found.near_labels[:_BESIDE]])
    columns = columns_of(equations, codes, equations.labels[labels])
    times = np.concatenate([times, np.zeros(len(codes) - len(times), dtype=np.int64)])

    def left() -> float:
        return max(seconds - (time.perf_counter() - started), 0.0)

    for attempt, worth in ((_dived, _FINE), (swapped, _FINE), (exchanged, EXACT), (branched, _FINE)):
        if left() <= 0.0:
            break
        if best <= worth:
            continue
        tried = attempt(equations, columns, times, left())
        own = energy(blocks, columns, tried)
        if own < best:
            times, best = tried, own
    return _kept(codes, labels, times, best)


def whole_rows(equations: Equations, found: Relaxed, seconds: float = np.inf) -> Mixed:
    """Return rows with targets, in whole numbers: those of one row with any target come to a whole number together.

    Parameters
    ----------
    equations
        Whose labels are the ends of a range.
    found
        The solution in fractions.
    seconds
        Stop after about so long with the best so far.
    """
    best = mixed(equations, found.codes, found.labels, found.x)
    if best.energy <= _FINE:
        return best
    codes = np.concatenate([found.codes, found.near[:_BESIDE]])
    firsts = np.unique(hashes_of(equations.routes, codes), return_index=True)[1]
    ends = len(equations.labels)
    own, labels = np.tile(codes[firsts], (ends, 1)), np.repeat(np.arange(ends), len(firsts))
    columns = columns_of(equations, own, equations.labels[labels])
    x = in_whole_groups(equations, columns, np.tile(np.arange(len(firsts)), ends), seconds)
    if x is None:
        return best
    again = mixed(equations, own, labels, np.maximum(x, 0.0))
    return again if again.energy < best.energy else best


def _kept(codes: Array, labels: Array, times: Array, best: float) -> Whole:
    there = times > 0
    return Whole(codes[there], labels[there], times[there], best)


def _dived(equations: Equations, columns: Columns, times: Array, seconds: float) -> Array:
    """Take what is nearly whole, solve the rest again, and so on."""
    started = time.perf_counter()
    blocks = equations.blocks
    taken = np.zeros(len(times), dtype=np.int64)
    pool = Pool(blocks.totals * np.sqrt(blocks.weights), len(blocks.tree))
    pool.add(columns)
    for _ in range(_DIVES):
        pool.take(taken)
        pool.solve(_ROUNDS, 0.0)
        x = pool.x
        if x.sum() < 0.5 or time.perf_counter() - started > seconds:
            break
        whole = np.rint(x)
        nearly = (whole > 0) & (np.abs(x - whole) <= _NEARLY)
        if whole[nearly].sum() < max(1.0, _PORTION * x.sum()):  # the nearest ones, or else the largest
            order = np.lexsort((np.arange(len(x)), -x, np.abs(x - whole)))
            order = order[whole[order] > 0]
            if not len(order):
                order = np.argsort(-x, kind="stable")[:1]
                whole[order] = 1.0
            many = int(np.searchsorted(np.cumsum(whole[order]), max(1.0, _PORTION * x.sum()))) + 1
            nearly = np.zeros(len(x), dtype=bool)
            nearly[order[:many]] = True
        taken[nearly] += whole[nearly].astype(np.int64)
    return taken


_ROUNDS = 1_000
"""Times that columns may enter while the rest is solved."""
