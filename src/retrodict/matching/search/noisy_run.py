"""One run under noise: chains that draw tables, and what is assumed of them, from ``Q(table | statements)`` itself."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int

from retrodict import threads
from retrodict.matching.problem import Problem
from retrodict.matching.search.agreement import Samples, tied
from retrodict.matching.search.annealing import Annealing
from retrodict.matching.search.arrays import Held, fixed_arrays
from retrodict.matching.search.central import central, in_place
from retrodict.matching.search.diagnostics import compare
from retrodict.matching.search.learning import learn, own_copies
from retrodict.matching.search.matched import Drawn, Matched
from retrodict.matching.search.moves import place_rows

Array = np.ndarray

if TYPE_CHECKING:
    from retrodict.matching.search.engine import Checkpoint, Matching

_CHAINS = 4
"""Where none is asked for: noise leaves much open, and chains that begin apart tell how well they mix."""
_WORK, _SHORTEST, _LONGEST = 1_500_000, 200, 1_000
"""Entries drawn by a chain, about; and its sweeps at least and at most."""
_HOT = 0.6
"""The first temperature, of what a row in other leaves of all trees costs; at 1 tables have their own chances."""
_FALL, _PASSED = 0.25, 0.25
"""Of the sweeps: in which the temperature falls to 1, and then those passed over before draws are kept."""
_DRAWS = 100
"""Kept of each chain, at least."""
_ROUNDS = 80
"""Into which the sweeps are parted: between two of them a run can be kept."""
OF_EXCHANGES = 0.12
"""Of the moves."""
_ALL = 1e-9
"""Rounding of shares that are sums of chains': a cell that all draws hold alike has one of 1."""


class NoisyRun:
    """One run of all chains, round by round, so that it can be kept and resumed between any two.

    The energy is minus the log-likelihood, and chains end and are sampled at temperature 1. Where what is assumed of
    rows is unknown itself, it is drawn after each sweep, given the rows (`learning`).
    """

    def __init__(
        self,
        settings: Matching,
        problem: Problem,
        seed: np.random.SeedSequence,
        labels: Int[Array, " n"] | None,
    ) -> None:
        self.settings, self.problem = settings, problem
        fixed = fixed_arrays(problem)
        seeds = [
            np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, i))
            for i in range(settings.chains or _CHAINS)
        ]
        self.annealings = [
            Annealing.start(problem, own_copies(fixed) if problem.learned else fixed, each, labels) for each in seeds
        ]
        self.lowest = np.array([each.energy for each in self.annealings])
        self.kept: list[list[Held]] = [[] for _ in self.annealings]
        self.energies: list[list[float]] = [[] for _ in self.annealings]
        self.round, self.spent = 0, 0.0

    @property
    def sweeps(self) -> int:
        """Sweeps of each chain."""
        if self.settings.sweeps:
            return self.settings.sweeps
        table = self.problem.table
        planned = int(np.clip(_WORK / max(table.n * len(table.sizes), 1), _SHORTEST, _LONGEST))
        return planned if self.settings.longest is None else min(planned, self.settings.longest)

    def execute(self, checkpoint: Checkpoint, progress: Callable[[float, float], None]) -> Matched:
        """Let the temperature fall, draw tables, and return the one in their middle."""
        started = time.perf_counter() - self.spent
        workers = self.settings.workers or os.cpu_count() or 1
        plan = self._plan()
        with threads.capped(1, tasks=True), ThreadPoolExecutor(min(workers, len(self.annealings))) as pool:
            while self.round < len(plan):
                list(pool.map(self._advance, range(len(self.annealings)), [plan[self.round]] * len(self.annealings)))
                self.round += 1
                self.spent = time.perf_counter() - started
                progress(self.round / len(plan), float(self.lowest.min()))
                checkpoint(self.state, False)
                if self.settings.seconds is not None and self.spent > self.settings.seconds:
                    break
        return self._judge(time.perf_counter() - started)

    def _plan(self) -> list[tuple[Float[Array, " k"], int]]:
        """Return each round's temperatures, and how many sweeps lie between two draws that are kept; 0: none is."""
        sweeps, hot = self.sweeps, hottest(self.annealings[0])
        fall, passed = max(int(_FALL * sweeps), 1), max(int(_PASSED * sweeps), 1)
        rest = max(sweeps - fall - passed, 1)
        draws = max(_DRAWS, -(-self.settings.tables // len(self.annealings)))
        before = np.concatenate([np.geomspace(hot, 1.0, fall), np.ones(passed)])
        half = max(_ROUNDS // 2, 1)
        rounds = [(part, 0) for part in np.array_split(before, min(half, len(before)))]
        every = max(rest // draws, 1)
        return rounds + [
            (np.ones(len(part) * every), every) for part in np.array_split(np.arange(draws), min(half, draws))
        ]

    def _advance(self, i: int, part: tuple[Float[Array, " k"], int]) -> None:
        annealing, (temperatures, every) = self.annealings[i], part
        rows = np.arange(self.problem.table.n)
        rng = np.random.default_rng([int(annealing.chain.rng[0]), self.round])
        for at, temperature in enumerate(temperatures):
            annealing.move(rows, np.full(1, temperature), OF_EXCHANGES, searching=False)
            if self.problem.learned:
                place_rows(annealing.fixed, annealing.chain, annealing.room)
                learn(self.problem, annealing.fixed, annealing.chain, rng)
            if every and (at + 1) % every == 0:
                self.kept[i].append(annealing.held())
                self.energies[i].append(annealing.energy)
        annealing.recount()
        self.lowest[i] = min(self.lowest[i], annealing.energy)

    def _judge(self, seconds: float) -> Matched:
        """Return the table in the middle of all draws, and how often they agree with it."""
        n, lead = self.problem.table.n, int(self.lowest.argmin())
        samples = [self._samples(i) for i in range(len(self.annealings))]
        first = samples[lead]
        table, entries, tags = central(self.problem, first.codes[-1], first.labels[-1], samples)
        codes, labels = table.codes[0].astype(np.int64), table.labels[0].astype(np.int64)
        judge = self.annealings[lead]
        if judge.labels_known:
            tags = np.ones(n)
        judge.put(codes, labels)
        cells = [np.concatenate([each.codes, each.labels[:, :, None]], axis=2) for each in samples]
        if self.problem.alike:  # rows have no places: what chains agree on is how often each code and label occurs
            cells = [np.sort(each, axis=1) for each in cells]
        sweeps = sum(len(t) for t, _ in self._plan()[: self.round]) * len(self.annealings)
        latents = np.full((n, codes.shape[1]), np.nan) if tied(self.problem) else np.empty((n, 0))
        return Matched(
            codes,
            labels,
            judge.energy,
            tuple(float(each) for each in self.lowest),
            0,
            sweeps,
            seconds,
            entries,
            tags,
            self._drawn(samples, codes, labels),
            table.components[0].astype(np.int64),
            latents,
            compare(cells, np.stack([each.energies for each in samples])),
            np.column_stack([entries, tags]) >= 1.0 - _ALL if len(samples) > 1 else None,
            finished=self.round >= len(self._plan()),
        )

    def _samples(self, i: int) -> Samples:
        """Return a chain's draws; where the time was up before there was any, where it is."""
        kept = self.kept[i] or [self.annealings[i].held()]
        codes, labels, components, latents = (np.stack(each) for each in zip(*kept, strict=True))
        energies = np.array(self.energies[i] or [self.annealings[i].energy])
        return Samples(codes, labels, components, latents, energies)

    def _drawn(self, samples: list[Samples], codes: Array, labels: Array) -> tuple[Drawn, ...]:
        """Return the tables asked for, evenly over the chains and along each."""
        asked, chains = self.settings.tables, len(samples)
        places = [
            (i, int(at))
            for i, own in enumerate(samples)
            for at in np.linspace(0, len(own.codes) - 1, asked // chains + (i < asked % chains) + 1)[1:]
        ]
        return tuple(self._draw(samples[i], at, i, codes, labels) for i, at in places)

    def _draw(self, samples: Samples, at: int, chain: int, codes: Array, labels: Array) -> Drawn:
        """Return one draw, its rows paired with those of the table in the middle where they have no places."""
        one = Samples(*(each[at : at + 1] for each in vars(samples).values()))
        own = in_place(self.problem, codes, labels, one).table(0, self.problem)
        return Drawn(*own, float(samples.energies[at]), chain)

    def state(self) -> bytes:
        """Return all that a resumed run needs."""
        arrays: dict[str, Any] = {"lowest": self.lowest, "at": np.array([self.round]), "spent": np.array([self.spent])}
        for i, annealing in enumerate(self.annealings):
            assumed = annealing.fixed.assumed
            arrays |= {f"{name}{i}": one for name, one in annealing.held()._asdict().items()}
            arrays |= {f"rng{i}": annealing.chain.rng, f"energies{i}": np.array(self.energies[i])}
            arrays |= {f"shares{i}": assumed.shares, f"chances{i}": assumed.chances, f"logs{i}": assumed.logs}
            arrays |= {f"label_chances{i}": annealing.fixed.label_chances}
            if self.kept[i]:
                columns = zip(*self.kept[i], strict=True)
                arrays |= {f"kept_{name}{i}": np.stack(each) for name, each in zip(Held._fields, columns, strict=True)}
        out = io.BytesIO()
        np.savez_compressed(out, **arrays)
        return out.getvalue()

    def restore(self, state: bytes) -> None:
        """Go back to where `state` was taken."""
        with np.load(io.BytesIO(state), allow_pickle=False) as kept:
            self.lowest[:] = kept["lowest"]
            self.round, self.spent = int(kept["at"][0]), float(kept["spent"][0])
            for i, annealing in enumerate(self.annealings):
                annealing.take(Held(*(kept[f"{name}{i}"] for name in Held._fields)))
                annealing.chain.rng[:] = kept[f"rng{i}"]
                self.energies[i] = kept[f"energies{i}"].tolist()
                if self.problem.learned:
                    assumed = annealing.fixed.assumed
                    assumed.shares[:], assumed.chances[:] = kept[f"shares{i}"], kept[f"chances{i}"]
                    assumed.logs[:], annealing.fixed.label_chances[:] = kept[f"logs{i}"], kept[f"label_chances{i}"]
                if self.energies[i]:
                    columns = [kept[f"kept_{name}{i}"] for name in Held._fields]
                    self.kept[i] = [Held(*each) for each in zip(*columns, strict=True)]


def hottest(annealing: Annealing) -> float:
    """Return the first temperature of a chain under noise."""
    noise = annealing.problem.noise
    assert noise is not None
    return max(1.0, _HOT * annealing.drew * noise.weight)
