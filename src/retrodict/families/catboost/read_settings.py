"""What the texts in a model of CatBoost state: settings, dates, losses, and where predictions start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.special import expit

from retrodict.disclosures import Unread
from retrodict.disclosures.kinds import (
    ClassShares,
    Disclosure,
    RowEntries,
    TargetMoments,
    TargetQuantiles,
    TrainingDate,
    TrainingErrors,
    TrainingSettings,
)
from retrodict.disclosures.place import Place
from retrodict.families.catboost.content import Content
from retrodict.families.catboost.exactness import WEIGHTED, rows_words
from retrodict.families.catboost.objectives import objective_of
from retrodict.families.catboost.plain_json import json_of
from retrodict.families.catboost.settings import Told, params_of, told_of, under

_READ = {"params", "train_finish_time", "training", "class_params", "multiclass_params", "loss_function"}
_SILENT = {"catboost_version_info", "model_guid", "output_options", "binclass_probability_threshold"}
"""Texts that say nothing of training rows: the release, the number of the model, names of files."""
_SETTINGS = (
    ("boosting_options",),
    ("tree_learner_options",),
    ("data_processing_options", "float_features_binarization"),
    ("data_processing_options", "per_float_feature_quantization"),
    ("data_processing_options", "class_weights"),
    ("data_processing_options", "auto_class_weights"),
    ("data_processing_options", "ignored_features"),
    ("data_processing_options", "has_time"),
    ("data_processing_options", "target_border"),
    ("cat_feature_params",),
)
"""Settings that say how rows were drawn and leaf values found, where they stand."""
_AS_BITS = "to 32 bits"
"""CatBoost keeps targets as numbers of 32 bits."""


def facts(made: Any, content: Content, place: Place) -> Iterator[Any]:
    """Yield what texts and settings state, and texts that are not known as `Unread`."""
    yield from _settings(made, content, place)
    if content.info.get("train_finish_time"):
        when = content.info["train_finish_time"]
        yield TrainingDate(when, features=(), source=place.at("train_finish_time"), exact=place.exact)
    yield from _history(content, place)
    yield from _start(made, content, place)
    for at, scores in enumerate(made._object._get_test_evals()):
        entries = np.array(scores, dtype=np.float64).T
        meaning = "the score of each row of a table that training was watched by"
        source = place.at(f"_test_evals[{at}]")
        yield RowEntries(meaning, entries, features=(), source=source, exact="of an evaluation table", personal=True)
    for key in sorted(content.info.keys() - _READ - _SILENT):
        yield Unread(place.at(key), "str", "unknown", "a text that no reader knows")


def _settings(made: Any, content: Content, place: Place) -> Iterator[Disclosure]:
    params, objective = params_of(content), objective_of(content)
    told: dict[str, Any] = {}
    for path in _SETTINGS:
        found = under(params, *path)
        told |= found if isinstance(found, dict) else {} if found is None else {path[-1]: found}
    if "random_seed" in params:
        told["random_seed"] = params["random_seed"]
    if told:
        told["loss_function"] = None if objective is None else objective.name
        yield TrainingSettings(told, features=(), source=place.at("params"), exact=place.exact)
    given = vars(made).get("_init_params")
    if given:
        plain = {str(key): value for key, value in given.items() if isinstance(value, str | int | float | bool)}
        yield TrainingSettings(plain, features=(), source=place.at("_init_params"), exact=place.exact)


def _history(content: Content, place: Place) -> Iterator[Disclosure]:
    if not content.info.get("training"):
        return
    metrics = under(json_of(content.info["training"], "'training'"), "metrics")
    tables: list[tuple[Any, bool | str]] = [(under(metrics, "learn_metrics_history"), place.exact)]
    # one list an evaluation table after each tree
    others = under(metrics, "test_metrics_history")
    rounds = others if isinstance(others, list) and all(isinstance(one, list) for one in others) else []
    tables += [(list(one), "of an evaluation table") for one in zip(*rounds, strict=False)]
    for history, exact in tables:
        told = [one for one in history or [] if isinstance(one, dict)]
        for metric in dict.fromkeys(name for one in told for name in one):
            errors = np.array([one[metric] for one in told if isinstance(one.get(metric), int | float)], np.float64)
            source = place.at("training")
            yield TrainingErrors(errors, features=(), source=f"{source}.{metric}", exact=exact)


def _of_rows(content: Content, told: Told) -> str:
    """Return how rows counted in a mean of the targets, which weights change, and to how many bits it is stated."""
    weights, rows = rows_words(content, told), _AS_BITS
    return rows if weights is None else weights if weights == WEIGHTED else f"{rows}, {weights}"


def _start(made: Any, content: Content, place: Place) -> Iterator[Disclosure]:
    """Yield what the score that predictions start from says of the target."""
    told, bias = told_of(content), content.bias
    if content.scale != 1.0 or not any(bias):
        return
    exact = place.sample or _of_rows(content, told)
    shared: dict[str, Any] = {"features": (), "source": place.at("scale_and_bias"), "exact": exact}
    if told.loss == "RMSEWithUncertainty" and len(bias) == 2:
        if place.target is None:
            yield TargetMoments(bias[0], float(np.exp(2.0 * bias[1])), **shared)
    elif not told.from_average:
        return
    elif told.loss == "RMSE" and place.target is None:
        yield TargetMoments(bias[0], **shared)
    elif told.loss in ("MAE", "Quantile"):
        objective = objective_of(content)
        at = 0.5 if objective is None or told.loss == "MAE" else objective.number("alpha", 0.5)
        yield TargetQuantiles((at,), place.targets([bias[0]]), **shared)
    elif told.loss in ("Logloss", "CrossEntropy"):
        share = float(expit(bias[0]))
        yield ClassShares(tuple(made.classes_.tolist()), (1.0 - share, share), **shared)
