"""One run of the search: independent annealed chains, round by round, and what they agree on."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Int

from retrodict import threads
from retrodict.matching.problem import Problem
from retrodict.matching.search.agreement import FEWEST_CODES, Samples, agreement, consensus, in_order, middle_place
from retrodict.matching.search.annealing import Annealing, schedule
from retrodict.matching.search.arrays import Held, assumed_arrays, fixed_arrays
from retrodict.matching.search.diagnostics import compare
from retrodict.matching.search.labels import root_labels
from retrodict.matching.search.matched import Drawn, Matched
from retrodict.matching.search.mixing import Mixing
from retrodict.matching.search.repairing import repair

Array = np.ndarray

if TYPE_CHECKING:
    from retrodict.matching.search.engine import Checkpoint, Matching

_CHAINS = 2
"""Where none is asked for: the fewest that can disagree."""
_CHAINS_OF_TABLES = 4
"""Where several tables are asked for: fewer chains tell little of how far they mix (Vehtari et al., 2021)."""
_SAMPLES = 40
"""Tables of each chain that are asked whether they agree."""
_SAMPLING = 0.5
"""Of a chain's last temperature: only what counts leave open moves there."""
_OF_REPAIRS = 0.5
"""Repairs take the work of so many of an attempt's sweeps."""
_NEAR = 0.3
"""Energy for each tree that drew a row: one in the wrong place costs more, so what is below is open to any attempt."""
_TIED = 0.8
"""Of an attempt's rounds: after so many, rows are tied as the prior says. Ties that hold from the first one on freeze
rows that counts would still move: of two columns of one category, neither turns over alone."""
_REHEAT = 0.6
"""Of the highest temperature: an attempt that begins from another's table is not to forget all of it."""


class Run:
    """One run of all chains, round by round, so that it can be kept and resumed between any two."""

    def __init__(
        self,
        settings: Matching,
        problem: Problem,
        seed: np.random.SeedSequence,
        labels: Int[Array, " n"] | None,
    ) -> None:
        self.settings = settings
        self.problem = problem
        known, fixed = root_labels(problem) if labels is None else np.asarray(labels), fixed_arrays(problem)
        many = range(settings.chains or (_CHAINS_OF_TABLES if settings.tables else _CHAINS))
        seeds = [np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, i)) for i in many]
        self.annealings = [Annealing.start(problem, fixed, s, known) for s in seeds]
        self.best_tables = [each.held() for each in self.annealings]
        self.best = np.array([each.energy for each in self.annealings])
        self.round = self.restarts = self.sweeps = 0
        self.strength = 1.0
        self.spent = 0.0

    def execute(self, checkpoint: Checkpoint, progress: Callable[[float, float], None]) -> Matched:
        """Anneal, heat again where needed, sample, and judge."""
        started = time.perf_counter() - self.spent
        workers = self.settings.workers or os.cpu_count() or 1
        # One thread a product: more would change its last digits with the machine, and wait for one another.
        with threads.capped(1, tasks=True), ThreadPoolExecutor(min(workers, len(self.annealings))) as pool:
            for share in iter(()) if self._late() else self._rounds(pool):
                self.spent = time.perf_counter() - started
                progress(share, float(self.best.min()))
                checkpoint(self.state, False)
                if self._late():
                    break
            checkpoint(self.state, True)  # a search that ended ends again in the same way
            samples = self._sample(pool)
        return self._judge(samples, time.perf_counter() - started)

    def _late(self) -> bool:
        """Whether the time is up."""
        return self.settings.seconds is not None and self.spent > self.settings.seconds

    def _rounds(self, pool: ThreadPoolExecutor) -> Iterator[float]:
        settings, problem = self.settings, self.problem
        while True:
            sweeps = settings.planned_sweeps(problem, self.restarts)
            heat = _REHEAT if settings.reheats(problem, self.restarts) else 1.0
            plans = [schedule(each.hottest * heat, each.coldest, sweeps) for each in self.annealings]
            last = len(plans[0])  # the round after the last temperature repairs
            while self.round <= last and not self._done():
                now = self.round
                self._tie(min(now / (_TIED * last), 1.0))
                if now < last:
                    list(pool.map(Annealing.sweeps, self.annealings, [plan[now] for plan in plans]))
                    self.sweeps += sum(len(plan[now]) for plan in plans)
                else:
                    self._repair(pool, _OF_REPAIRS * sweeps)
                self.round += 1
                self._keep()
                yield self.round / (last + 1)
            if self._near() or self.restarts >= settings.planned_restarts(problem):
                return
            self.restarts, self.round = self.restarts + 1, 0

    def _tie(self, strength: float) -> None:
        """Let what rows hold go together by a share of what the prior says."""
        prior = self.problem.prior
        if prior is not None and strength != self.strength:
            assumed = assumed_arrays(replace(self.problem, prior=prior.weakened(strength)))
            for annealing in self.annealings:
                annealing.assume(assumed)
            self.strength = strength

    def _repair(self, pool: ThreadPoolExecutor, sweeps: float) -> None:
        for annealing, held in zip(self.annealings, self.best_tables, strict=True):
            annealing.take(held)
        list(pool.map(repair, self.annealings, [sweeps] * len(self.annealings)))
        self.sweeps += int(sweeps) * len(self.annealings)

    def _done(self) -> bool:
        """Whether a chain meets all counts: few tables do, and another chain would spend long to find the same one.

        Where several tables are asked for, what other chains find is what is asked: all are to meet them.
        """
        return bool(self._met().all() if self.settings.tables else self._met().any())

    def _met(self) -> Bool[Array, " chains"]:
        """Which chains meet all counts."""
        return np.asarray(self.best <= self.annealings[0].enough)

    def _near(self) -> bool:
        """Whether no row of a chain can be in the wrong place, which costs more than one for each tree that drew it.

        What is left is open for numbers between near split points, which another attempt leaves as open.
        """
        near = self.best <= _NEAR * self.annealings[0].drew
        return self._done() or bool(near.all() if self.settings.tables else near.any())

    def _keep(self) -> None:
        for i, annealing in enumerate(self.annealings):
            if annealing.energy < self.best[i]:
                self.best[i] = annealing.energy
                self.best_tables[i] = annealing.held()

    def _sample(self, pool: ThreadPoolExecutor) -> list[Samples]:
        """Let each chain wander from its best table, at a temperature where only what counts leave open moves.

        Where tables are asked for they are to owe nothing to that one: as many are passed over first as are kept.
        """
        asked = self.settings.tables
        many = max(_SAMPLES, -(-asked // len(self.annealings)))
        self._tie(1.0)

        def wander(i: int) -> Samples:
            annealing = self.annealings[i]
            annealing.take(self.best_tables[i])
            tables, energies = [], []
            for at in range(-many if asked else 0, many):
                annealing.sweeps(np.full(1, _SAMPLING * annealing.coldest), searching=False)
                if at >= 0:
                    tables.append(annealing.held())
                    energies.append(annealing.energy)
            codes, labels, components, latents = (np.stack(each) for each in zip(*tables, strict=True))
            return Samples(codes, labels, components, latents, np.array(energies))

        self.sweeps += (2 if asked else 1) * many * len(self.annealings)
        return list(pool.map(wander, range(len(self.annealings))))

    def _judge(self, samples: list[Samples], seconds: float) -> Matched:
        """Return the best chain's table, its numbers in the middle of its wanderings, and who agrees with it."""
        table, lead = self.problem.table, int(self.best.argmin())
        annealing, solved = self.annealings[lead], bool(self._met().any())
        best = self.best_tables[lead]
        codes, labels = best.codes.astype(np.int64), best.labels.astype(np.int64)
        if annealing.alike:
            samples = [in_order(codes, labels, each) for each in samples]
        numbers = table.ordered & (table.sizes >= FEWEST_CODES)
        likely = consensus(self.problem, samples[lead])[0]
        middle = np.where(numbers, likely, codes)
        # A table that meets every count is worth more than a likelier one.
        for found in (likely, middle, codes) if solved else (middle,):
            annealing.put(found, labels)
            if annealing.solved:
                break
        components, latents = middle_place(self.problem, found, samples[lead])
        # A chain that meets no table of its own agrees with itself in whatever it froze in: only others can tell.
        others = [s for i, s in enumerate(samples) if i != lead] or samples
        judges = [samples[i] for i in self._telling()] if solved else others
        entries, tags = agreement(found, labels, judges)
        if annealing.labels_known:
            tags = np.ones(table.n)
        mixing, fixed = self._compared(found, labels, samples)
        return Matched(
            found,
            labels,
            annealing.energy,
            tuple(float(e) for e in self.best),
            self.restarts,
            self.sweeps,
            seconds,
            entries,
            tags,
            self._drawn(samples),
            components,
            latents,
            mixing,
            fixed,
            finished=self._done() or not self._late(),
        )

    def _compared(
        self, codes: Int[Array, "n d"], labels: Int[Array, " n"], samples: list[Samples]
    ) -> tuple[Mixing, Bool[Array, "n c"] | None]:
        """Return how far the chains agree, and which cells all their tables hold as this one does."""
        chains = [samples[i] for i in self._telling()]
        cells = [np.concatenate([own.codes, own.labels[:, :, None]], axis=2) for own in chains]
        mixing = compare(cells, np.stack([own.energies for own in chains]))
        if len(chains) < 2:
            return mixing, None
        table = np.column_stack([codes, labels])
        kept = [own[self._kept(each)] for own, each in zip(cells, chains, strict=True)]
        return mixing, np.logical_and.reduce([(own == table).all(axis=0) for own in kept])

    def _telling(self) -> list[int]:
        """Return which chains meet all counts: only their tables are such as the file allows; all, where none does."""
        return [int(i) for i in np.flatnonzero(self._met())] or list(range(len(self.annealings)))

    def _kept(self, samples: Samples) -> Int[Array, " k"]:
        """Return which tables of a chain meet all counts: draws on that condition; all, where none does."""
        met = np.flatnonzero(samples.energies <= self.annealings[0].enough)
        return met if len(met) else np.arange(len(samples.energies))

    def _drawn(self, samples: list[Samples]) -> tuple[Drawn, ...]:
        """Return the tables asked for, evenly over the chains and along each."""
        asked, chains = self.settings.tables, self._telling()
        places = []
        for first, i in enumerate(chains):
            kept, many = self._kept(samples[i]), asked // len(chains) + (first < asked % len(chains))
            places += [(i, int(kept[int(at)])) for at in np.linspace(0, len(kept) - 1, many + 1)[1:]]
        return tuple(Drawn(*samples[i].table(at, self.problem), float(samples[i].energies[at]), i) for i, at in places)

    def state(self) -> bytes:
        """Return all that a resumed run needs."""
        arrays: dict[str, Any] = {
            "best": self.best,
            "at": np.array([self.round, self.restarts, self.sweeps]),
            "spent": np.array([self.spent]),
        }
        for i, chain in enumerate(each.chain for each in self.annealings):
            arrays |= {f"codes{i}": chain.codes, f"labels{i}": chain.labels, f"rng{i}": chain.rng}
            arrays |= {f"components{i}": chain.components, f"latents{i}": chain.latents}
            arrays |= {f"best_{name}{i}": one for name, one in self.best_tables[i]._asdict().items()}
        out = io.BytesIO()
        np.savez_compressed(out, **arrays)
        return out.getvalue()

    def restore(self, state: bytes) -> None:
        """Go back to where `state` was taken."""
        with np.load(io.BytesIO(state), allow_pickle=False) as kept:
            self.best[:] = kept["best"]
            self.round, self.restarts, self.sweeps = (int(x) for x in kept["at"])
            self.spent = float(kept["spent"][0])
            for i, annealing in enumerate(self.annealings):
                annealing.take(Held(*(kept[f"{name}{i}"] for name in Held._fields)))
                annealing.chain.rng[:] = kept[f"rng{i}"]
                self.best_tables[i] = Held(*(kept[f"best_{name}{i}"] for name in Held._fields))
