"""Rejection: exact, independent posterior draws from one stream of prior draws.

Because a likelihood never exceeds its bound, a prior draw kept with probability ``likelihood / bound`` is an exact draw
of the posterior (von Neumann, 1951). The *joint* form serves many observations from one stream. For the labels of a
classifier a single label is drawn for each row from ``p(y|x)``: a row falls to one class, and the classes' rows are
independent of each other as well.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.inference.diagnostics import Diagnostics, Draws
from retrodict.inference.posterior import Posterior
from retrodict.inference.rejection.acceptance import accept_by_label, accept_each
from retrodict.inference.rejection.joint import draw_joint
from retrodict.inference.rejection.report import NAME, stream_diagnostics
from retrodict.inference.rejection.stream import PriorStream
from retrodict.inference.rejection.streaming import run_stream
from retrodict.inference.sink import RowList, Sink
from retrodict.inference.tally import Tally, draws_needed
from retrodict.inference.task import STREAM, Checkpoint, JointTask, Need, RunState, Task, Wanting, subseed, wanted
from retrodict.models.metering import Meter

Array = np.ndarray


def cost(need: Need) -> Float[Array, " m"]:
    """Return the prior draws that give the rows wanted, one in ``1/Z`` being kept; see `EngineEntry.cost`."""
    return draws_needed(need.missing, need.evidence)


@dataclass(frozen=True)
class Rejection:
    """The rejection engine.

    Parameters
    ----------
    max_queries
        Model calls to spend at most; ``None`` leaves it to the meter's own budget.
    """

    max_queries: int | None = None

    @property
    def name(self) -> str:
        """As in `ENGINES`."""
        return NAME

    def draw(self, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
        """Draw `n` exact independent rows, or as many as the budget allows; see `Engine.draw`."""
        started, before = time.perf_counter(), posterior.meter.queries
        sink = RowList()
        tally = Tally(np.array([n], dtype=np.int64))
        seed = np.random.SeedSequence(rng.integers(2**63, size=2).tolist())
        observation = posterior.observation
        with PriorStream(posterior.prior, self._capped(posterior.meter), seed) as stream:
            run_stream(stream, tally, accept_each([observation]), sink)
        spent, seconds = posterior.meter.queries - before, time.perf_counter() - started
        report = stream_diagnostics(tally, [observation], spent, seconds)[0]
        return Draws(sink.rows(len(posterior.prior.schema)), report)

    def draw_all(self, task: Task, sink: Sink, state: RunState, checkpoint: Checkpoint) -> list[Diagnostics]:
        """Draw exact rows of every observation from one stream of prior draws; see `Sharing`."""
        self.stream(task, sink, state, checkpoint, wanted)
        return self.reports(task, state)

    def stream(self, task: Task, sink: Sink, state: RunState, checkpoint: Checkpoint, wanting: Wanting) -> None:
        """Draw from the stream while an observation is wanted; see `Streaming`."""
        meter = self._capped(task.meter, state.queries)
        accept = accept_by_label if task.exclusive else accept_each(task.observations)
        with PriorStream(task.prior, meter, subseed(task.seed, STREAM), state.batch, state.ahead) as stream:
            note = stream.noting(state, checkpoint)
            run_stream(stream, state.tally, accept, sink, wanting=wanting, checkpoint=note)

    def reports(self, task: Task, state: RunState) -> list[Diagnostics]:
        """Return what the stream has found; see `Streaming`."""
        return stream_diagnostics(state.tally, task.observations, state.tally.scored, state.seconds)

    def draw_joint(self, task: JointTask, sink: Sink, state: RunState, checkpoint: Checkpoint) -> list[Diagnostics]:
        """Draw rows with their outputs: every prior draw is a row; see `Joint`."""
        return draw_joint(task, self._capped(task.meter, state.queries), sink, state, checkpoint)

    def _capped(self, meter: Meter, spent: int = 0) -> Meter:
        return meter if self.max_queries is None else meter.capped(max(self.max_queries - spent, 1))
