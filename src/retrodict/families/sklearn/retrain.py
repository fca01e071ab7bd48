"""Another fitted estimator of the same type and settings, on other rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from sklearn import calibration, compose, ensemble
from sklearn.base import BaseEstimator, clone
from sklearn.frozen import FrozenEstimator
from sklearn.naive_bayes import CategoricalNB
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from retrodict.errors import RetrodictError
from retrodict.families.retraining import (
    FewerClasses,
    fewer,
    fingerprint,
    present_classes,
    seeds,
    training,
)
from retrodict.families.sklearn import quick_forest
from retrodict.families.sklearn.model.quiet import silence
from retrodict.families.sklearn.structure.delegates import SEARCHES
from retrodict.families.sklearn.structure.guests import file_of_guest
from retrodict.models.contract import Model
from retrodict.models.type_lookup import faithful_of_type

if TYPE_CHECKING:
    from retrodict.families.sklearn.model.models import SklearnClassifier, SklearnRegressor

Array = np.ndarray


def retrained(
    model: SklearnClassifier | SklearnRegressor, X: Float[Array, "n d"], y: Float[Array, " n"], seed: int
) -> Model:
    """Return a model of the same type and settings, trained on other rows; see `Retrainable`."""
    frame, classes = model.layout.build(X), model.schema.target.classes
    made = fingerprint(model, X, y, seed)
    with training(model, X):
        if not classes:
            return replace(model, estimator=_fitted(model, frame, y, seed), fingerprint=made, audit=None)
        present, labels = present_classes(y), np.asarray(model.estimator.classes_)
        codes = y.astype(np.intp)
        if len(present) == len(classes):
            estimator = _fitted(model, frame, labels[codes], seed)
            return replace(model, estimator=estimator, fingerprint=made, audit=None)
        try:
            estimator = _fitted(model, frame, labels[codes], seed)
        except (ValueError, RetrodictError):  # libraries that take classes 0, 1, ... without a gap
            estimator = _fitted(model, frame, np.searchsorted(present, codes), seed)
    own = model.known.schema
    known = replace(model.known, schema=fewer(own, present))
    parts: dict[str, Any] = {"known": known, "schema": fewer(model.schema, present), "fingerprint": made, "audit": None}
    inner: Any = replace(model, estimator=estimator, **parts)
    return FewerClasses(inner, model.schema, present)


def _fitted(model: SklearnClassifier | SklearnRegressor, frame: Any, y: Array, seed: int) -> Any:
    made = unfitted(model.estimator)
    if model.loud:
        silence(made)
    return quick_forest.fit(seeded(made, seed), frame, y)


def unfitted(fitted: Any) -> Any:
    """Return an estimator of the settings that a fitted one was trained with, as far as it keeps them.

    A search is its best estimator: what was found is trained again, not looked for again. A part that was fitted before
    (frozen, or `prefit`) is trained as well, or all copies would share what it learned of the training rows. Encoders
    that refuse what they have not met take it as no category: other rows may lack a rare one.

    Parameters
    ----------
    fitted
        An estimator.
    """
    made = _apart(fitted)
    for owner in _parts(made):
        _open(owner)
    return made


def _apart(fitted: Any) -> Any:
    if not isinstance(fitted, BaseEstimator):
        return clone(fitted, safe=False)
    special = faithful_of_type(type(fitted), _SPECIAL)
    if special is not None:
        return special(fitted)
    guest = file_of_guest(type(fitted), "retrain")
    return clone(fitted) if guest is None else guest.unfitted(fitted)


def _pipeline(fitted: Pipeline) -> Any:
    steps = [(name, step if step in (None, "passthrough") else _apart(step)) for name, step in fitted.steps]
    return _with(fitted, steps=steps, memory=None)


def _union(fitted: FeatureUnion) -> Any:
    parts = [(name, one if isinstance(one, str) else _apart(one)) for name, one in fitted.transformer_list]
    return _with(fitted, transformer_list=parts)


def _columns(fitted: compose.ColumnTransformer) -> Any:
    own = {name: one for name, one, _ in fitted.transformers_}
    given = [(name, _met(one, own.get(name)), columns) for name, one, columns in fitted.transformers]
    return _with(fitted, transformers=given)


def _met(given: Any, fitted: Any) -> Any:
    """Return a step of columns unfitted; one that is kept fitted alone tells no more than the one that was given."""
    return given if isinstance(given, str) else _apart(given if isinstance(fitted, str | None) else fitted)


def _prefitted(name: str, members: str) -> Callable[[Any], Any]:
    """Return what trains parts that were fitted before, which a setting `cv="prefit"` or a frozen one tells."""

    def made(fitted: Any) -> Any:
        given = getattr(fitted, name)
        if isinstance(given, list):
            parts: Any = [(key, one if isinstance(one, str) else _apart(one)) for key, one in given]
        else:
            parts = None if given is None else _apart(given)
        changed: dict[str, Any] = {name: parts}
        if getattr(fitted, members, None) == "prefit":
            changed[members] = None
        return _with(fitted, **changed)

    return made


def _categorical(fitted: CategoricalNB) -> Any:
    return _with(fitted, min_categories=fitted.n_categories_)  # other rows may lack the last of them


def _with(fitted: Any, **changed: Any) -> Any:
    """Return an estimator of the same settings, but for some."""
    given = {name: one for name, one in fitted.get_params(deep=False).items() if name not in changed}
    return type(fitted)(**{name: clone(one, safe=False) for name, one in given.items()}, **changed)


_SPECIAL: dict[type, Callable[[Any], Any]] = {
    Pipeline: _pipeline,
    FeatureUnion: _union,
    compose.ColumnTransformer: _columns,
    **dict.fromkeys(SEARCHES, lambda fitted: _apart(fitted.best_estimator_)),
    FrozenEstimator: lambda fitted: _apart(fitted.estimator),
    calibration.CalibratedClassifierCV: _prefitted("estimator", "cv"),
    **dict.fromkeys((ensemble.StackingClassifier, ensemble.StackingRegressor), _prefitted("estimators", "cv")),
    **dict.fromkeys((ensemble.VotingClassifier, ensemble.VotingRegressor), _prefitted("estimators", "cv")),
    CategoricalNB: _categorical,
}


def _parts(made: Any) -> list[Any]:
    return [made, *(one for one in made.get_params(deep=True).values() if isinstance(one, BaseEstimator))]


def _open(part: Any) -> None:
    given = part.get_params(deep=False)
    if isinstance(part, OneHotEncoder) and given["handle_unknown"] == "error":
        part.set_params(handle_unknown="ignore")
    if isinstance(part, OrdinalEncoder) and given["handle_unknown"] == "error":
        part.set_params(handle_unknown="use_encoded_value", unknown_value=-1)  # a number, which all estimators take
    if "warm_start" in given:
        part.set_params(warm_start=False)


_RANDOM = ("random_state", "random_seed")


def seeded(estimator: Any, seed: int) -> Any:
    """Give every part of an unfitted estimator that is random a seed of its own."""
    found = sorted(name for name in estimator.get_params(deep=True) if name.rpartition("__")[2] in _RANDOM)
    estimator.set_params(**dict(zip(found, seeds(seed, len(found)), strict=True)))
    return estimator
