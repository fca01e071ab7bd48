"""What engines are asked: rows for each of several observations, and how far a run of it has got."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.inference.diagnostics import Diagnostics
from retrodict.inference.observation import Observation
from retrodict.inference.tally import Tally
from retrodict.models.metering import Meter
from retrodict.models.noise import Noise
from retrodict.priors.contract import Prior
from retrodict.results.notes import Note

Array = np.ndarray

STREAM, EACH, TABLE = 0, 1, 2
"""First keys of the children of a task's seed, one a purpose: the shared stream, engines that are asked for each
observation, and draws from a listed prior. An engine that serves many observations takes a key that no other has."""


@dataclass(frozen=True)
class Task:
    """Rows wanted for each of several observations.

    Parameters
    ----------
    prior, meter
        What is drawn from and what scores it.
    observations, quota
        What was seen, and how many rows each is to have, shape (m,).
    seed
        Of all randomness: the same seed gives the same rows.
    exclusive
        Whether the observations are all the model's classes in order, so that one label drawn for each prior draw
        serves them all.
    """

    prior: Prior
    meter: Meter
    observations: Sequence[Observation]
    quota: Int[Array, " m"]
    seed: np.random.SeedSequence
    exclusive: bool = False


@dataclass(frozen=True)
class JointTask:
    """Rows with their outputs wanted, in the shares that prior and model give them.

    Parameters
    ----------
    prior, meter
        What is drawn from and what scores it.
    n
        How many.
    seed
        Of all randomness: the same seed gives the same rows.
    classes
        The model's, in order; none of a regressor.
    noise
        How a regressor's target lies around its prediction, with its scale; ``None`` of a classifier.
    """

    prior: Prior
    meter: Meter
    n: int
    seed: np.random.SeedSequence
    classes: tuple[Hashable, ...] = ()
    noise: Noise | None = None


@dataclass(frozen=True)
class Need:
    """What costs are reckoned from.

    Parameters
    ----------
    task
        The whole of it.
    missing
        Rows still wanted for each observation, shape (m,).
    evidence
        First estimates of the evidence over its bound, shape (m,); 0 where nothing was likely yet, NaN where nothing
        is known.
    """

    task: Task
    missing: Int[Array, " m"]
    evidence: Float[Array, " m"]


@dataclass(frozen=True)
class Choice:
    """The engine for one observation, by its name, and why."""

    engine: str
    reason: Note


@dataclass
class RunState:
    """How far a run has got; what a checkpoint keeps, with the rows, so that a killed run goes on without loss.

    Parameters
    ----------
    tally
        What the shared stream has found.
    batch, ahead
        The stream's next batch, and the rows that it and those after it are drawn ahead with.
    queries, seconds
        Model calls spent in all, and wall time of the stream.
    streamed
        Whether the stream is done.
    decided_at, decision
        The last choice of engines: after how many prior draws, and engine and reason for each observation.
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

    @classmethod
    def of(cls, quota: Int[Array, " m"]) -> RunState:
        """Return the state of a run that has not begun, of rows wanted for each observation."""
        return cls(Tally(np.asarray(quota, dtype=np.int64)))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for a checkpoint."""
        plain = {key: getattr(self, key) for key in ("batch", "ahead", "queries", "seconds", "streamed", "decided_at")}
        finished = {str(i): report.to_dict() for i, report in self.finished.items()}
        decision = [[choice.engine, choice.reason.to_dict()] for choice in self.decision]
        return {**plain, "tally": self.tally.to_dict(), "decision": decision, "finished": finished}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> RunState:
        """Rebuild from `to_dict`'s plain data."""
        finished = {int(i): Diagnostics.from_dict(report) for i, report in data["finished"].items()}
        decision = [Choice(engine, Note.from_dict(reason)) for engine, reason in data["decision"]]
        return cls(**{**data, "tally": Tally.from_dict(data["tally"]), "decision": decision, "finished": finished})


Checkpoint = Callable[[RunState, bool], None]
"""Called with the state after each piece of work; the flag asks for it to be kept now."""

Wanting = Callable[[Tally], Bool[Array, " m"]]
"""Says which observations a stream is to go on for, by what it has found."""


def wanted(tally: Tally) -> Bool[Array, " m"]:
    """Return which observations still want rows."""
    return tally.missing > 0


def unwatched(state: RunState, now: bool) -> None:
    """Keep nothing: the checkpoint of a run that is not kept."""


def subseed(seed: np.random.SeedSequence, *key: int) -> np.random.SeedSequence:
    """Return the child seed with this key, whatever else was spawned before."""
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, *key))
