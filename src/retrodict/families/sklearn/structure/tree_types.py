"""scikit-learn's trees and what is made of them alone."""

from __future__ import annotations

from typing import Any

from sklearn import ensemble, tree

from retrodict.models.type_lookup import known_type

SINGLE = (
    tree.DecisionTreeClassifier,
    tree.DecisionTreeRegressor,
    tree.ExtraTreeClassifier,
    tree.ExtraTreeRegressor,
)
FORESTS = (
    ensemble.RandomForestClassifier,
    ensemble.RandomForestRegressor,
    ensemble.ExtraTreesClassifier,
    ensemble.ExtraTreesRegressor,
)
BAGGED = (ensemble.BaggingClassifier, ensemble.BaggingRegressor)
GRADIENT = (ensemble.GradientBoostingClassifier, ensemble.GradientBoostingRegressor)


def all_trees(estimator: Any) -> bool:
    """Whether every member of bagging or boosting is a single tree."""
    single = dict.fromkeys(SINGLE)
    return all(known_type(type(member), single) is not None for member in estimator.estimators_)
