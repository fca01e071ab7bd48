"""What fitted scikit-learn estimators tell of the raw columns that reach them, part by part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import ensemble, impute, preprocessing
from sklearn.feature_extraction import DictVectorizer, FeatureHasher, text
from sklearn.isotonic import IsotonicRegression
from sklearn.naive_bayes import CategoricalNB

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.unread import Unread
from retrodict.disclosures.visit import Part
from retrodict.errors import ModelError
from retrodict.families.sklearn.model.column_facts import Facts, is_one
from retrodict.families.sklearn.structure.guests import model_of_guest
from retrodict.families.sklearn.structure.imputed import IMPUTERS
from retrodict.families.sklearn.structure.visit import held_by, visited
from retrodict.families.sklearn.structure.wrappers import WRAPPERS
from retrodict.models.contract import Model, about, own_schema
from retrodict.models.type_lookup import known_type, library_class, overridden


def facts_of_columns(estimator: Any, names: list[str]) -> Facts:
    """Return what a fitted estimator tells of its raw columns.

    Parameters
    ----------
    estimator
        A fitted predictor.
    names
        Its columns.

    Raises
    ------
    ModelError
        If a part holds itself.
    """
    facts = Facts()
    for one in visited(estimator, names, _handed_on):
        if isinstance(one, Unread):
            raise ModelError(f"a {type(estimator).__name__} in which {one.path} holds itself; save the model again")
        _tell(one.thing, one.place.columns, facts)
    return facts


def _handed_on(part: Part) -> list[Part]:
    """Return the parts that raw columns are handed on to."""
    return [one for one in held_by(part, WRAPPERS) if one.role != "target"]


def _tell(estimator: Any, columns: Columns, facts: Facts) -> None:
    cls = known_type(type(estimator), _TELLERS)
    if cls is None:
        guest = model_of_guest(estimator)
        if guest is not None:
            _guest(guest, columns, facts)
        elif library_class(type(estimator), "sklearn") is not None:
            facts.mark_numeric(columns)
    elif cls in _PREDICTORS or not overridden(type(estimator), cls):  # what another transformer does is its own
        _TELLERS[cls](estimator, columns, facts)


def _guest(model: Model, columns: Columns, facts: Facts) -> None:
    """Note what a predictor of another family knows of the columns that reach it."""
    own, vague = own_schema(model), about(model).undetermined | about(model).unnamed
    if len(own) != len(columns):
        return
    for column, feature in zip(columns, own.features, strict=True):
        if feature.name in vague:
            continue
        if feature.listed:
            listed = np.array(feature.categories, dtype=object)
            facts.note_categories(column, listed, dtype=feature.dtype, ordered=feature.kind == "ordinal")
            if is_one(column) and feature.dtype == "category":
                facts.of_pandas[column.name] = feature.categories
            if is_one(column):
                (facts.tolerant if feature.name in about(model).tolerant else facts.strict).add(column.name)
        else:
            facts.mark_numeric([column])
            if feature.low is not None and feature.high is not None:
                facts.note_bounds([column], [feature.low], [feature.high])


def _nothing(estimator: Any, columns: Columns, facts: Facts) -> None:
    del estimator, columns, facts


def _numbers(step: Any, columns: Columns, facts: Facts) -> None:
    del step
    facts.mark_numeric(columns)


def _imputer(step: Any, columns: Columns, facts: Facts) -> None:
    simple = isinstance(step, impute.SimpleImputer)
    if not simple or step.strategy in {"mean", "median"}:
        facts.mark_numeric(columns)
    if simple and step.missing_values is None:
        facts.none_tokens.update(column.name for column in columns if is_one(column))


def _ranges(ends: Callable[[Any, int], tuple[Any, Any]]) -> Callable[[Any, Columns, Facts], None]:
    """Return what notes the ends that an estimator stores of each column: of (estimator, width)."""

    def tell(estimator: Any, columns: Columns, facts: Facts) -> None:
        facts.mark_numeric(columns)
        facts.note_bounds(columns, *ends(estimator, len(columns)))

    return tell


def _bin_ends(step: preprocessing.KBinsDiscretizer, width: int) -> tuple[Any, Any]:
    del width
    return [edges[0] for edges in step.bin_edges_], [edges[-1] for edges in step.bin_edges_]


def _encoder(step: Any, columns: Columns, facts: Facts) -> None:
    ordered = isinstance(step, preprocessing.OrdinalEncoder) and not isinstance(step.categories, str)
    # a target encoder has no such setting: it gives what it does not know the overall mean
    manner = facts.strict if getattr(step, "handle_unknown", "ignore") == "error" else facts.tolerant
    for column, categories in zip(columns, step.categories_, strict=True):
        facts.note_categories(column, categories, ordered=ordered)
        if is_one(column):
            manner.add(column.name)


def _histogram_boosting(estimator: Any, columns: Columns, facts: Facts) -> None:
    mask = estimator.is_categorical_
    mask = np.zeros(len(columns), dtype=bool) if mask is None else mask
    facts.mark_numeric([column for column, listed in zip(columns, mask, strict=True) if not listed])
    preprocessor = getattr(estimator, "_preprocessor", None)  # no public attribute holds the categories
    if preprocessor is None:
        return
    dtype = "category" if estimator.categorical_features == "from_dtype" else None
    encoder = preprocessor.named_transformers_["encoder"]
    for i, categories in zip(np.flatnonzero(mask), encoder.categories_, strict=True):
        facts.note_categories(columns[i], categories, dtype=dtype)


_TRANSFORMERS: dict[type, Callable[[Any, Columns, Facts], None]] = {
    **dict.fromkeys(IMPUTERS, _imputer),
    **dict.fromkeys((preprocessing.StandardScaler, preprocessing.RobustScaler, preprocessing.MaxAbsScaler), _numbers),
    **dict.fromkeys((preprocessing.PowerTransformer, preprocessing.Binarizer), _numbers),
    preprocessing.MinMaxScaler: _ranges(lambda step, _: (step.data_min_, step.data_max_)),
    preprocessing.QuantileTransformer: _ranges(lambda step, _: (step.quantiles_[0], step.quantiles_[-1])),
    preprocessing.KBinsDiscretizer: _ranges(_bin_ends),
    **dict.fromkeys((preprocessing.OneHotEncoder, preprocessing.OrdinalEncoder, preprocessing.TargetEncoder), _encoder),
    # what they take need not be numbers
    **dict.fromkeys((preprocessing.FunctionTransformer, DictVectorizer, FeatureHasher), _nothing),
    **dict.fromkeys((text.CountVectorizer, text.HashingVectorizer), _nothing),
}
_PREDICTORS: dict[type, Callable[[Any, Columns, Facts], None]] = {
    **dict.fromkeys(WRAPPERS, _nothing),
    **dict.fromkeys(
        (ensemble.HistGradientBoostingClassifier, ensemble.HistGradientBoostingRegressor), _histogram_boosting
    ),
    CategoricalNB: _ranges(lambda estimator, width: (np.zeros(width), estimator.n_categories_ - 1)),
    IsotonicRegression: _ranges(lambda estimator, _: ([estimator.X_min_], [estimator.X_max_])),
}
_TELLERS = {**_TRANSFORMERS, **_PREDICTORS}
"""All other estimators of scikit-learn take numbers, and keep nothing else that a schema has a place for."""
