"""Walk through a fitted scikit-learn estimator, following each raw column as far as it stays one column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn import compose, ensemble, frozen, impute, multiclass, preprocessing
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction import DictVectorizer, FeatureHasher, text
from sklearn.impute._iterative import IterativeImputer  # its public name is there only after an experimental import
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import RANSACRegressor
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.naive_bayes import CategoricalNB
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.semi_supervised import SelfTrainingClassifier

from retrodict.families.sklearn.model.facts import Column, Columns, Facts
from retrodict.families.sklearn.structure.imputed import IMPUTERS, doubtful, imputed
from retrodict.families.sklearn.structure.output_names import inputs_of_outputs
from retrodict.models.type_lookup import known_of_type, known_type, library_class, overridden

# Transformers: each returns the columns it puts out, by position.


def walk_transformer(step: Any, columns: Columns, facts: Facts) -> Columns:
    """Note what one fitted transformer tells of its input columns, and return its output columns.

    Parameters
    ----------
    step
        A fitted transformer, ``None``, ``"passthrough"`` or ``"drop"``.
    columns
        Its input.
    facts
        Is added to.
    """
    if step is None or isinstance(step, str):
        return [] if step == "drop" else columns
    columns = _aligned(step, columns)
    known = known_type(type(step), _TRANSFORMERS)
    if known is not None:
        changed = overridden(type(step), known)
        if changed and known not in _CONTAINERS:
            return []  # what it does with its columns is its own
        out = _TRANSFORMERS[known](step, columns, facts)
        return [] if changed else out if known in (*_CONTAINERS, *IMPUTERS) else _agreed(step, columns, out)
    if resamples(step):
        return columns
    if library_class(type(step), "sklearn") is not None and not isinstance(step, _OPAQUE):
        facts.mark_numeric(columns)
        if hasattr(step, "get_support"):
            return _agreed(step, columns, [columns[i] for i in step.get_support(indices=True)])
    named = inputs_of_outputs(step, len(columns))
    return [] if named is None else [None] * len(named)


def _agreed(step: Any, columns: Columns, out: Columns) -> Columns:
    """Return the output columns without those that the step itself gives another name than their input's."""
    named = inputs_of_outputs(step, len(columns))
    if named is None:
        return out
    if len(named) != len(out):
        return [None] * len(named)
    return [c if c and j is not None and _is(columns[j], c) else None for c, j in zip(out, named, strict=True)]


def _is(before: Column | None, after: Column) -> bool:
    return before is not None and before.name == after.name


def resamples(step: Any) -> bool:
    """Whether a step draws or makes rows while it is fitted, and passes rows on as they are when asked.

    Such steps (imbalanced-learn's samplers) have `fit_resample` in the place of `transform`.
    """
    return hasattr(step, "fit_resample") and not hasattr(step, "transform")


def _aligned(step: Any, columns: Columns) -> Columns:
    width = getattr(step, "n_features_in_", len(columns))
    return columns if len(columns) == width else [None] * width


def _changed(columns: Columns) -> Columns:
    return [replace(column, raw=False) if column else None for column in columns]


def _pipeline(step: Pipeline, columns: Columns, facts: Facts) -> Columns:
    for _, inner in step.steps:
        columns = walk_transformer(inner, columns, facts)
    return columns


def _column_transformer(step: compose.ColumnTransformer, columns: Columns, facts: Facts) -> Columns:
    names = getattr(step, "feature_names_in_", None)
    positions = pd.Series(range(len(columns)), index=names)
    slots = step.output_indices_
    out: Columns = [None] * max((slot.stop for slot in slots.values()), default=0)
    for name, inner, spec in step.transformers_:
        chosen = column_positions(spec, positions)
        if not chosen:  # scikit-learn leaves such a transformer unfitted
            continue
        passed = _weighted(step, name, walk_transformer(inner, [columns[i] for i in chosen], facts))
        slot = slots.get(name)
        if slot is not None and slot.stop - slot.start == len(passed):
            out[slot] = passed
    return out


def column_positions(spec: Any, positions: pd.Series[int]) -> list[int]:
    """Resolve a column specification: names, a slice of names (its end included), integers, a slice or a mask."""
    bounds = (spec.start, spec.stop) if isinstance(spec, slice) else tuple(np.atleast_1d(np.asarray(spec)).tolist())
    by_name = any(isinstance(bound, str) for bound in bounds)
    chosen = positions.loc[spec] if by_name else positions.to_numpy()[spec if len(bounds) else []]
    return [int(i) for i in np.atleast_1d(np.asarray(chosen))]


def _union(step: FeatureUnion, columns: Columns, facts: Facts) -> Columns:
    out: Columns = []
    known = True
    for name, inner in step.transformer_list:
        passed = _weighted(step, name, walk_transformer(inner, columns, facts))
        known = known and (bool(passed) or inner == "drop")  # else it is not told how many columns this branch makes
        out += passed if known else []
    return out if known else []


def _weighted(step: Any, name: str, columns: Columns) -> Columns:
    """Return a branch's columns, which are those of the table no more where the branch is weighted."""
    weight = (step.transformer_weights or {}).get(name, 1.0)
    return columns if weight == 1.0 else _changed(columns)


def _imputer(step: Any, columns: Columns, facts: Facts) -> Columns:
    simple = isinstance(step, impute.SimpleImputer)
    if not simple or step.strategy in {"mean", "median"}:
        facts.mark_numeric(columns)
    if simple and step.missing_values is None:
        facts.none_tokens.update(column.name for column in columns if column)
    kept, empty = imputed(step, len(columns))
    if simple:
        empty = empty | doubtful(step)
    out = [None if empty[i] else columns[i] for i in kept]
    if isinstance(step, IterativeImputer):
        out = _changed(out)  # what it fills in may lie outside the range of the table
    return out + [None] * (len(step.indicator_.features_) if step.add_indicator else 0)


def _elementwise(step: Any, columns: Columns, facts: Facts) -> Columns:
    del step
    facts.mark_numeric(columns)
    return _changed(columns)


def _min_max(step: preprocessing.MinMaxScaler, columns: Columns, facts: Facts) -> Columns:
    facts.note_bounds(columns, step.data_min_, step.data_max_)
    return _elementwise(step, columns, facts)


def _quantiles(step: preprocessing.QuantileTransformer, columns: Columns, facts: Facts) -> Columns:
    facts.note_bounds(columns, step.quantiles_[0], step.quantiles_[-1])
    return _elementwise(step, columns, facts)


def _bins(step: preprocessing.KBinsDiscretizer, columns: Columns, facts: Facts) -> Columns:
    facts.note_bounds(columns, [edges[0] for edges in step.bin_edges_], [edges[-1] for edges in step.bin_edges_])
    out = _elementwise(step, columns, facts)
    return out if step.encode == "ordinal" else []


def _encoder(step: Any, columns: Columns, facts: Facts) -> Columns:
    ordered = isinstance(step, preprocessing.OrdinalEncoder) and not isinstance(step.categories, str)
    # a target encoder has no such setting: it gives what it does not know the overall mean
    manner = facts.strict if getattr(step, "handle_unknown", "ignore") == "error" else facts.tolerant
    for column, categories in zip(columns, step.categories_, strict=True):
        facts.note_categories(column, categories, ordered=ordered)
        if column:
            manner.add(column.name)
    multiclass_means = getattr(step, "target_type_", None) == "multiclass"  # a target encoder's: a column a class
    one_each = not isinstance(step, preprocessing.OneHotEncoder) and not multiclass_means
    return _changed(columns) if one_each else []


def _function(step: preprocessing.FunctionTransformer, columns: Columns, facts: Facts) -> Columns:
    del facts
    return columns if step.func is None else []  # what a function takes can't be told


_TRANSFORMERS: dict[type, Callable[[Any, Columns, Facts], Columns]] = {
    Pipeline: _pipeline,
    compose.ColumnTransformer: _column_transformer,
    FeatureUnion: _union,
    **dict.fromkeys(IMPUTERS, _imputer),
    preprocessing.StandardScaler: _elementwise,
    preprocessing.RobustScaler: _elementwise,
    preprocessing.MaxAbsScaler: _elementwise,
    preprocessing.PowerTransformer: _elementwise,
    preprocessing.Binarizer: _elementwise,
    preprocessing.MinMaxScaler: _min_max,
    preprocessing.QuantileTransformer: _quantiles,
    preprocessing.KBinsDiscretizer: _bins,
    preprocessing.OneHotEncoder: _encoder,
    preprocessing.OrdinalEncoder: _encoder,
    preprocessing.TargetEncoder: _encoder,
    preprocessing.FunctionTransformer: _function,
}

_CONTAINERS = (Pipeline, compose.ColumnTransformer, FeatureUnion)
"""What the steps inside tell holds whatever a subclass changes around them."""

_OPAQUE = (
    preprocessing.FunctionTransformer,
    DictVectorizer,
    FeatureHasher,
    text.CountVectorizer,
    text.HashingVectorizer,
)
"""Transformers of scikit-learn whose input need not be numbers."""

# Predictors: the end of the walk.


def walk_predictor(estimator: Any, columns: Columns, facts: Facts) -> None:
    """Note what a fitted predictor tells of its input columns, through wrappers and ensembles.

    Parameters
    ----------
    estimator
        A fitted predictor.
    columns
        Its input.
    facts
        Is added to.
    """
    columns = _aligned(estimator, columns)
    known = known_of_type(type(estimator), _PREDICTORS)
    if known is not None:
        known(estimator, columns, facts)
    elif library_class(type(estimator), "sklearn") is not None:
        facts.mark_numeric(columns)


def _inner(attribute: str) -> Callable[[Any, Columns, Facts], None]:
    def walk(estimator: Any, columns: Columns, facts: Facts) -> None:
        walk_predictor(getattr(estimator, attribute), columns, facts)

    return walk


def _last_step(estimator: Pipeline, columns: Columns, facts: Facts) -> None:
    for _, step in estimator.steps[:-1]:
        columns = walk_transformer(step, columns, facts)
    walk_predictor(estimator.steps[-1][1], columns, facts)


def _members(estimator: Any, columns: Columns, facts: Facts) -> None:
    for member in estimator.estimators_:
        if not isinstance(member, str):
            walk_predictor(member, columns, facts)


def _bagging(estimator: Any, columns: Columns, facts: Facts) -> None:
    for member, features in zip(estimator.estimators_, estimator.estimators_features_, strict=True):
        walk_predictor(member, [columns[i] for i in features], facts)


def _calibrated(estimator: CalibratedClassifierCV, columns: Columns, facts: Facts) -> None:
    for member in estimator.calibrated_classifiers_:
        walk_predictor(member.estimator, columns, facts)


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


def _categorical_bayes(estimator: CategoricalNB, columns: Columns, facts: Facts) -> None:
    facts.mark_numeric(columns)
    facts.note_bounds(columns, np.zeros(len(columns)), estimator.n_categories_ - 1)


def _isotonic(estimator: IsotonicRegression, columns: Columns, facts: Facts) -> None:
    facts.mark_numeric(columns)
    facts.note_bounds(columns, [estimator.X_min_], [estimator.X_max_])


_PREDICTORS: dict[type, Callable[[Any, Columns, Facts], None]] = {
    Pipeline: _last_step,
    GridSearchCV: _inner("best_estimator_"),
    RandomizedSearchCV: _inner("best_estimator_"),
    FixedThresholdClassifier: _inner("estimator_"),
    TunedThresholdClassifierCV: _inner("estimator_"),
    SelfTrainingClassifier: _inner("estimator_"),
    RANSACRegressor: _inner("estimator_"),
    frozen.FrozenEstimator: _inner("estimator"),
    compose.TransformedTargetRegressor: _inner("regressor_"),
    CalibratedClassifierCV: _calibrated,
    ensemble.VotingClassifier: _members,
    ensemble.VotingRegressor: _members,
    ensemble.StackingClassifier: _members,
    ensemble.StackingRegressor: _members,
    ensemble.BaggingClassifier: _bagging,
    ensemble.BaggingRegressor: _bagging,
    multiclass.OneVsRestClassifier: _members,
    multiclass.OneVsOneClassifier: _members,
    ensemble.HistGradientBoostingClassifier: _histogram_boosting,
    ensemble.HistGradientBoostingRegressor: _histogram_boosting,
    CategoricalNB: _categorical_bayes,
    IsotonicRegression: _isotonic,
}
