"""Another model of CatBoost of the same settings, on other rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.families.retraining import LARGEST_SEED, fingerprint, settings_gone, training, unstated

if TYPE_CHECKING:
    from retrodict.families.catboost.model import CatBoostClasses, CatBoostValues

Array = np.ndarray

_STEADY = {"thread_count": 1, "allow_writing_files": False, "logging_level": "Silent"}
_ROUNDS = ("n_estimators", "num_boost_round", "num_trees", "iterations")
_SILENT = ("verbose", "verbose_eval", "silent", "metric_period")
_SEEDS = ("random_seed", "random_state")
_WATCHED = ("early_stopping_rounds", "od_type", "od_wait", "od_pval", "use_best_model", "eval_fraction")
_NO_SETTINGS = frozenset(("pool_metainfo_options", "class_names", "classes_count", "cat_features", "task_type"))
"""What `get_all_params` tells that is of the table, or given anew."""


def retrained(model: CatBoostClasses | CatBoostValues, X: Float[Array, "n d"], y: Float[Array, " n"], seed: int) -> Any:
    """Return a model of the same settings, trained on other rows; see `Retrainable`."""
    own, classes = model.made, model.schema.target.classes
    given = dict(own.get_params())
    told = given or _told(model)
    params = _without(told, *_ROUNDS, *_SILENT, *_SEEDS, *_WATCHED, *_STEADY)
    params |= {"iterations": int(own.tree_count_), "random_seed": seed % LARGEST_SEED} | _STEADY
    columns = {name: model.column(X, at) for at, name in enumerate(model.own.names)}
    frame = pd.DataFrame(columns, copy=False)
    target: Any = y
    if classes:
        labels = np.asarray(own.classes_)
        target = labels[y.astype(np.intp)]
        if len(classes) > 2:
            params["class_names"] = labels.tolist()  # those that these rows lack are classes all the same
    params["cat_features"] = [name for name in model.own.names if name in model.listed]
    with training(model, X):
        made = type(own)(**params)
        made.fit(frame, target)
    notes = () if given else (unstated(model, ["weights of rows"], "all count the same"),)
    made_of = fingerprint(model, X, y, seed)
    return replace(model, made=made, fingerprint=made_of, audit=None, left=(), warnings=notes)


def unfitted(fitted: Any) -> Any:
    """Return an estimator of the same settings, for as many rounds as a fitted one has."""
    given = _without(fitted.get_params(), *_SILENT, *_WATCHED)
    if not given and fitted.is_fitted():
        given = _given(type(fitted), fitted.get_all_params())
    return type(fitted)(**(_without(given, *_ROUNDS) | {"iterations": int(fitted.tree_count_)} | _STEADY))


def _without(settings: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in names}


def _told(model: CatBoostClasses | CatBoostValues) -> dict[str, Any]:
    """Return the settings that a file states.

    Raises
    ------
    RequestError
        If it states none.
    """
    try:
        found = dict(model.made.get_all_params())
    except Exception:  # CatBoost's own, of a file from which they were taken
        found = {}
    if not found:
        raise settings_gone(model, "settings")
    return _given(type(model.made), found)


def _given(kind: type, told: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that can be given; it also tells some of its own that nobody can set."""
    taken = signature(kind).parameters
    return {name: value for name, value in told.items() if name in taken and name not in _NO_SETTINGS}
