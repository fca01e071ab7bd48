"""Engines that users bring: what is asked of one, and of the draws that it returns."""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from retrodict.errors import BudgetExhaustedError, RequestError
from retrodict.inference.diagnostics import Diagnostics, Draws, Engine
from retrodict.inference.posterior import Posterior

Array = np.ndarray


def check_engine(engine: Any, names: Sequence[str]) -> None:
    """Refuse what is no engine.

    Parameters
    ----------
    engine
        Anything but a name.
    names
        Of the engines that need no object, for the error.

    Raises
    ------
    RequestError
        If it is a class, or has no ``draw(posterior, n, rng)``.
    """
    draw = getattr(engine, "draw", None)
    if isinstance(engine, type) or not callable(draw):
        what = f"the class {engine.__name__}" if isinstance(engine, type) else engine_text(engine)[:100]
        raise RequestError(
            f"unknown engine {what}; use one of {', '.join(names)}, or an object with draw(posterior, n, rng)"
        )
    try:
        inspect.signature(draw).bind(None, 1, None)
    except TypeError as error:
        raise RequestError(
            f"the engine {type(engine).__name__} can't be asked: draw(posterior, n, rng) does not fit it ({error}); "
            "let it take these three"
        ) from None
    except ValueError:  # compiled code that does not tell what it takes
        return


def engine_text(engine: Any) -> str:
    """Return an engine as it is kept with a result: its settings, and never a place in memory."""
    if isinstance(engine, str):
        return engine
    text = repr(engine)
    return type(engine).__qualname__ if " at 0x" in text else text


def draws_of(engine: Engine, posterior: Posterior, n: int, rng: np.random.Generator) -> Draws:
    """Ask an engine for draws and check what it returns.

    Parameters
    ----------
    engine
        Any engine.
    posterior, n, rng
        As `Engine.draw` takes them.

    Returns
    -------
    Draws
        At most `n` rows, with the engine's own diagnostics; rows, model calls and time are those counted here.

    Raises
    ------
    RequestError
        If it returns no draws, or rows of another width or of other codes than the prior's.
    """
    if n == 0:
        return _none(engine, posterior, 0, "no rows asked for")
    started, before = time.perf_counter(), posterior.meter.queries
    try:
        draws = engine.draw(posterior, n, rng)
    except BudgetExhaustedError as error:
        draws = _none(engine, posterior, n, f"not reached: the engine stopped: {error}")
    said = getattr(draws, "diagnostics", None)
    name = type(engine).__name__
    if not isinstance(said, Diagnostics):
        raise RequestError(
            f"the engine {name} returned a {type(draws).__name__} without diagnostics; let it return "
            "retrodict.inference.diagnostics.Draws(X, diagnostics)"
        )
    X = _rows(draws.X, posterior, name)[:n]
    report = replace(
        said,
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


def _none(engine: Engine, posterior: Posterior, n: int, verdict: str) -> Draws:
    report = Diagnostics(
        observation=posterior.observation.name,
        engine=type(engine).__name__,
        exact=False,
        requested=n,
        reached=0,
        evidence=math.nan,
        evidence_se=math.nan,
        log_evidence=math.nan,
        acceptance=math.nan,
        ess=0.0,
        queries=0,
        seconds=0.0,
        reason="asked for",
        verdict=verdict,
    )
    return Draws(np.empty((0, len(posterior.prior.schema))), report)
