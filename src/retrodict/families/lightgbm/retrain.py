"""Another booster of the same settings, on other rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import lightgbm
import numpy as np
from jaxtyping import Float
from lightgbm.basic import Booster
from sklearn.base import clone

from retrodict.errors import RequestError
from retrodict.families.lightgbm.booster import booster_of, rounds, text_of
from retrodict.families.lightgbm.columns import Columns, told_listed
from retrodict.families.lightgbm.stated.settings import OF_MACHINES
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.retraining import LARGEST_SEED, fingerprint, has_all_classes, settings_gone, training, unstated

if TYPE_CHECKING:
    from retrodict.families.lightgbm.model import LightGBMClassifier, LightGBMRegressor

Array = np.ndarray

_STEADY = {"deterministic": True, "force_row_wise": True, "verbosity": -1, "num_threads": 1}
"""Sums of the same rows are the same then, whatever runs beside: which way is faster is not tried out."""

_OF_RUNS = frozenset(
    (
        *("data", "valid", "input_model", "output_model", "output_result", "snapshot_file", "snapshot_freq", "task"),
        *("initscore_filename", "valid_data_initscores", "convert_model", "convert_model_language", "save_binary"),
        *("label_column", "weight_column", "group_column", "ignore_column", "categorical_feature", "two_round"),
        *("early_stopping_round", "early_stopping_min_delta", "first_metric_only", "num_iterations", "header"),
        *("seed", "data_random_seed", "bagging_seed", "feature_fraction_seed", "drop_seed", "extra_seed"),
        *("objective_seed", "is_provide_training_metric", "metric_freq", "eval_at", "parser_config_file"),
        *("objective", "metric", "deterministic", "is_enable_sparse", "predict_disable_shape_check"),
    )
)
"""Parameters of files, of what was watched, and those that are given anew."""

_SWITCHES = frozenset(
    (
        *("bagging_by_query", "extra_trees", "xgboost_dart_mode", "uniform_drop", "use_quantized_grad", "linear_tree"),
        *("quant_train_renew_leaf", "stochastic_rounding", "enable_bundle", "use_missing", "zero_as_missing"),
        *("feature_pre_filter", "pre_partition", "precise_float_parser", "boost_from_average", "reg_sqrt"),
        *("is_unbalance", "lambdarank_norm"),
    )
)
"""Parameters that a text has as 0 or 1, which the library takes as words alone."""


def retrained(
    model: LightGBMClassifier | LightGBMRegressor, X: Float[Array, "n d"], y: Float[Array, " n"], seed: int
) -> Any:
    """Return a model of the same settings, trained on other rows; see `Retrainable`."""
    text, own, seed = text_of(model.booster), model.made, seed % LARGEST_SEED
    rows, listed = model.codes(X), _listed(text, model.kinds)
    parts: dict[str, Any] = {"fingerprint": fingerprint(model, X, y, seed), "audit": None, "left": ()}
    if not isinstance(own, Booster) and has_all_classes(model, y):
        made = seeded(unfitted(own), seed)
        target = np.asarray(own.classes_)[y.astype(np.intp)] if model.schema.target.is_class else y
        with training(model, X):
            made.fit(rows, target, categorical_feature=listed or "auto")
        return replace(model, made=made, warnings=(), **parts)
    params = _params(model, text) | {"seed": seed}
    with training(model, X):
        table = lightgbm.Dataset(rows, y, categorical_feature=listed, params=params, free_raw_data=True)
        booster = lightgbm.train(params, table, num_boost_round=rounds(model.booster))
    notes = (unstated(model, ["weights of rows"], "all count the same"),) if isinstance(own, Booster) else ()
    return replace(model, made=booster, warnings=notes, **parts)


def unfitted(fitted: Any) -> Any:
    """Return an estimator of the same settings, for as many rounds as the predictions of a fitted one use."""
    booster = booster_of(fitted)
    made = clone(fitted)
    if booster is not None and booster.best_iteration > 0:
        made.set_params(n_estimators=rounds(booster))
    found = {name for name in made.get_params() if name.startswith("early_stopping")}
    return made.set_params(**dict.fromkeys(found), **_STEADY)


def seeded(estimator: Any, seed: int) -> Any:
    """Give an unfitted estimator a seed."""
    return estimator.set_params(random_state=seed)


def _listed(text: ModelText, kinds: Columns) -> list[int]:
    """Return the columns whose codes are categories."""
    return sorted({*told_listed(text), *kinds.lists, *kinds.codes} - kinds.ordered)


def _params(model: LightGBMClassifier | LightGBMRegressor, text: ModelText) -> dict[str, Any]:
    """Return the parameters that a text states.

    Raises
    ------
    RequestError
        If it states none, or the objective is the user's own function.
    """
    if not text.parameters:
        raise settings_gone(model, "parameters")
    if text.objective is None:
        raise RequestError(f"the {model.family} was trained for a function of the user's own, which no file holds")
    dropped = OF_MACHINES | _OF_RUNS
    given = {name: value for name, value in text.parameters.items() if value and name not in dropped}
    found: dict[str, Any] = {name: one == "1" if name in _SWITCHES else one for name, one in given.items()}
    return found | {"objective": text.objective.name, "metric": "none"} | _STEADY
