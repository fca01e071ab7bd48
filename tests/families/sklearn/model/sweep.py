"""Every scikit-learn predictor that can be built, fitted on one small table, for the suites over all of them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils import all_estimators

MULTI_OUTPUT = {
    "ClassifierChain",
    "MultiOutputClassifier",
    "RegressorChain",
    "MultiOutputRegressor",
    "MultiTaskElasticNet",
    "MultiTaskElasticNetCV",
    "MultiTaskLasso",
    "MultiTaskLassoCV",
    "CCA",
    "PLSCanonical",
}
COUNTS = {"CategoricalNB", "MultinomialNB", "ComplementNB", "GammaRegressor", "PoissonRegressor"}
_LOGISTIC = LogisticRegression()
SETTINGS: dict[str, dict[str, Any]] = {
    "StackingClassifier": {"estimators": [("tree", DecisionTreeClassifier(max_depth=2)), ("log", _LOGISTIC)], "cv": 2},
    "VotingClassifier": {"estimators": [("tree", DecisionTreeClassifier(max_depth=2)), ("log", _LOGISTIC)]},
    "FixedThresholdClassifier": {"estimator": _LOGISTIC},
    "TunedThresholdClassifierCV": {"estimator": _LOGISTIC},
    "SelfTrainingClassifier": {"estimator": _LOGISTIC},
    "OneVsOneClassifier": {"estimator": _LOGISTIC},
    "OneVsRestClassifier": {"estimator": _LOGISTIC},
    "OutputCodeClassifier": {"estimator": _LOGISTIC},
    "StackingRegressor": {"estimators": [("tree", DecisionTreeRegressor(max_depth=2)), ("ols", LinearRegression())]},
    "VotingRegressor": {"estimators": [("tree", DecisionTreeRegressor(max_depth=2)), ("ols", LinearRegression())]},
    "RadiusNeighborsClassifier": {"radius": 30.0},
    "RadiusNeighborsRegressor": {"radius": 30.0},
    "PLSRegression": {"n_components": 1},
    "MLPClassifier": {"hidden_layer_sizes": (6,), "max_iter": 60},
    "MLPRegressor": {"hidden_layer_sizes": (6,), "max_iter": 60},
}
BINARY_ONLY = {"FixedThresholdClassifier", "TunedThresholdClassifierCV"}


def names_of(kind: str) -> list[str]:
    return [name for name, _ in all_estimators(kind) if name not in MULTI_OUTPUT]


def build(kind: str, name: str) -> Any:
    cls = dict(all_estimators(kind))[name]
    settings = dict(SETTINGS.get(name, {}))
    known = cls._get_param_names()
    for key, value in (("random_state", 0), ("n_estimators", 8), ("max_iter", None), ("max_subpopulation", 500)):
        if key in known and value is not None and key not in settings:
            settings[key] = value
    return cls(**settings)


def table(name: str, n_classes: int, rows: int = 120) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows, their classes, and a positive real target."""
    rng = np.random.default_rng(7)
    X = rng.normal(size=(rows, 1 if name == "IsotonicRegression" else 4)) * 2.0
    if name in COUNTS:
        X = np.abs(np.round(X))
        X[:3] = X.max()
    score = X[:, 0] + 0.7 * X[:, -1] + rng.normal(size=rows)
    edges = np.quantile(score, np.linspace(0, 1, n_classes + 1)[1:-1])
    return X, np.array(["a", "b", "c"], dtype=object)[np.digitize(score, edges)], np.exp(0.3 * score)


def fitted(kind: str, name: str, n_classes: int = 2) -> tuple[Any, np.ndarray]:
    X, classes, values = table(name, n_classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return build(kind, name).fit(X, classes if kind == "classifier" else values), X
