"""Draws behind each simulation's output, independent of those behind any other's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from retrodict import time_limit
from retrodict.inference.auto import Auto
from retrodict.inference.contract import Engine, sharing
from retrodict.inference.diagnostics import Diagnostics
from retrodict.inference.observation import Label, Observation
from retrodict.inference.run import run
from retrodict.inference.task import Task, subseed
from retrodict.models import Meter
from retrodict.models.metering import WITHOUT_LIMIT
from retrodict.reconstruction.request import Request
from retrodict.reconstruction.rows import MemoryRows

Array = np.ndarray

_TOGETHER, _ALONE = 0, 1
"""First keys of the children of the seed: of the one stream for all labels, and of runs for a simulation each."""

Told = Callable[[int, int], None]
"""Called with the simulations done and the model calls spent."""


@dataclass(frozen=True)
class Behind:
    """The draws behind one output, thinned to as many as are worth an independent one each.

    Parameters
    ----------
    X
        Rows, shape (l, d); none where nothing was found.
    report
        What the engine says of them.
    """

    X: Float[Array, "l d"]
    report: Diagnostics | None


def draw_behind(
    engine: Engine | Auto,
    job: Request,
    meter: Meter,
    observed: tuple[Observation, ...],
    draws: int,
    seed: np.random.SeedSequence,
    told: Told,
) -> list[Behind]:
    """Draw rows behind each of several outputs.

    Labels of an engine that serves all of them exactly come from one stream, dealt out. Everything else is asked for on
    its own: two simulations that shared approximate draws would share their error, and count as two.

    Parameters
    ----------
    engine
        Of `engine_of`.
    job
        Model and prior.
    meter
        The model, counted and capped.
    observed
        One output a simulation.
    draws
        Rows wanted behind each.
    seed
        Of all randomness.
    told
        Told of progress.
    """
    found: dict[int, Behind] = {}
    if all(isinstance(one, Label) for one in observed) and (isinstance(engine, Auto) or sharing(engine) is not None):
        found = _together(engine, job, meter, observed, draws, subseed(seed, _TOGETHER))
        told(len(found), meter.queries)
    for i, observation in enumerate(observed):
        if i in found:
            continue
        left = meter.affordable(WITHOUT_LIMIT) // (len(observed) - len(found))
        if left < 1 or time_limit.left() <= 0.0:
            found[i] = Behind(np.empty((0, len(job.schema))), None)
            continue
        own = replace(_task(job, meter.capped(left), subseed(seed, _ALONE, i)), observations=[observation])
        rows = MemoryRows(draws, len(job.schema))
        report = run(engine, replace(own, quota=np.array([draws])), rows)[0]
        found[i] = Behind(_thinned(rows.X, report), report)
        told(len(found), meter.queries)
    return [found[i] for i in range(len(observed))]


def _together(
    engine: Engine | Auto,
    job: Request,
    meter: Meter,
    observed: tuple[Observation, ...],
    draws: int,
    seed: np.random.SeedSequence,
) -> dict[int, Behind]:
    """Return the draws of all simulations whose label was served exactly, by simulation."""
    classes = job.schema.target.classes
    index = np.array([one.index for one in observed if isinstance(one, Label)])
    counts = np.bincount(index, minlength=len(classes))
    labels = [Label(i, label) for i, label in enumerate(classes)]
    # Half of the calls: what this stream can't serve exactly is asked for one by one.
    capped = meter.capped(max(meter.affordable(WITHOUT_LIMIT) // 2, 1))
    rows = MemoryRows(draws * len(observed), len(job.schema))
    task = replace(_task(job, capped, seed), observations=labels, quota=draws * counts, exclusive=True)
    found: dict[int, Behind] = {}
    for place, report in enumerate(run(engine, task, rows)):
        own = np.flatnonzero(index == place)
        mine = rows.X[rows.key.astype(np.int64) == place]
        each = min(draws, len(mine) // max(len(own), 1))
        if report.exact and each == draws:
            for i, simulation in enumerate(own.tolist()):
                found[simulation] = Behind(mine[i * each : (i + 1) * each].copy(), report)
    return found


def _task(job: Request, meter: Meter, seed: np.random.SeedSequence) -> Task:
    return Task(job.prior, meter, [], np.zeros(0, dtype=np.int64), seed)


def _thinned(X: Float[Array, "n d"], report: Diagnostics) -> Float[Array, "l d"]:
    """Return as many rows, evenly spaced, as there are effective draws among them."""
    if report.exact or not np.isfinite(report.ess) or report.ess >= len(X):
        return X.copy()
    keep = min(max(int(report.ess), 1), len(X))
    return X[np.linspace(0, len(X) - 1, keep).round().astype(np.int64)] if keep else X
