"""Rows with their outputs, in the shares of prior and model: every prior draw is a row, at one call each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrodict.inference.diagnostics import Diagnostics, exact_verdict
from retrodict.inference.observation import Label
from retrodict.inference.rejection.acceptance import draw_labels
from retrodict.inference.rejection.report import NAME, stream_diagnostics
from retrodict.inference.rejection.stream import BATCH, Batch, PriorStream
from retrodict.inference.sink import Sink
from retrodict.inference.tally import Tally
from retrodict.inference.task import Checkpoint, JointTask, RunState
from retrodict.models.metering import Meter
from retrodict.models.noise import Noise
from retrodict.results.notes import Note

Array = np.ndarray

_EVERY_DRAW = Note("every_draw_is_a_row", "the model's own class shares: every prior draw is a row")
_EVERY_DRAW_OF_VALUES = Note("every_draw_is_a_row", "rows and targets drawn jointly: every prior draw is a row")


def draw_joint(task: JointTask, meter: Meter, sink: Sink, state: RunState, checkpoint: Checkpoint) -> list[Diagnostics]:
    """Draw rows and outputs, exact and independent; see `Joint`.

    Parameters
    ----------
    task
        What is asked for.
    meter
        The task's own, or one that it caps.
    sink, state, checkpoint
        See `Sharing.draw_all`.
    """
    tally = state.tally
    with PriorStream(task.prior, meter, task.seed, state.batch, state.ahead) as stream:
        note = stream.noting(state, checkpoint)
        while tally.scored < task.n:
            size = meter.affordable(min(task.n - tally.scored, BATCH))
            if size == 0:
                break
            batch = stream.next(size, ahead=meter.affordable(task.n - tally.scored) - size)
            sink.add(_labels(batch, tally) if task.noise is None else _values(batch, tally, task.noise), batch.X)
            note()
    if task.noise is not None:
        return [_report_of_values(task, state)]
    short = tally.scored < task.n
    tally.quota = np.round(task.n * tally.mean).astype(np.int64) if short else tally.reached.copy()
    observations = [Label(i, label) for i, label in enumerate(task.classes)]
    reports = stream_diagnostics(tally, observations, state.queries, state.seconds)
    return [replace(report, acceptance=1.0, reason=_EVERY_DRAW) for report in reports]


def _labels(batch: Batch, tally: Tally) -> Array:
    labels = draw_labels(batch, tally)
    tally.reached += np.bincount(labels, minlength=len(tally.reached))
    return labels


def _values(batch: Batch, tally: Tally, noise: Noise) -> Array:
    tally.scored += len(batch.X)
    return noise.draw(batch.output, batch.rng)


def _report_of_values(task: JointTask, state: RunState) -> Diagnostics:
    reached = state.tally.scored
    return Diagnostics(
        observation="rows",
        engine=NAME,
        exact=True,
        requested=task.n,
        reached=reached,
        evidence=1.0,
        evidence_se=0.0,
        log_evidence=0.0,
        acceptance=1.0,
        ess=float(reached),
        queries=state.queries,
        seconds=state.seconds,
        reason=_EVERY_DRAW_OF_VALUES,
        verdict=exact_verdict(reached, task.n, state.queries, 1.0, NAME),
        relative_evidence=1.0,
    )
