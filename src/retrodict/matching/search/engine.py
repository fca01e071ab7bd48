"""The search that rebuilds a table from node counts: its settings, and how long it searches by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from retrodict.errors import RequestError
from retrodict.extras import extra_for
from retrodict.matching.problem import Problem
from retrodict.matching.search.matched import Matched

Array = np.ndarray
Checkpoint = Callable[[Callable[[], bytes], bool], None]


class _Sweeps(NamedTuple):
    """How many sweeps a chain makes: ``work / n ** power``, between two bounds."""

    shortest: int
    longest: int
    work: float
    power: int

    def sweeps(self, n: int) -> int:
        """Return those of a table of `n` rows."""
        return int(min(self.longest, max(self.shortest, self.work / max(n, 1) ** self.power)))


_DRAWN = _Sweeps(100, 1_500, 1.2e8, 2)
"""Where multiplicities tell rows apart, which are then compared in pairs: a sweep takes more than in proportion."""
_ALIKE = _Sweeps(150, 600, 4.4e5, 1)
"""Where they do not, and attempts of about so many moves a feature suffice, whatever the rows."""
_QUICK = 100
"""Sweeps of a short first attempt, which often suffices."""
_QUICK_PAYS = 3
"""A long attempt must be so many times as long for a short one to come first."""
_RESTARTABLE = 300
"""Rows of a table that another attempt still takes little time for."""


@dataclass(frozen=True)
class Matching:
    """Rebuild a table by annealing the mismatch of its node counts.

    Parameters
    ----------
    chains
        Independent chains; by default 2, and 4 where tables are asked for or counts have noise.
    sweeps
        Sweeps of a chain, each as many moves as the table has entries; by default chosen by the number of rows, and few
        in the first attempt where a bootstrap tells rows apart.
    restarts
        How often chains are heated again while none meets all counts; by default once where the first attempt
        is a short one, else twice for tables of up to 300 rows, and never for larger ones.
    seconds
        Stop after about so long and keep the best; by default no limit. A run that this stops is not repeatable.
    longest
        Sweeps of a chain in an attempt, at most, where `sweeps` is not given; by default no bound but its own.
    workers
        Threads; by default all cores. They never change the table.
    tables
        Tables of the chains that are kept, beside the one in their middle: draws of ``Q(table | file)``, as far as the
        chains mix.

    Notes
    -----
    The energy is the squared mismatch of node counts over the count plus one (simulated annealing: Kirkpatrick, Gelatt
    & Vecchi, Science 220:671, 1983). Entries and labels are drawn from their exact conditionals at the temperature
    (Geman & Geman, IEEE PAMI 6:721, 1984), rows exchange entries, and whole rows go where their multiplicities want
    them (`row_places`). What is then left is repaired a few rows at a time (`repairing`). That a forest's counts
    determine its training table was shown by Ferry, Fukasawa, Pascal & Vidal (ICML 2024), who solve for it by
    constraint programming.
    """

    chains: int | None = None
    sweeps: int | None = None
    restarts: int | None = None
    seconds: float | None = None
    workers: int | None = None
    longest: int | None = None
    tables: int = 0

    def __post_init__(self) -> None:
        for name in ("chains", "sweeps", "workers", "longest"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise RequestError(f"matching needs {name} of at least 1, got {value}")
        if self.tables < 0:
            raise RequestError(f"matching needs tables of at least 0, got {self.tables}")
        if self.restarts is not None and self.restarts < 0:
            raise RequestError(f"matching needs restarts of at least 0, got {self.restarts}")
        if self.seconds is not None and not self.seconds > 0:
            raise RequestError(f"matching needs a time limit above 0 seconds, got {self.seconds}")

    def solve(
        self,
        problem: Problem,
        seed: np.random.SeedSequence,
        *,
        labels: Int[Array, " n"] | None = None,
        state: bytes | None = None,
        checkpoint: Checkpoint = lambda make, now: None,
        progress: Callable[[float, float], None] = lambda share, energy: None,
    ) -> Matched:
        """Rebuild the table.

        Parameters
        ----------
        problem
            What it must meet.
        seed
            The same seed gives the same table.
        labels
            The rows' label codes where they are known, shape (n,).
        state
            The bytes of a checkpoint: the run goes on from there.
        checkpoint
            Called after each round of sweeps with a function that gives such bytes.
        progress
            Called with the share of the sweeps done and the lowest energy.
        """
        with extra_for("rebuilding a table from its counts"):
            from retrodict.matching.search.noisy_run import NoisyRun  # compiled: imported when needed
            from retrodict.matching.search.run import Run

        run = (Run if problem.noise is None else NoisyRun)(self, problem, seed, labels)
        if state is not None:
            run.restore(state)
        return run.execute(checkpoint, progress)

    def planned_sweeps(self, problem: Problem, attempt: int = 0) -> int:
        """Return the sweeps of a chain in an attempt; the first is short where multiplicities can place whole rows.

        The work of a sweep grows with the rows, and more than in proportion once the trees' nodes fill the cache.
        """
        if self.sweeps:
            return self.sweeps
        if problem.trees.alike:
            planned = _ALIKE.sweeps(problem.table.n)
        else:
            planned = _QUICK if attempt == 0 and _quick(problem) else _DRAWN.sweeps(problem.table.n)
        return planned if self.longest is None else min(planned, self.longest)

    def planned_restarts(self, problem: Problem) -> int:
        """Return the restarts allowed."""
        if self.restarts is not None:
            return self.restarts
        if not self.sweeps and _quick(problem):
            return 1
        return 2 if problem.table.n <= _RESTARTABLE else 0

    def reheats(self, problem: Problem, attempt: int) -> bool:
        """Whether an attempt begins from what the one before it found, and so below the highest temperature."""
        return attempt > (1 if not self.sweeps and _quick(problem) else 0)


def _quick(problem: Problem) -> bool:
    """Whether a short attempt comes first: it often suffices, and costs little beside a long one."""
    return not problem.trees.alike and _DRAWN.sweeps(problem.table.n) >= _QUICK_PAYS * _QUICK
