"""Estimators that predict as one inner estimator does: which it is, and what becomes of rows on their way to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from sklearn import compose, ensemble, frozen, model_selection
from sklearn.linear_model import RANSACRegressor
from sklearn.model_selection._search_successive_halving import HalvingGridSearchCV, HalvingRandomSearchCV
from sklearn.pipeline import Pipeline
from sklearn.semi_supervised import SelfTrainingClassifier

from retrodict.models.type_lookup import faithful_of_type

SEARCHES = (
    model_selection.GridSearchCV,
    model_selection.RandomizedSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
)
THRESHOLDS = (model_selection.FixedThresholdClassifier, model_selection.TunedThresholdClassifierCV)
STACKS = (ensemble.StackingClassifier, ensemble.StackingRegressor)


@dataclass(frozen=True)
class Delegate:
    """The inner estimator that another predicts as.

    Parameters
    ----------
    estimator
        The inner one.
    path
        Its attribute path from the outer one.
    sample
        What rows it was fitted on, where not all that the outer one was given.
    reach
        From rows as the outer one takes them to rows as it does; ``None`` where they are the same.
    target
        From its predictions to those of the outer one; ``None`` where they are the same.
    """

    estimator: Any
    path: str
    sample: str | None = None
    reach: Callable[[Any], Any] | None = None
    target: Callable[[Any], Any] | None = None


def delegate_of(estimator: Any) -> Delegate | None:
    """Return what a fitted estimator predicts as; ``None`` where it predicts itself, or overrides how."""
    found = faithful_of_type(type(estimator), DELEGATES)
    return None if found is None else found(estimator)


def _at(path: str, sample: str | None = None) -> Callable[[Any], Delegate]:
    return lambda estimator: Delegate(getattr(estimator, path), path, sample)


def _last_step(pipeline: Pipeline) -> Delegate | None:
    name, last = pipeline.steps[-1]
    if last in (None, "passthrough"):
        return None
    return Delegate(last, f"named_steps[{name!r}]", reach=partial(_through_steps, pipeline))


def _through_steps(pipeline: Pipeline, X: Any) -> Any:
    for _, step in pipeline.steps[:-1]:
        if step is not None and step != "passthrough":
            X = step.transform(X)
    return X


def _stacked(estimator: Any) -> Delegate:
    return Delegate(estimator.final_estimator_, "final_estimator_", reach=estimator.transform)


def _of_changed_target(estimator: compose.TransformedTargetRegressor) -> Delegate:
    def back(values: Any) -> Any:
        return np.asarray(estimator.transformer_.inverse_transform(np.reshape(values, (-1, 1)))).ravel()

    return Delegate(estimator.regressor_, "regressor_", target=back)


DELEGATES: dict[type, Callable[[Any], Delegate | None]] = {
    Pipeline: _last_step,
    compose.TransformedTargetRegressor: _of_changed_target,
    frozen.FrozenEstimator: _at("estimator"),
    SelfTrainingClassifier: _at("estimator_", "of the rows, those it labelled itself included"),
    RANSACRegressor: _at("estimator_", "of the inliers"),
    **dict.fromkeys(SEARCHES, _at("best_estimator_")),
    **dict.fromkeys(THRESHOLDS, _at("estimator_")),
    **dict.fromkeys(STACKS, _stacked),
}
