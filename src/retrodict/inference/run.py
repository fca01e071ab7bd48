"""Ask an engine, by its name or itself, for the rows of several observations."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from retrodict.errors import RequestError
from retrodict.inference.auto import Auto
from retrodict.inference.contract import Engine, Joint, joint, sharing
from retrodict.inference.diagnostics import Diagnostics
from retrodict.inference.each import ask_each
from retrodict.inference.engines import AUTO, ENGINES, EngineEntry, engine_names
from retrodict.inference.given import check_engine
from retrodict.inference.reach import judged, watched
from retrodict.inference.sink import Sink
from retrodict.inference.task import Checkpoint, RunState, Task, unwatched

_log = logging.getLogger(__name__)

EngineLike = str | Engine | Mapping[str, EngineEntry]
"""What users name an engine by: a name of `ENGINES` or `auto`, an engine, or entries for `auto` to choose among."""


def engine_of(given: Any) -> Engine | Auto:
    """Return the engine that is asked for.

    Parameters
    ----------
    given
        See `EngineLike`.

    Raises
    ------
    RequestError
        If no engine has the name, or it is no engine.
    """
    if isinstance(given, str):
        if given == AUTO:
            return Auto(ENGINES)
        if given not in ENGINES:
            raise RequestError(f"unknown engine {given!r}; use one of {', '.join(engine_names())}")
        return ENGINES[given].make()
    if isinstance(given, Mapping):
        wrong = next((name for name, entry in given.items() if not isinstance(entry, EngineEntry)), None)
        if wrong is not None or not given:
            told = "none was given" if wrong is None else f"{wrong!r} is a {type(given[wrong]).__name__}"
            raise RequestError(f"engines to choose among must be names with an EngineEntry each; {told}")
        return Auto(dict(given))
    check_engine(given, engine_names())
    engine: Engine = given
    return engine


def joint_of(engine: Engine | Auto) -> Joint | None:
    """Return what draws rows and outputs together, ``None`` where the engine asks for observations."""
    return engine.joint if isinstance(engine, Auto) else joint(engine)


def run(
    engine: Engine | Auto,
    task: Task,
    sink: Sink,
    state: RunState | None = None,
    checkpoint: Checkpoint = unwatched,
) -> list[Diagnostics]:
    """Draw rows for each observation.

    Parameters
    ----------
    engine
        Of `engine_of`.
    task
        What is asked for.
    sink
        Takes rows, keyed by the index of their observation.
    state
        Where a killed run had got to; updated in place.
    checkpoint
        Keeps the state and the rows so far.

    Returns
    -------
    list[Diagnostics]
        One report an observation, in order.
    """
    observed = watched(task.observations)
    task, state = replace(task, observations=observed), state or RunState.of(task.quota)
    shared = engine if isinstance(engine, Auto) else sharing(engine)
    if shared is not None:
        reports = shared.draw_all(task, sink, state, checkpoint)
    else:
        assert not isinstance(engine, Auto)
        reports = ask_each(engine, task, task.quota, sink, state, checkpoint)
    tell(reports)
    return [judged(each, report) for each, report in zip(observed, reports, strict=True)]


def tell(reports: Sequence[Diagnostics]) -> None:
    """Log how the rows of each observation were drawn, and why so."""
    for report in reports:
        _log.info(
            "%s: %d of %d rows by %s (%s), %d model calls, %.2f s",
            *(report.observation, report.reached, report.requested, report.engine),
            *(report.reason, report.queries, report.seconds),
        )
