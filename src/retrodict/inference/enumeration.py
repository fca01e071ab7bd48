"""Enumeration: where the prior has few states, the posterior is a table."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import logsumexp

from retrodict.errors import BudgetExhaustedError, RequestError
from retrodict.inference.diagnostics import Diagnostics, Draws, exact_verdict
from retrodict.inference.observation import Observation
from retrodict.inference.posterior import Posterior
from retrodict.inference.sink import Sink
from retrodict.inference.task import TABLE, Checkpoint, Need, RunState, Task, subseed
from retrodict.models.metering import Meter
from retrodict.priors.contract import Enumerable, Prior, state_count
from retrodict.results.notes import Note

Array = np.ndarray

MAX_STATES = 200_000
"""States that are still listed; beyond, other engines serve as well, and the table no longer fits a cache."""

NAME = "enumeration"


def lacks(task: Task) -> Note | None:
    """Return what the engine needs of a task and does not have; see `EngineEntry.lacks`."""
    return _unlisted(task.prior)


def cost(need: Need) -> Float[Array, " m"]:
    """Return the prior's states, each of which is scored once, whatever the evidence; see `EngineEntry.cost`."""
    states = state_count(need.task.prior)
    return np.full(len(need.missing), math.inf if states is None else float(states))


def _unlisted(prior: Prior) -> Note | None:
    states = state_count(prior)
    if states is not None and states <= MAX_STATES:
        return None
    text = f"engine {NAME} needs a prior of at most {MAX_STATES:,} states; this one has more, or continuous features"
    return Note("too_many_states", text, limit=MAX_STATES)


@dataclass(frozen=True)
class StateTable:
    """Every state of a prior, its log-probability, and the model's output for it.

    Parameters
    ----------
    X
        States, shape (m, d).
    log_prior
        Their log-probabilities, shape (m,).
    output
        The model's outputs, shape (m, k) or (m,).
    """

    X: Float[Array, "m d"]
    log_prior: Float[Array, " m"]
    output: Float[Array, "m ..."]

    @classmethod
    def of(cls, prior: Prior, meter: Meter) -> StateTable:
        """Score every state, one model call each.

        Raises
        ------
        RequestError
            If the prior has too many states, or the budget does not cover them.
        """
        lacking = _unlisted(prior)
        if lacking is not None:
            raise RequestError(f"{lacking}; use engine auto")
        assert isinstance(prior, Enumerable)  # else it is unlisted
        X, log_prior = prior.states()
        try:
            return cls(X, log_prior, meter.output(X))
        except BudgetExhaustedError as error:
            raise RequestError(
                f"engine {NAME} must score all {len(X):,} states, more than the query budget of "
                f"{meter.max_queries:,} model calls; raise --max-queries or use engine auto"
            ) from error

    def posterior(self, observation: Observation) -> tuple[Float[Array, " m"], float]:
        """Return the probability of each state given the observation, shape (m,), and the log-evidence."""
        joint = self.log_prior + observation.log_likelihood(self.output)
        log_evidence = float(logsumexp(joint))
        if log_evidence == -math.inf:
            return np.zeros(len(joint)), log_evidence
        return np.exp(joint - log_evidence), log_evidence

    def draw(self, observation: Observation, n: int, rng: np.random.Generator, queries: int) -> Draws:
        """Draw `n` exact independent rows given the observation."""
        started = time.perf_counter()
        probability, log_evidence = self.posterior(observation)
        possible = log_evidence > -math.inf
        index = np.zeros(0, dtype=np.int64)
        if possible and n:
            index = rng.choice(len(self.X), size=n, p=probability / probability.sum())
        evidence = math.exp(log_evidence)
        report = Diagnostics(
            observation=observation.name,
            engine=NAME,
            exact=True,
            requested=n,
            reached=len(index),
            evidence=evidence,
            evidence_se=0.0,
            log_evidence=log_evidence,
            acceptance=1.0,
            ess=float(len(index)),
            queries=queries,
            seconds=time.perf_counter() - started,
            verdict=exact_verdict(len(index), n, queries, 0.0, NAME),
        )
        return Draws(self.X[index], report)

    def evidences(self, observations: Sequence[Observation]) -> Float[Array, " m"]:
        """Return the evidence of each observation."""
        return np.exp([self.posterior(observation)[1] for observation in observations])


@dataclass(frozen=True)
class Enumeration:
    """The enumeration engine: scores every state once, then draws exactly."""

    @property
    def name(self) -> str:
        """As in `ENGINES`."""
        return NAME

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        """Draw `n` exact independent rows; see `Engine.draw`.

        Raises
        ------
        RequestError
            If the prior has too many states, or the budget does not cover them.
        """
        before = posterior.meter.queries
        table = StateTable.of(posterior.prior, posterior.meter)
        return table.draw(posterior.observation, n, rng, posterior.meter.queries - before)

    def draw_all(self, task: Task, sink: Sink, state: RunState, checkpoint: Checkpoint) -> list[Diagnostics]:
        """Draw exact rows of every observation from one table; see `Sharing`."""
        before = task.meter.queries
        table = StateTable.of(task.prior, task.meter)
        state.queries += task.meter.queries - before
        reports = []
        for i, (observation, n) in enumerate(zip(task.observations, task.quota, strict=True)):
            draws = table.draw(observation, int(n), np.random.default_rng(subseed(task.seed, TABLE, i)), state.queries)
            sink.add(np.full(len(draws.X), i), draws.X)
            reports.append(draws.diagnostics)
        return reports
