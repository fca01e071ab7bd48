"""From a model, an estimator or a file to its disclosures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.base import BaseEstimator

from retrodict.disclosures.columns import Column
from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.net import Net
from retrodict.disclosures.place import Place
from retrodict.disclosures.result import Disclosures
from retrodict.disclosures.unread import Unread
from retrodict.disclosures.walk import KNOWN, TOGETHER, facts_of
from retrodict.errors import ModelError, RequestError
from retrodict.models import Model, SklearnClassifier, SklearnRegressor, load_model
from retrodict.models.sklearn_schema import names_of


def inspect_model(model: Any, *, train: pd.DataFrame | None = None, **settings: Any) -> Disclosures:
    """Read what a model states about its training data, and say what of it was not read.

    Parameters
    ----------
    model
        A model of `load_model`, a path that it reads, any object that satisfies `Model`, or any fitted scikit-learn
        estimator: transformers, mixtures and densities too.
    train
        Training rows, where they are at hand: they are looked for in every array of the model, whatever its class.
    settings
        For a path: the settings of `load_model`, such as `trust_pickle`.

    Returns
    -------
    Disclosures
        Facts from whole rows down to ranges, named by raw features, and in `unread` every part of which it is not
        known what it states. Only where `unread` is empty is what is not listed not there.

    Raises
    ------
    ModelError
        If it is no fitted estimator, or does not say how many columns it takes.
    RequestError
        If the training rows are no frame.
    UnsafeFileError
        If it is a file that holds types which are not trusted.
    """
    if train is not None and not isinstance(train, pd.DataFrame):
        raise RequestError(f"the training rows must be a pandas DataFrame, got {type(train).__name__}")
    if isinstance(model, str | Path):
        model = load_model(model, **settings)
    if isinstance(model, SklearnClassifier | SklearnRegressor):
        return _found(model.estimator, model.known.schema.names, train)
    if isinstance(model, type) or not isinstance(model, BaseEstimator | Model):
        raise ModelError(f"got a {type(model).__name__}; give a model, a fitted scikit-learn estimator or a path")
    if isinstance(model, Model):
        return _found(model, model.schema.names, train)
    return _found(model, names_of(model, getattr(model, "feature_names_in_", None), None), train)


def _found(estimator: Any, names: Any, train: pd.DataFrame | None) -> Disclosures:
    columns = tuple(Column.start(name) for name in names)
    visited: list[Any] = []
    read = list(facts_of(estimator, Place("", columns), visited=visited))
    facts = [one for one in read if isinstance(one, Disclosure)]
    known = None if train is None else KnownRows.of(train, tuple(names))
    read += Net(KNOWN, visited, TOGETHER, facts, tuple(names), known).draw(estimator)
    unread = tuple(one for one in read if isinstance(one, Unread))
    return Disclosures.sorted((one for one in read if isinstance(one, Disclosure)), tuple(names), unread)
