"""How many rows a table has, where no node tells it but with noise: rows come and go in the chains themselves."""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Int
from numba import njit

from retrodict import threads, time_limit
from retrodict.matching.problem import Problem
from retrodict.matching.search.annealing import Annealing
from retrodict.matching.search.arrays import Chain, Fixed, fixed_arrays
from retrodict.matching.search.learning import learn, own_copies
from retrodict.matching.search.moves import place_rows
from retrodict.matching.search.noisy_run import OF_EXCHANGES, hottest
from retrodict.matching.search.random_numbers import uniform
from retrodict.matching.search.whole_rows import enter, leave

Array = np.ndarray

_CHAINS = 2
_SWEEPS, _FALL, _PASSED = 1_200, 300, 300
"""Of each chain: with the temperature falling to 1, passed over, and of which each gives a draw of the number."""
_SPREAD = 4.0
"""Standard deviations of the trees' mean total that the number may lie above it."""
_MIDDLE = (0.05, 0.5, 0.95)
"""Quantiles of the draws: the ends of an interval, and between them the best."""


@dataclass(frozen=True)
class RowNumber:
    """How many rows a table has: the median of what its chains held, and the ends of an interval of 90 %."""

    best: int
    low: int
    high: int


def row_number(problem: Problem, seed: np.random.SeedSequence, workers: int | None = None) -> RowNumber:
    """Draw the number of rows with the rows themselves, and return where it lies.

    A table of more rows than there can be is searched, of which some are absent: they are in no count, and hold what is
    assumed of any row. Given how many are present, each choice of them is as likely, and so is each number of them. A
    row that comes or goes is then one more move of the chain (Carlin & Chib, JRSS B 57:473, 1995: rows that are absent
    have a pseudo-prior).

    Parameters
    ----------
    problem
        Under noise, of trees that all saw all rows; how many it says there are is where chains begin.
    seed
        The same seed gives the same number.
    workers
        Threads; they never change it.

    Raises
    ------
    TimeLimitError
        If the time was up before: chains that are still hot tell nothing.
    """
    assert problem.noise is not None
    noise, trees, start = problem.noise, problem.trees, problem.table.n
    stated = noise.summed.sum() * problem.targets.sums.shape[1] / len(trees)
    spread = noise.scale * math.sqrt((1.0 if noise.kind == "gaussian" else 2.0) * stated / len(trees))
    most = start + math.ceil(_SPREAD * spread) + 1
    wide = replace(
        problem,
        table=replace(problem.table, n=most),
        trees=replace(trees, multiplicities=np.ones((len(trees), most), dtype=np.int64)),
    )
    seeds = [np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, i)) for i in range(_CHAINS)]
    with threads.capped(1, tasks=True), ThreadPoolExecutor(min(workers or _CHAINS, _CHAINS)) as pool:
        ends = time.perf_counter() + time_limit.left()
        drawn = list(pool.map(lambda one: _draws(wide, start, one, ends), seeds))
    if any(len(own) < _SWEEPS - _FALL - _PASSED for own in drawn):
        time_limit.check("the number of rows was found")
    low, best, high = (round(each) for each in np.quantile(np.concatenate(drawn), _MIDDLE))
    return RowNumber(max(best, 1), max(low, 1), max(high, 1))


def _draws(problem: Problem, start: int, seed: np.random.SeedSequence, ends: float) -> Int[Array, " s"]:
    """Return the numbers of rows that a chain draws; fewer where its time is up, by `time.perf_counter`."""
    fixed = fixed_arrays(problem)
    fixed = (own_copies(fixed) if problem.learned else fixed)._replace(multiplicities=fixed.multiplicities.copy())
    annealing = Annealing.start(problem, fixed, seed, None)
    fixed.multiplicities[start:] = 0
    annealing.chain.used[start:] = 0
    annealing.recount()
    rng, rows = np.random.default_rng(seed), np.arange(problem.table.n)
    heat = np.concatenate([np.geomspace(hottest(annealing), 1.0, _FALL), np.ones(_SWEEPS - _FALL)])
    out = []
    for at, temperature in enumerate(heat):
        if time.perf_counter() >= ends:
            break
        annealing.move(rows, np.full(1, temperature), OF_EXCHANGES, searching=False)
        _come_and_go(fixed, annealing.chain, temperature)
        if problem.learned:
            place_rows(fixed, annealing.chain, annealing.room)
            learn(problem, fixed, annealing.chain, rng)
        if at >= _FALL + _PASSED:
            out.append(int(fixed.multiplicities[:, 0].sum()))
    return np.array(out)


@njit(cache=True, nogil=True)
def _come_and_go(fixed: Fixed, chain: Chain, temperature: float) -> None:
    """Propose of each row that it goes where it is present, and comes where it is not."""
    multiplicities, most = fixed.multiplicities, len(chain.codes)
    present = 0
    for i in range(most):
        present += multiplicities[i, 0]
    for i in range(most):
        if multiplicities[i, 0] == 1:
            if present == 1:
                continue
            e = leave(fixed, chain, i)
            if _taken(chain.rng, math.log((most - present + 1) / present) - e / temperature):
                _draw(multiplicities, chain.used, i, 0)
                chain.energy[0] += e
                present -= 1
            else:
                enter(fixed, chain, i, chain.codes[i], chain.labels[i])
            continue
        _draw(multiplicities, chain.used, i, 1)
        e = enter(fixed, chain, i, chain.codes[i], chain.labels[i])
        if _taken(chain.rng, math.log((present + 1) / (most - present)) - e / temperature):
            chain.energy[0] += e
            present += 1
        else:
            leave(fixed, chain, i)
            _draw(multiplicities, chain.used, i, 0)


@njit(cache=True)
def _draw(multiplicities: Any, used: Any, i: int, times: int) -> None:
    """Let all trees draw a row so often; one that is drawn by none asks for no feature."""
    for t in range(multiplicities.shape[1]):
        multiplicities[i, t] = times
        used[i, t] = 0


@njit(cache=True)
def _taken(rng: Any, log_ratio: float) -> bool:
    return log_ratio >= 0.0 or uniform(rng) < math.exp(log_ratio)
