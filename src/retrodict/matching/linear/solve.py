"""Solve the equations about a training table for the table."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.equations import Equations
from retrodict.matching.linear.generation import Relaxed, relaxed
from retrodict.matching.linear.slack import energy_of
from retrodict.matching.linear.solution import Solution

Array = np.ndarray


def solve(
    equations: Equations,
    seed: np.random.SeedSequence,
    *,
    seconds: float = np.inf,
    workers: int | None = None,
    progress: Callable[[float, float], None] = lambda share, energy: None,
) -> Solution:
    """Return the table.

    Parameters
    ----------
    equations
        What it must fulfil.
    seed
        The same seed gives the same table.
    seconds
        Stop after about so long and keep the best; a run that this stops is not repeatable.
    workers
        Threads; by default all cores. They never change the table.
    progress
        Called with the share of the work done, as far as can be told, and the misfit.
    """
    started = time.perf_counter()
    found = relaxed(equations, seconds, progress)
    codes, labels = _whole(equations, found)
    return Solution(
        codes,
        labels,
        energy_of(equations, codes, labels),
        found.misfit,
        found.rounds,
        time.perf_counter() - started,
        found.optimal,
        equations.blocks.equations,
        None,
        np.ones(codes.shape),
        np.ones(len(codes)),
    )


def _whole(equations: Equations, found: Relaxed) -> tuple[Int[Array, "n d"], Float[Array, " n"]]:
    """Return rows as often as the solution has them, to the nearest whole number; two labels of a row mix."""
    times = np.rint(found.x).astype(np.int64)
    return np.repeat(found.codes, times, axis=0), np.repeat(equations.labels[found.labels], times)
