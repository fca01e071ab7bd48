"""Columns that no output of a scikit-learn model depends on: those that its trees do not split."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from sklearn import dummy, ensemble, feature_selection, impute, preprocessing

from retrodict.disclosures.columns import Column, Columns
from retrodict.disclosures.unread import Unread
from retrodict.disclosures.visit import Part
from retrodict.families.sklearn.structure.guests import model_of_guest
from retrodict.families.sklearn.structure.tree_types import FORESTS, GRADIENT, SINGLE
from retrodict.families.sklearn.structure.visit import held_by, visited
from retrodict.families.sklearn.structure.wrappers import TARGET, WRAPPERS
from retrodict.models.contract import ignored, own_schema
from retrodict.models.type_lookup import faithful_of_type

Array = np.ndarray


def ignored_columns(estimator: Any, names: Sequence[str]) -> frozenset[str]:
    """Return the columns that change no output of a fitted estimator.

    A wrapper takes what its parts take, a step that treats each column on its own hands them on, a tree takes the
    columns that it splits; whatever else there is takes all that reach it. Where one is taken that does not go back to
    one raw column, nothing is known of any.

    Parameters
    ----------
    estimator
        A fitted estimator.
    names
        Its columns.
    """
    left = set(names)
    for part in visited(estimator, names, held_by):
        if isinstance(part, Unread):
            return frozenset()
        for column in _taken(part):
            if not column.raw:
                return frozenset()
            left.discard(column.name)
    return frozenset(left)


def _taken(part: Part) -> Iterable[Column]:
    columns = part.place.columns
    if part.role == "target" or columns == () or all(column.name == TARGET for column in columns):
        return ()
    positions = faithful_of_type(type(part.thing), _POSITIONS)
    if positions is not None:
        return [columns[int(i)] for i in positions(part.thing, columns)]
    guest = model_of_guest(part.thing)
    if guest is None:
        return columns
    free = ignored(guest)
    return [column for name, column in zip(own_schema(guest).names, columns, strict=True) if name not in free]


_Positions = Callable[[Any, Columns], Iterable[Any]]


def _none(*_: Any) -> Iterable[Any]:
    return ()


def _function(step: preprocessing.FunctionTransformer, columns: Columns) -> Iterable[Any]:
    return () if step.func is None else range(len(columns))


def _split(estimator: Any, _: Columns) -> Iterable[Any]:
    found = np.unique(estimator.tree_.feature)
    return found[found >= 0]


def _by_members(estimator: Any, columns: Columns) -> Iterable[Any]:
    return np.unique(np.concatenate([_split(one, columns) for one in np.ravel(estimator.estimators_)]))


def _histogram(estimator: Any, columns: Columns) -> Iterable[Any]:
    order = np.arange(len(columns))
    if estimator.is_categorical_ is not None and estimator._preprocessor is not None:  # listed ones are put first
        order = np.argsort(~np.asarray(estimator.is_categorical_), kind="stable")
    nodes = [tree.nodes for stage in estimator._predictors for tree in stage]
    return order[np.unique(np.concatenate([one["feature_idx"][one["is_leaf"] == 0] for one in nodes]))]


_POSITIONS: dict[type, _Positions] = {
    **dict.fromkeys(WRAPPERS, _none),
    **dict.fromkeys(
        (
            *(preprocessing.StandardScaler, preprocessing.MinMaxScaler, preprocessing.MaxAbsScaler),
            *(preprocessing.RobustScaler, preprocessing.PowerTransformer, preprocessing.QuantileTransformer),
            *(preprocessing.OneHotEncoder, preprocessing.OrdinalEncoder, preprocessing.KBinsDiscretizer),
            *(feature_selection.VarianceThreshold, feature_selection.SelectKBest, feature_selection.SelectPercentile),
            *(impute.SimpleImputer, impute.MissingIndicator, dummy.DummyClassifier, dummy.DummyRegressor),
        ),
        _none,
    ),
    preprocessing.FunctionTransformer: _function,
    **dict.fromkeys(SINGLE, _split),
    **dict.fromkeys((*FORESTS, *GRADIENT), _by_members),
    **dict.fromkeys((ensemble.HistGradientBoostingClassifier, ensemble.HistGradientBoostingRegressor), _histogram),
}
"""By type, the positions of the columns that it takes: of steps that treat each on its own, and of dummies, none."""
