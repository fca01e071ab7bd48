"""Fitted objects and files of CatBoost made models."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from retrodict.errors import ModelError, RequestError
from retrodict.families.catboost.content import Content
from retrodict.families.catboost.flat_reader import DamagedError
from retrodict.families.catboost.model import CatBoostClasses, CatBoostScores, CatBoostValues
from retrodict.families.catboost.native import content_of
from retrodict.families.catboost.objectives import CLASSES, Objective, noise_of, objective_of, usable
from retrodict.families.catboost.own_columns import Beside, columns_of
from retrodict.models.contract import Model
from retrodict.models.family import Opened, Settings
from retrodict.models.noise import Noise


def wrap(opened: Opened, settings: Settings, beside: Beside, content: Content | None = None) -> Model:
    """Return a fitted model of CatBoost as a model; see `Opening.model_of`.

    Parameters
    ----------
    opened, settings
        As there.
    beside
        What its file has beside.
    content
        What its file holds; ``None`` where it is read from the object.
    """
    where = opened.origin or "the model given"
    content = _content(opened, content)
    if settings.error_rate is not None or settings.link_slope is not None:
        raise RequestError("models of CatBoost need no error rate and no link slope; leave them out")
    try:
        objective = usable(objective_of(content), content.dimension, where)
        noise, source = noise_of(objective) if objective.kind == "value" else (None, "")
    except DamagedError as fault:
        raise ModelError(f"{where} can't be read as a model of CatBoost: it has {fault}") from fault
    shared = _shared(opened, settings, objective, beside, content)
    if noise is None:
        if settings.noise_scale is not None:
            raise RequestError("a noise scale is for regressors, and this model is a classifier; leave it out")
        return CatBoostClasses(**shared)
    return _value_model(shared, noise, source, settings)


def scored(
    opened: Opened, settings: Settings, reason: str, beside: Beside, content: Content | None = None
) -> CatBoostScores:
    """Return a fitted model of CatBoost without a likelihood; see `Scoring.scored_of`, and `wrap`."""
    content = _content(opened, content)
    objective = objective_of(content) or Objective("", {})
    value = replace(objective, name="" if objective.name in CLASSES else objective.name)  # no class is asked for
    return CatBoostScores(**_shared(opened, settings, value, beside, content), likelihood=reason)


def _content(opened: Opened, content: Content | None) -> Content:
    """Return what a file holds, or a fitted object.

    Raises
    ------
    ModelError
        If it is not fitted, can't be read, or takes no column.
    """
    made, where = opened.object, opened.origin or "the model given"
    if isinstance(made, type) or not hasattr(made, "is_fitted") or not made.is_fitted():
        raise ModelError(f"{where} is no fitted model of CatBoost; fit it, then save it")
    try:
        content = content_of(made) if content is None else content
    except DamagedError as fault:
        raise ModelError(f"{where} can't be read as a model of CatBoost: it has {fault}") from fault
    if not content.width:
        raise ModelError(f"{where} takes no column, so that there is nothing to invert; train it on some columns")
    return content


def _shared(
    opened: Opened, settings: Settings, objective: Objective, beside: Beside, content: Content
) -> dict[str, Any]:
    """Return what all models are made of."""
    made, where = opened.object, opened.origin or "the model given"
    own, listed, notes = columns_of(content, made, objective, settings.schema, beside, where)
    return {
        **{"made": made, "own": own, "schema": own, "fingerprint": opened.fingerprint, "audit": opened.audit},
        **{"warnings": (*opened.warnings, *notes), "left": opened.left},
        **{"objective": objective, "listed": listed, "beside": beside},
    }


def _value_model(shared: dict[str, Any], noise: Noise, source: str, settings: Settings) -> Model:
    model = CatBoostValues(**shared, noise=noise, noise_source=source)
    return model if settings.noise_scale is None else model.with_noise(settings.noise_scale, "stated by the user")
