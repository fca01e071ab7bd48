"""Serve many observations at once: one shared stream, and engines of their own for what it can't reach."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Bool, Int

from retrodict.errors import RequestError
from retrodict.inference.choice import Choice, choose
from retrodict.inference.diagnostics import Diagnostics, Engine
from retrodict.inference.enumeration import Enumeration, StateTable, state_count
from retrodict.inference.given import check_engine, draws_of
from retrodict.inference.observation import Observation
from retrodict.inference.posterior import Posterior
from retrodict.inference.reach import judged, watched
from retrodict.inference.rejection import (
    PILOT,
    Rejection,
    Sink,
    accept_by_label,
    accept_each,
    run_stream,
    stream_diagnostics,
)
from retrodict.inference.smc import TemperedSMC
from retrodict.inference.stream import PriorStream
from retrodict.inference.tally import Tally
from retrodict.models.metering import Meter
from retrodict.priors.base import Prior

Array = np.ndarray

EngineName = Literal["auto", "rejection", "smc", "enumeration"]
ENGINES: tuple[str, ...] = get_args(EngineName)

_STREAM, _SMC, _TABLE, _GIVEN = 0, 1, 2, 3


@dataclass
class RunState:
    """How far a run has got; what a checkpoint keeps, with the rows, so that a killed run goes on without loss.

    Parameters
    ----------
    tally
        What the shared stream has found.
    batch, ahead
        The stream's next batch and the rows it is drawn ahead with.
    queries, seconds
        Model calls spent in all, and wall time of the stream.
    streamed
        Whether the stream is done.
    decided_at, decision
        The last choice of engines: after how many draws, and engine and reason for each observation.
    finished
        Observations that are done with an engine of their own, by index.
    """

    tally: Tally
    batch: int = 0
    ahead: int = 0
    queries: int = 0
    seconds: float = 0.0
    streamed: bool = False
    decided_at: int = 0
    decision: list[Choice] = field(default_factory=list)
    finished: dict[int, Diagnostics] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for a checkpoint."""
        plain = {key: getattr(self, key) for key in ("batch", "ahead", "queries", "seconds", "streamed", "decided_at")}
        finished = {str(i): report.to_dict() for i, report in self.finished.items()}
        decision = [[choice.engine, choice.reason] for choice in self.decision]
        return {**plain, "tally": self.tally.to_dict(), "decision": decision, "finished": finished}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> RunState:
        """Rebuild from `to_dict`'s plain data."""
        finished = {int(i): Diagnostics.from_dict(report) for i, report in data["finished"].items()}
        decision = [Choice(*pair) for pair in data["decision"]]
        return cls(**{**data, "tally": Tally.from_dict(data["tally"]), "decision": decision, "finished": finished})


_OWN = (Rejection, TemperedSMC, Enumeration)
"""Engines whose settings a run reads; it draws for all observations at once where they can. Any other is asked itself,
a subclass of these too: it may draw otherwise."""

Checkpoint = Callable[[RunState, bool], None]
"""Called with the state after each piece of work; the flag asks for it to be kept now."""


def engine_named(engine: Any, also: Sequence[str] = ()) -> str | Engine:
    """Check an engine's name; an engine object is taken as it is.

    Parameters
    ----------
    engine
        One of `ENGINES`, or an engine object.
    also
        Engines outside this room that the caller takes, for the error.

    Raises
    ------
    RequestError
        If no engine has the name, or it is no engine.
    """
    if isinstance(engine, str):
        if engine not in ENGINES:
            raise RequestError(f"unknown engine {engine!r}; use one of {', '.join((*ENGINES, *also))}")
    else:
        check_engine(engine, (*ENGINES, *also))
    return engine


def subseed(seed: np.random.SeedSequence, *key: int) -> np.random.SeedSequence:
    """Return the child seed with this key, whatever else was spawned before."""
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, *key))


@dataclass(frozen=True)
class Run:
    """One request: rows for each of several observations.

    Parameters
    ----------
    prior, meter
        What is drawn from and what scores it.
    observations, quota
        What was seen, and how many rows each is to have, shape (m,).
    engine
        A name of `ENGINES`, or an engine with its settings.
    seed
        The run's seed: the same seed gives the same rows.
    exclusive
        Whether the observations are all the model's classes in order, so that one label drawn for each prior draw
        serves them all.
    """

    prior: Prior
    meter: Meter
    observations: Sequence[Observation]
    quota: Int[Array, " m"]
    engine: str | Engine
    seed: np.random.SeedSequence
    exclusive: bool = False

    def execute(
        self, sink: Sink, state: RunState | None = None, checkpoint: Checkpoint = lambda state, now: None
    ) -> tuple[list[Diagnostics], RunState]:
        """Draw the rows.

        Parameters
        ----------
        sink
            Takes rows, keyed by the index of their observation.
        state
            Where a killed run had got to.
        checkpoint
            Keeps the state and the rows so far.

        Returns
        -------
        reports, state
            One report an observation, in order; and the final state.
        """
        observed = watched(self.observations)
        state = state or RunState(Tally(np.asarray(self.quota, dtype=np.int64)))
        reports = replace(self, observations=observed)._reports(sink, state, checkpoint)
        return [judged(each, report) for each, report in zip(observed, reports, strict=True)], state

    def _reports(self, sink: Sink, state: RunState, checkpoint: Checkpoint) -> list[Diagnostics]:
        if not isinstance(self.engine, str) and type(self.engine) not in _OWN:
            return self._given(self.engine, sink, state, checkpoint)
        if isinstance(self.engine, Enumeration) or self.engine == "enumeration":
            return self._enumerate(sink, state, "asked for")
        states = state_count(self.prior) if self.engine == "auto" else None
        if states is not None and states <= self.meter.affordable(max(int(self.quota.sum()), 2 * PILOT)):
            reason = f"the prior has only {states:,} states: scoring each once gives exact draws"
            return self._enumerate(sink, state, reason)
        choices = self._stream(sink, state, checkpoint)
        self._rest(sink, state, checkpoint, choices)
        if self.engine == "auto":
            self._last_resort(sink, state, checkpoint)
        tally = state.tally
        reports = stream_diagnostics(tally, self.observations, tally.draws, state.seconds, "")
        reports = [replace(report, reason=choice.reason) for report, choice in zip(reports, choices, strict=True)]
        return [_merged(r, state.finished[i]) if i in state.finished else r for i, r in enumerate(reports)]

    def _given(self, engine: Engine, sink: Sink, state: RunState, checkpoint: Checkpoint) -> list[Diagnostics]:
        """Ask an engine that is not of this room for the rows of each observation."""
        for i, (observation, n) in enumerate(zip(self.observations, self.quota, strict=True)):
            if i in state.finished:
                continue
            left = self.meter.affordable(2**62) // (len(self.quota) - i)
            posterior = Posterior(self.prior, self.meter.capped(max(left, 1)), observation)
            draws = draws_of(engine, posterior, int(n), np.random.default_rng(subseed(self.seed, _GIVEN, i)))
            sink.add(np.full(len(draws.X), i), draws.X)
            state.queries += draws.diagnostics.queries
            state.seconds += draws.diagnostics.seconds
            state.finished[i] = draws.diagnostics
            checkpoint(state, True)
        return [state.finished[i] for i in range(len(self.quota))]

    def _enumerate(self, sink: Sink, state: RunState, reason: str) -> list[Diagnostics]:
        started, before = time.perf_counter(), self.meter.queries
        table = StateTable.of(self.prior, self.meter)
        state.queries += self.meter.queries - before
        reports = []
        for i, (observation, n) in enumerate(zip(self.observations, self.quota, strict=True)):
            rng = np.random.default_rng(subseed(self.seed, _TABLE, i))
            draws = table.draw(observation, int(n), rng, state.queries, reason)
            sink.add(np.full(len(draws.X), i), draws.X)
            reports.append(draws.diagnostics)
        state.seconds += time.perf_counter() - started
        return reports

    def _stream(self, sink: Sink, state: RunState, checkpoint: Checkpoint) -> list[Choice]:
        """Run the shared stream as far as it is worth it; return the choice of engine for each observation."""
        if isinstance(self.engine, TemperedSMC) or self.engine == "smc":
            return [Choice("smc", "asked for") for _ in self.observations]
        auto = self.engine == "auto"
        chooser = _Chooser(self, state) if auto else None
        if not state.streamed:
            meter = self.meter
            if isinstance(self.engine, Rejection) and self.engine.max_queries is not None:
                meter = meter.capped(max(self.engine.max_queries - state.queries, 1))
            active = _wanted if chooser is None else chooser.active
            self._run_stream(sink, state, checkpoint, active, meter)
            state.streamed = True
        if chooser is None:
            return [Choice("rejection", "asked for") for _ in self.observations]
        return chooser.choices(state.tally)

    def _run_stream(
        self,
        sink: Sink,
        state: RunState,
        checkpoint: Checkpoint,
        active: Callable[[Tally], Bool[Array, " m"]],
        meter: Meter,
    ) -> None:
        accept = accept_by_label if self.exclusive else accept_each(self.observations)
        clock, before = time.perf_counter(), meter.queries

        def note() -> None:
            nonlocal clock, before
            state.seconds, clock = state.seconds + time.perf_counter() - clock, time.perf_counter()
            state.queries, before = state.queries + meter.queries - before, meter.queries
            state.batch, state.ahead = stream.index, stream.ahead
            checkpoint(state, False)

        with PriorStream(self.prior, meter, subseed(self.seed, _STREAM), state.batch, state.ahead) as stream:
            run_stream(stream, state.tally, accept, sink, active=active, checkpoint=note)

    def _rest(
        self,
        sink: Sink,
        state: RunState,
        checkpoint: Checkpoint,
        choices: Sequence[Choice],
    ) -> None:
        """Give each observation that the stream did not serve an SMC run of its own."""
        engine = self.engine if isinstance(self.engine, TemperedSMC) else TemperedSMC()
        missing = state.tally.missing
        todo = [i for i, choice in enumerate(choices) if choice.engine == "smc" and missing[i] > 0]
        for place, i in enumerate(todo):
            if i in state.finished:
                continue
            left = self.meter.affordable(2**62) // (len(todo) - place)
            meter = self.meter.capped(max(left, 1))
            rng = np.random.default_rng(subseed(self.seed, _SMC, i))
            draws = engine.draw(Posterior(self.prior, meter, self.observations[i]), int(missing[i]), rng)
            sink.add(np.full(len(draws.X), i), draws.X)
            state.queries += draws.diagnostics.queries
            state.finished[i] = draws.diagnostics
            checkpoint(state, True)

    def _last_resort(self, sink: Sink, state: RunState, checkpoint: Checkpoint) -> None:
        """Spend what is left of the budget on rejection for observations that SMC did not reach, but the stream did."""
        failed = np.array([i in state.finished and not state.finished[i].reached for i in range(len(self.quota))])
        hopeful = failed & (state.tally.mean > 0)
        if hopeful.any():
            self._run_stream(sink, state, checkpoint, lambda tally: hopeful & (tally.missing > 0), self.meter)


class _Chooser:
    """Chooses engines from the stream's own running estimates, anew each time the stream has doubled."""

    def __init__(self, run: Run, state: RunState) -> None:
        self.run = run
        self.state = state

    def active(self, tally: Tally) -> Bool[Array, " m"]:
        """Return which observations the stream goes on for."""
        if not tally.draws:
            return tally.missing > 0
        # Decisions fall at powers of two of the draws and are kept: a resumed run makes them where the first did.
        mark = 2 ** int(math.log2(tally.draws))
        if mark > self.state.decided_at:
            self.state.decided_at, self.state.decision = mark, self._choose(tally)
        return np.array([choice.engine == "rejection" for choice in self.state.decision])

    def choices(self, tally: Tally) -> list[Choice]:
        """Return the last decision for each observation; where the budget ended the stream, nothing else is left."""
        latest = self.state.decision or self._choose(tally)
        exhausted = self.run.meter.affordable(1) == 0
        return [Choice("rejection", choice.reason) if exhausted else choice for choice in latest]

    def _choose(self, tally: Tally) -> list[Choice]:
        budget = self.run.meter.affordable(2**62)
        return choose(tally.missing, tally.mean, TemperedSMC(), budget if budget < 2**62 else None)


def _wanted(tally: Tally) -> Bool[Array, " m"]:
    """Return which observations still want rows."""
    return tally.missing > 0


def _merged(stream: Diagnostics, own: Diagnostics) -> Diagnostics:
    """Join what the stream found for an observation with what its own engine added."""
    reached = stream.reached + own.reached
    best = own if not stream.evidence > 0 or _relative(own) <= _relative(stream) else stream
    verdict = own.verdict
    if stream.reached and own.reached:
        verdict += f"; {stream.reached:,} more rows are exact"
    elif stream.complete:
        verdict = stream.verdict
    elif stream.reached:
        verdict = f"not reached: {stream.reached:,} of {stream.requested:,} rows, exact; then {own.verdict}"
    return replace(
        own if own.reached or not stream.reached else stream,
        requested=stream.requested,
        reached=reached,
        evidence=best.evidence,
        evidence_se=best.evidence_se,
        log_evidence=best.log_evidence,
        ess=stream.ess + own.ess,
        queries=stream.queries + own.queries,
        seconds=stream.seconds + own.seconds,
        reason=stream.reason,
        verdict=verdict,
    )


def _relative(report: Diagnostics) -> float:
    value = report.evidence_se / report.evidence if report.evidence else math.inf
    return value if math.isfinite(value) else math.inf
