"""Column generation: possible rows are priced, and the best enter a pool, until none would lower the misfit."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.equations import Equations
from retrodict.matching.linear.candidates import columns_of, priced_states, prices
from retrodict.matching.linear.least_squares import Pool
from retrodict.matching.linear.states import all_states

Array = np.ndarray

CAPACITY = 4_000
"""Columns of the pool, at most, beside those of the solution."""
_ENTRANTS = 300
"""Columns that enter the pool at a time."""
_ROUNDS = 3
"""Times that columns of the pool are let into the solution before all rows are priced again: fewer come and go."""
_ALL_ROUNDS = 1_000
"""The same where all that is left to enter is in the pool."""
_ENOUGH = 1e-24
"""Of the squared right side, the misfit that the rounding of 64-bit sums leaves."""
_WORTH = 1e-7
"""Of the residual's length, the price from which a column is worth a place."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A solution whose numbers of rows may be fractions.

    Parameters
    ----------
    codes, labels
        The rows that it has some of, shapes (m, d) and (m,), labels by their codes.
    x
        How many of each, shape (m,).
    misfit
        The squared length of the weighed residual.
    rounds
        How often all rows were priced.
    optimal
        Whether no possible row would lower the misfit.
    """

    codes: Int[Array, "m d"]
    labels: Int[Array, " m"]
    x: Float[Array, " m"]
    misfit: float
    rounds: int
    optimal: bool


def relaxed(
    equations: Equations, seconds: float = np.inf, progress: Callable[[float, float], None] = lambda share, misfit: None
) -> Relaxed:
    """Return the non-negative numbers of rows that fit the equations best.

    Parameters
    ----------
    equations
        Of few enough possible rows to look at each.
    seconds
        Stop after about so long with the best so far.
    progress
        Called with the share of the misfit that is gone, by orders of magnitude, and the misfit.
    """
    started = time.perf_counter()
    states = all_states(equations)
    layouts = priced_states(equations, states.codes)
    blocks = equations.blocks
    totals = blocks.totals * np.sqrt(blocks.weights)
    pool = Pool(totals, len(blocks.tree))
    labels = len(equations.labels)
    numbers = np.empty(0, dtype=np.int64)
    taken = np.zeros(labels * len(states), dtype=bool)
    first = float((totals**2).sum())
    rounds, optimal = 0, False
    while time.perf_counter() - started < seconds:
        rounds += 1
        price = prices(layouts, blocks, pool.residual).ravel()
        price[taken] = -np.inf
        many = min(_ENTRANTS, int((price > _WORTH * np.sqrt(pool.misfit)).sum()))
        if many == 0:  # what is left is in the pool
            before = pool.misfit
            if pool.size == 0 or not pool.solve(_ALL_ROUNDS, _ENOUGH * first) or pool.misfit >= before:
                optimal = True
                break
            continue
        new = np.sort(np.argpartition(-price, many - 1)[:many])
        if pool.size + many > CAPACITY:
            kept = _kept(pool)
            taken[numbers[~kept]] = False
            numbers = numbers[kept]
            pool.keep(kept)
        pool.add(columns_of(equations, states.codes[new % len(states)], equations.labels[new // len(states)]))
        numbers, taken[new] = np.concatenate([numbers, new]), True
        pool.solve(_ROUNDS, _ENOUGH * first)
        progress(min(1.0, np.log(pool.misfit / first) / np.log(_ENOUGH)) if pool.misfit > 0 else 1.0, pool.misfit)
        if pool.misfit <= _ENOUGH * first:
            optimal = True
            break
    found = np.flatnonzero(pool.x > 0)
    own = numbers[found]
    return Relaxed(
        states.codes[own % len(states)], own // len(states), pool.x[found].copy(), pool.misfit, rounds, optimal
    )


def _kept(pool: Pool) -> Array:
    """Return which columns stay in a pool that is full: those of the solution, and half as many as fit beside them."""
    inside = pool.x > 0
    order = np.argsort(np.where(inside, np.inf, pool.slopes))[::-1]
    kept = inside.copy()
    kept[order[: max(CAPACITY // 2, int(inside.sum()))]] = True
    return kept
