"""The engine that rebuilds a table from node counts: independent annealed chains, and what they agree on."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from retrodict import threads
from retrodict.errors import RequestError
from retrodict.matching.problem import Problem
from retrodict.matching.search.agreement import Samples, agreement, consensus
from retrodict.matching.search.annealing import Annealed, schedule
from retrodict.matching.search.arrays import Forest, forest
from retrodict.matching.search.labels import root_labels
from retrodict.matching.search.repairing import repair

Array = np.ndarray
Checkpoint = Callable[[Callable[[], bytes], bool], None]

_SAMPLES = 40
_LONGEST, _SHORTEST, _WORK = 1_500, 100, 1.2e8
_LONGEST_ALIKE, _SHORTEST_ALIKE, _WORK_ALIKE = 600, 150, 4.4e5
_QUICK, _QUICK_PAYS = 100, 3
_RESTARTABLE = 300
_OF_REPAIRS = 0.5
_NEAR = 0.3
_REHEAT = 0.6
_SAMPLING = 0.5


@dataclass(frozen=True, eq=False)
class Matched:
    """A rebuilt table in codes, and how sure it is.

    Parameters
    ----------
    codes, labels
        Shapes (n, d) and (n,).
    energy
        The mismatch of this table; 0 where it gives every node its counts. It may lie above the best chain's, whose
        numbers are moved to the middle of where they wander.
    energies
        The lowest of each chain.
    restarts
        How often chains that fell short were heated again.
    sweeps
        Sweeps that all chains made together.
    seconds
        Wall time.
    cell_agreement, label_agreement
        The share of the chains' tables that agrees with this one, shapes (n, d) and (n,).
    """

    codes: Int[Array, "n d"] = field(repr=False)
    labels: Int[Array, " n"] = field(repr=False)
    energy: float
    energies: tuple[float, ...]
    restarts: int
    sweeps: int
    seconds: float
    cell_agreement: Float[Array, "n d"] = field(repr=False)
    label_agreement: Float[Array, " n"] = field(repr=False)

    @property
    def confidence(self) -> Float[Array, " n"]:
        """The share of a row's cells, its label among them, that the chains agree on, shape (n,)."""
        cells = np.column_stack([self.cell_agreement, self.label_agreement])
        return np.asarray(cells.mean(axis=1))


@dataclass(frozen=True)
class Matching:
    """Rebuild a table by annealing the mismatch of its node counts.

    Parameters
    ----------
    chains
        Independent chains; by default 2.
    sweeps
        Sweeps of a chain, each as many moves as the table has cells; by default chosen by the number of rows, and few
        in the first attempt where a bootstrap tells rows apart.
    restarts
        How often chains are heated again while none meets all counts; by default once where the first attempt
        is a short one, else twice for tables of up to 300 rows, and never for larger ones.
    seconds
        Stop after about so long and keep the best; by default no limit. A run that this stops is not repeatable.
    longest
        Sweeps of a chain in an attempt, at most, where `sweeps` is not given; by default no bound but the engine's own.
    workers
        Threads; by default all cores. They never change the table.

    Notes
    -----
    The energy is the squared mismatch of node counts over the count plus one (simulated annealing: Kirkpatrick, Gelatt
    & Vecchi, Science 220:671, 1983). Cells and labels are drawn from their exact conditionals at the temperature (Geman
    & Geman, IEEE PAMI 6:721, 1984), rows exchange cells, and whole rows go where the draws want them (`placing`). What
    is then left is repaired a few rows at a time (`repairing`). That a forest's counts determine its training table was
    shown by Ferry, Fukasawa, Pascal & Vidal (ICML 2024), who solve for it by constraint programming.
    """

    chains: int | None = None
    sweeps: int | None = None
    restarts: int | None = None
    seconds: float | None = None
    workers: int | None = None
    longest: int | None = None

    def __post_init__(self) -> None:
        for name in ("chains", "sweeps", "workers", "longest"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise RequestError(f"matching needs {name} of at least 1, got {value}")
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
        known = root_labels(problem) if labels is None else np.asarray(labels)
        run = _Run(self, problem, forest(problem), seed, known)
        if state is not None:
            run.restore(state)
        return run.execute(checkpoint, progress)

    def planned_sweeps(self, problem: Problem, attempt: int = 0) -> int:
        """Return the sweeps of a chain in an attempt; the first is short where whole rows can be placed by the draws.

        The work of a sweep grows with the rows, and more than in proportion once the trees' nodes fill the cache.
        """
        if self.sweeps:
            return self.sweeps
        n = max(problem.n, 1)
        if _alike(problem):
            planned = int(min(_LONGEST_ALIKE, max(_SHORTEST_ALIKE, _WORK_ALIKE / n)))
        else:
            planned = _QUICK if attempt == 0 and _quick(problem) else _longest(problem)
        return planned if self.longest is None else min(planned, self.longest)

    def planned_restarts(self, problem: Problem) -> int:
        """Return the restarts allowed."""
        if self.restarts is not None:
            return self.restarts
        if not self.sweeps and _quick(problem):
            return 1
        return 2 if problem.n <= _RESTARTABLE else 0

    def reheats(self, problem: Problem, attempt: int) -> bool:
        """Whether an attempt begins from what the one before it found, and so below the highest temperature."""
        return attempt > (1 if not self.sweeps and _quick(problem) else 0)


def _alike(problem: Problem) -> bool:
    return bool((problem.draws == 1).all())


def _longest(problem: Problem) -> int:
    return int(min(_LONGEST, max(_SHORTEST, _WORK / max(problem.n, 1) ** 2)))


def _quick(problem: Problem) -> bool:
    """Whether a short attempt comes first: it often suffices, and costs little beside a long one."""
    return not _alike(problem) and _longest(problem) >= _QUICK_PAYS * _QUICK


class _Run:
    """One run of all chains, round by round, so that it can be kept and resumed between any two."""

    def __init__(
        self,
        settings: Matching,
        problem: Problem,
        fixed: Forest,
        seed: np.random.SeedSequence,
        labels: Int[Array, " n"] | None,
    ) -> None:
        self.settings = settings
        self.problem = problem
        many = settings.chains or 2
        seeds = [np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, i)) for i in range(many)]
        self.chains = [Annealed.start(problem, fixed, s, labels) for s in seeds]
        self.best_codes = [chain.chain.codes.copy() for chain in self.chains]
        self.best_labels = [chain.chain.labels.copy() for chain in self.chains]
        self.best = np.array([chain.energy for chain in self.chains])
        self.round = self.restarts = self.sweeps = 0
        self.spent = 0.0

    def execute(self, checkpoint: Checkpoint, progress: Callable[[float, float], None]) -> Matched:
        """Anneal, heat again where needed, sample, and judge."""
        started = time.perf_counter() - self.spent
        workers = self.settings.workers or os.cpu_count() or 1
        # One thread a product: more would change its last digits with the machine, and wait for one another.
        with threads.capped(1, tasks=True), ThreadPoolExecutor(min(workers, len(self.chains))) as pool:
            for share in self._rounds(pool):
                self.spent = time.perf_counter() - started
                progress(share, float(self.best.min()))
                checkpoint(self.state, False)
                if self.settings.seconds is not None and self.spent > self.settings.seconds:
                    break
            samples = self._sample(pool)
        return self._judge(samples, time.perf_counter() - started)

    def _rounds(self, pool: ThreadPoolExecutor) -> Iterator[float]:
        settings, problem = self.settings, self.problem
        while True:
            sweeps = settings.planned_sweeps(problem, self.restarts)
            heat = _REHEAT if settings.reheats(problem, self.restarts) else 1.0
            plans = [schedule(chain.hottest * heat, chain.coldest, sweeps) for chain in self.chains]
            last = len(plans[0])  # the round after the last temperature repairs
            while self.round <= last and not self._done():
                now = self.round
                if now < last:
                    list(pool.map(Annealed.sweeps, self.chains, [plan[now] for plan in plans]))
                    self.sweeps += sum(len(plan[now]) for plan in plans)
                else:
                    self._repair(pool, _OF_REPAIRS * sweeps)
                self.round += 1
                self._keep()
                yield self.round / (last + 1)
            if self._near() or self.restarts >= settings.planned_restarts(problem):
                return
            self.restarts, self.round = self.restarts + 1, 0

    def _repair(self, pool: ThreadPoolExecutor, sweeps: float) -> None:
        for chain, codes, labels in zip(self.chains, self.best_codes, self.best_labels, strict=True):
            chain.put(codes, labels)
        list(pool.map(repair, self.chains, [sweeps] * len(self.chains)))
        self.sweeps += int(sweeps) * len(self.chains)

    def _done(self) -> bool:
        """Whether a chain meets all counts: few tables do, and another chain would spend long to find the same one."""
        return bool((self.best <= self.chains[0].enough).any())

    def _near(self) -> bool:
        """Whether no row of a chain can be in the wrong place, which costs more than one for each tree that drew it.

        What is left is open for numbers between near split points, which another attempt leaves as open.
        """
        return self._done() or bool((self.best <= _NEAR * self.chains[0].drew).any())

    def _keep(self) -> None:
        for i, chain in enumerate(self.chains):
            if chain.energy < self.best[i]:
                self.best[i] = chain.energy
                self.best_codes[i] = chain.chain.codes.copy()
                self.best_labels[i] = chain.chain.labels.copy()

    def _sample(self, pool: ThreadPoolExecutor) -> list[Samples]:
        """Let each chain wander from its best table, at a temperature where only what counts leave open moves."""

        def wander(i: int) -> Samples:
            chain = self.chains[i]
            chain.put(self.best_codes[i], self.best_labels[i])
            codes, labels = [], []
            for _ in range(_SAMPLES):
                chain.sweeps(np.full(1, _SAMPLING * chain.coldest), searching=False)
                codes.append(chain.chain.codes.copy())
                labels.append(chain.chain.labels.copy())
            return Samples(np.stack(codes), np.stack(labels))

        self.sweeps += _SAMPLES * len(self.chains)
        return list(pool.map(wander, range(len(self.chains))))

    def _judge(self, samples: list[Samples], seconds: float) -> Matched:
        """Return the best chain's table, its numbers in the middle of its wanderings, and who agrees with it."""
        problem, lead = self.problem, int(self.best.argmin())
        chain, solved = self.chains[lead], self._done()
        codes, labels = self.best_codes[lead].astype(np.int64), self.best_labels[lead].astype(np.int64)
        numbers = problem.ordered & (problem.cells > 2)
        likely = consensus(problem, samples[lead])[0]
        middle = np.where(numbers, likely, codes)
        # A table that meets every count is worth more than a likelier one.
        for table in (likely, middle, codes) if solved else (middle,):
            chain.put(table, labels)
            if chain.solved:
                break
        codes = table
        # A chain that meets no table of its own agrees with itself in whatever it froze in: only others can tell.
        others = [s for i, s in enumerate(samples) if i != lead]
        judges = [samples[lead]] if solved or not others else others
        cells, tags = agreement(codes, labels, judges, alike=chain.alike)
        if chain.fixed:
            tags = np.ones(problem.n)
        return Matched(
            codes,
            labels,
            chain.energy,
            tuple(float(e) for e in self.best),
            self.restarts,
            self.sweeps,
            seconds,
            cells,
            tags,
        )

    def state(self) -> bytes:
        """Return all that a resumed run needs."""
        arrays: dict[str, Any] = {
            "best": self.best,
            "at": np.array([self.round, self.restarts, self.sweeps]),
            "spent": np.array([self.spent]),
        }
        for i, chain in enumerate(self.chains):
            arrays |= {f"codes{i}": chain.chain.codes, f"labels{i}": chain.chain.labels, f"rng{i}": chain.chain.rng}
            arrays |= {f"best_codes{i}": self.best_codes[i], f"best_labels{i}": self.best_labels[i]}
        out = io.BytesIO()
        np.savez_compressed(out, **arrays)
        return out.getvalue()

    def restore(self, state: bytes) -> None:
        """Go back to where `state` was taken."""
        with np.load(io.BytesIO(state), allow_pickle=False) as kept:
            self.best[:] = kept["best"]
            self.round, self.restarts, self.sweeps = (int(x) for x in kept["at"])
            self.spent = float(kept["spent"][0])
            for i, chain in enumerate(self.chains):
                chain.put(kept[f"codes{i}"], kept[f"labels{i}"])
                chain.chain.rng[:] = kept[f"rng{i}"]
                self.best_codes[i], self.best_labels[i] = kept[f"best_codes{i}"], kept[f"best_labels{i}"]
