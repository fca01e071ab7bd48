"""Rejection: exact, independent posterior draws from one stream of prior draws.

Because a likelihood never exceeds its bound, a prior draw kept with probability ``likelihood / bound`` is an exact draw
of the posterior (von Neumann, 1951). The *joint* form serves many observations from one stream. For the labels of a
classifier a single label is drawn for each row from ``p(y|x)``: a row falls to one class, and the classes' rows are
independent of each other as well.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int

from retrodict.inference.diagnostics import Diagnostics, Draws, exact_verdict
from retrodict.inference.observation import Observation
from retrodict.inference.posterior import Posterior
from retrodict.inference.stream import BATCH, Batch, PriorStream
from retrodict.inference.tally import Tally

Array = np.ndarray

PILOT = 2_048
"""Prior draws of the first batch, from which evidences are first estimated; they count like any other draws."""


class Sink(Protocol):
    """Where accepted rows go."""

    def add(self, key: Array, X: Float[Array, "n d"]) -> None:
        """Take rows, shape (n, d), and for each its observation's index or its target value, shape (n,)."""
        ...


Acceptor = Callable[[Batch, Int[Array, " m"], Tally], tuple[Int[Array, " a"], Int[Array, " a"]]]
"""Decides which rows of a batch are kept, and for which of the observations that still want rows."""


def draw_labels(batch: Batch, tally: Tally) -> Int[Array, " n"]:
    """Draw one label a row from ``p(y|x)``, as class indices; observation `i` of the tally is class `i`."""
    p = np.exp(batch.output)
    tally.note(p)
    u = batch.rng.random(len(p))
    if p.shape[1] <= 2:
        return (u >= p[:, 0]).astype(np.int64) if p.shape[1] == 2 else np.zeros(len(p), dtype=np.int64)
    return (u[:, None] >= np.cumsum(p[:, :-1], axis=1)).sum(axis=1)


def accept_by_label(batch: Batch, wanted: Int[Array, " m"], tally: Tally) -> tuple[Int[Array, " a"], Int[Array, " a"]]:
    """Keep each row for the one class that is drawn for it from ``p(y|x)``."""
    label = draw_labels(batch, tally)
    return _first_wanted(np.arange(len(label)), label, wanted)


def accept_each(observations: Sequence[Observation]) -> Acceptor:
    """Keep each row for each observation on its own, with probability ``likelihood / bound``.

    Draws of one observation are independent; two observations may keep the same row.
    """

    def accept(batch: Batch, wanted: Int[Array, " m"], tally: Tally) -> tuple[Int[Array, " a"], Int[Array, " a"]]:
        relative = [o.log_likelihood(batch.output) - o.log_bound for o in observations]
        likelihood = np.exp(np.column_stack(relative))
        tally.note(likelihood)
        keep = batch.rng.random(likelihood.shape) < likelihood
        keep[:, wanted == 0] = False
        rows, which = np.nonzero(keep)
        return _first_wanted(rows, which, wanted)

    return accept


def _first_wanted(
    rows: Int[Array, " a"], which: Int[Array, " a"], wanted: Int[Array, " m"]
) -> tuple[Int[Array, " b"], Int[Array, " b"]]:
    """Keep of each observation's rows the first that are still wanted, in the order of the stream."""
    counts = np.bincount(which, minlength=len(wanted))
    if (counts <= wanted).all():
        return rows, which
    keep = np.ones(len(rows), dtype=bool)
    for i in np.flatnonzero(counts > wanted):
        keep[np.flatnonzero(which == i)[wanted[i] :]] = False
    return rows[keep], which[keep]


def run_stream(
    stream: PriorStream,
    tally: Tally,
    accept: Acceptor,
    sink: Sink,
    *,
    active: Callable[[Tally], Array] = lambda tally: tally.missing > 0,
    checkpoint: Callable[[], None] = lambda: None,
) -> None:
    """Draw batches until every active observation has its rows, or the budget is spent.

    Parameters
    ----------
    stream, tally
        Where to go on from; the tally is updated in place.
    accept
        Which rows are kept for which observation.
    sink
        Takes the rows kept.
    active
        Which observations to go on for, a boolean mask of shape (m,).
    checkpoint
        Called after each batch.
    """
    while (going := active(tally) & (tally.missing > 0)).any():
        needed = _next_size(tally, going)
        size = stream.meter.affordable(needed)
        if size == 0:
            return
        batch = stream.next(size, ahead=stream.meter.affordable(needed + size) - size if needed == BATCH else 0)
        rows, which = accept(batch, np.where(going, tally.missing, 0), tally)
        sink.add(which, batch.X[rows])
        tally.reached += np.bincount(which, minlength=len(tally.quota))
        checkpoint()


def run_joint(
    stream: PriorStream,
    tally: Tally,
    n: int,
    label: Callable[[Batch, Tally], Array],
    sink: Sink,
    *,
    checkpoint: Callable[[], None] = lambda: None,
) -> None:
    """Draw `n` rows and their targets jointly from prior and model: every prior draw is a row, at one call each.

    Parameters
    ----------
    stream, tally
        Where to go on from; the tally is updated in place.
    n
        Rows wanted in all.
    label
        Draws a target for each row of a batch, shape (n,).
    sink
        Takes rows and targets.
    checkpoint
        Called after each batch.
    """
    while tally.draws < n:
        size = stream.meter.affordable(min(n - tally.draws, BATCH))
        if size == 0:
            return
        batch = stream.next(size, ahead=stream.meter.affordable(n - tally.draws) - size)
        sink.add(label(batch, tally), batch.X)
        checkpoint()


def _next_size(tally: Tally, going: Array) -> int:
    """Return how many draws the observations that want most will need, cut to one batch."""
    if tally.draws == 0:
        return PILOT
    need = float(tally.calls_needed[going].max())
    if need >= BATCH:
        return BATCH
    # Aim a little short while much is missing, so that the last batch overshoots by little.
    return max(math.ceil(0.97 * need) if need > 64 else math.ceil(need), 16)


def stream_diagnostics(
    tally: Tally, observations: Sequence[Observation], queries: int, seconds: float, reason: str
) -> list[Diagnostics]:
    """Report what a stream found for each observation."""
    reports = []
    for i, observation in enumerate(observations):
        bound = math.exp(observation.log_bound)
        mean, reached, requested = float(tally.mean[i]), int(tally.reached[i]), int(tally.quota[i])
        evidence = mean * bound
        reports.append(
            Diagnostics(
                observation=observation.name,
                engine="rejection",
                exact=True,
                requested=requested,
                reached=reached,
                evidence=evidence,
                evidence_se=float(tally.mean_se[i]) * bound,
                log_evidence=math.log(evidence) if evidence > 0 else -math.inf,
                acceptance=mean,
                ess=float(reached),
                queries=queries,
                seconds=seconds,
                reason=reason,
                verdict=exact_verdict(reached, requested, queries, mean, "rejection"),
                relative_evidence=mean,
            )
        )
    return reports


@dataclass(frozen=True)
class Rejection:
    """The rejection engine for one observation.

    Parameters
    ----------
    max_queries
        Model calls to spend at most; ``None`` leaves it to the meter's own budget.
    """

    max_queries: int | None = None

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        """Draw `n` exact independent rows, or as many as the budget allows; see `Engine.draw`."""
        started, before = time.perf_counter(), posterior.meter.queries
        meter = posterior.meter if self.max_queries is None else posterior.meter.capped(self.max_queries)
        sink = RowList()
        tally = Tally(np.array([n], dtype=np.int64))
        seed = np.random.SeedSequence(rng.integers(2**63, size=2).tolist())
        observation = posterior.observation
        with PriorStream(posterior.prior, meter, seed) as stream:
            run_stream(stream, tally, accept_each([observation]), sink)
        spent, seconds = posterior.meter.queries - before, time.perf_counter() - started
        report = stream_diagnostics(tally, [observation], spent, seconds, "asked for")[0]
        return Draws(sink.rows(len(posterior.prior.schema)), report)


@dataclass
class RowList:
    """A sink that keeps rows in memory, in the order they came."""

    parts: list[Array] = field(default_factory=list)

    def add(self, key: Array, X: Float[Array, "n d"]) -> None:
        """Take rows."""
        self.parts.append(X)

    def rows(self, d: int) -> Float[Array, "n d"]:
        """Return all rows."""
        return np.concatenate(self.parts) if self.parts else np.empty((0, d))
