"""From a model, an estimator or a file to its disclosures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sklearn.base import BaseEstimator

from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.disclosures.result import Disclosures
from retrodict.disclosures.walk import facts_of
from retrodict.errors import ModelError
from retrodict.models import SklearnClassifier, SklearnRegressor, load_model
from retrodict.models.sklearn_schema import names_of


def inspect_model(model: Any, **settings: Any) -> Disclosures:
    """Read what a model states about its training data.

    Parameters
    ----------
    model
        A model of `load_model`, a path that it reads, or any fitted scikit-learn estimator: transformers, mixtures
        and densities too.
    settings
        For a path: the settings of `load_model`, such as `trust_pickle`.

    Returns
    -------
    Disclosures
        Facts from whole rows down to ranges, named by raw features; empty where the model states none.

    Raises
    ------
    ModelError
        If it is no fitted estimator, or does not say how many columns it takes.
    UnsafeFileError
        If it is a file that holds types which are not trusted.
    """
    if isinstance(model, str | Path):
        model = load_model(model, **settings)
    if isinstance(model, SklearnClassifier | SklearnRegressor):
        return _found(model.estimator, model.known.schema.names)
    if isinstance(model, type) or not isinstance(model, BaseEstimator):
        raise ModelError(f"got a {type(model).__name__}; give a model, a fitted scikit-learn estimator or a path")
    return _found(model, names_of(model, getattr(model, "feature_names_in_", None), None))


def _found(estimator: Any, names: Any) -> Disclosures:
    columns = tuple(Column.start(name) for name in names)
    return Disclosures.sorted(facts_of(estimator, Place("", columns)), tuple(names))
