"""Ask an engine for each observation on its own, and check the draws that it returns."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Int

from retrodict.errors import BudgetExhaustedError, RequestError
from retrodict.inference.contract import Engine, engine_name
from retrodict.inference.diagnostics import Diagnostics, Draws
from retrodict.inference.observation import Observation
from retrodict.inference.posterior import Posterior
from retrodict.inference.sink import Sink
from retrodict.inference.task import EACH, Checkpoint, RunState, Task, subseed
from retrodict.models.metering import WITHOUT_LIMIT
from retrodict.results.notes import Note

Array = np.ndarray

_NOT_ASKED = Note("no_rows_asked_for", "no rows asked for")


def ask_each(
    engine: Engine,
    task: Task,
    missing: Int[Array, " m"],
    sink: Sink,
    state: RunState,
    checkpoint: Checkpoint,
) -> list[Diagnostics]:
    """Ask an engine for the rows of each observation.

    Parameters
    ----------
    engine
        Any engine; what is left of the budget is shared out evenly among the observations that are still to come.
    task
        What is asked for.
    missing
        Rows to ask for, shape (m,).
    sink, state, checkpoint
        See `Sharing.draw_all`; observations that the state knows as finished are not asked for again.

    Returns
    -------
    list[Diagnostics]
        One report an observation, in order.
    """
    todo = np.flatnonzero(missing > 0).tolist()
    for place, i in enumerate(todo):
        if i in state.finished:
            continue
        left = task.meter.affordable(WITHOUT_LIMIT) // (len(todo) - place)
        posterior = Posterior(task.prior, task.meter.capped(max(left, 1)), task.observations[i])
        draws = draws_of(engine, posterior, int(missing[i]), np.random.default_rng(subseed(task.seed, EACH, i)))
        sink.add(np.full(len(draws.X), i), draws.X)
        state.queries += draws.diagnostics.queries
        state.finished[i] = draws.diagnostics
        checkpoint(state, True)
    return [
        state.finished[i] if i in state.finished else _none(engine, observation, 0, _NOT_ASKED)
        for i, observation in enumerate(task.observations)
    ]


def draws_of(engine: Engine, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
    """Ask an engine for draws and check what it returns.

    Parameters
    ----------
    engine
        Any engine.
    posterior, n, rng
        As `Engine.draw` takes them; at least one row.

    Returns
    -------
    Draws
        At most `n` rows, with the engine's own diagnostics; rows, model calls and time are those counted here.

    Raises
    ------
    RequestError
        If it returns no draws, or rows of another width or of other codes than the prior's.
    """
    started, before = time.perf_counter(), posterior.meter.queries
    try:
        draws = engine.draw(posterior, n, rng)
    except BudgetExhaustedError as error:
        verdict = Note("engine_stopped", f"not reached: the engine stopped: {error}")
        draws = Draws(np.empty((0, len(posterior.prior.schema))), _none(engine, posterior.observation, n, verdict))
    name = type(engine).__name__
    if not (isinstance(draws, Draws) and isinstance(draws.diagnostics, Diagnostics)):
        raise RequestError(
            f"the engine {name} returned a {type(draws).__name__} without diagnostics; let it return "
            "retrodict.inference.Draws(X, retrodict.inference.Diagnostics(...))"
        )
    X = _rows(draws.X, posterior, name)[:n]
    report = replace(
        draws.diagnostics,
        observation=posterior.observation.name,
        requested=n,
        reached=len(X),
        queries=posterior.meter.queries - before,
        seconds=time.perf_counter() - started,
    )
    return Draws(X, report)


def _rows(X: Any, posterior: Posterior, name: str) -> Array:
    features = posterior.prior.schema.features
    try:
        rows = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError):
        rows = np.empty(0)
    if rows.ndim != 2 or rows.shape[1] != len(features):
        raise RequestError(
            f"the engine {name} returned rows of shape {rows.shape}; (n, {len(features)}) is needed, in the encoding "
            "of the prior's schema"
        )
    for feature, column in zip(features, rows.T, strict=True):
        present = column[~np.isnan(column)]
        if feature.listed and not np.isin(present, np.arange(len(feature.categories))).all():
            raise RequestError(
                f"the engine {name} returned codes of '{feature.name}' outside its {len(feature.categories)} "
                "categories; return the prior's own rows, as posterior.evaluate gives them"
            )
        if np.isinf(present).any():
            raise RequestError(f"the engine {name} returned infinite values of '{feature.name}'; leave them out")
    return rows


def _none(engine: Engine, observation: Observation, n: int, verdict: Note) -> Diagnostics:
    return Diagnostics(
        observation=observation.name,
        engine=engine_name(engine),
        exact=False,
        requested=n,
        ess=0.0,
        verdict=verdict,
    )
