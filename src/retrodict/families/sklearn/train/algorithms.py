"""The algorithms of a study, from their usual settings down to ones that can hardly learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from retrodict.errors import RequestError

if TYPE_CHECKING:
    from retrodict.schema import Feature

Task = Literal["classification", "regression"]
CLASSIFICATION: Task = "classification"
REGRESSION: Task = "regression"

Maker = Callable[[float, int, int], Any]
"""From a capacity in (0, 1], the number of rows and a seed to an unfitted estimator of a matrix without gaps."""


def _falling(capacity: float, decades: float) -> float:
    """Return 1 at full capacity and 10 ** -decades at none."""
    return float(10.0 ** (-decades * (1.0 - capacity)))


def _leaves(capacity: float) -> int | None:
    """Return how many leaves a tree may have; no limit at full capacity."""
    return None if capacity >= 1 else max(2, round(64 * capacity**2))


def _few(capacity: float, most: int) -> int:
    return max(1, round(most * capacity))


def _neighbours(capacity: float, rows: int) -> int:
    return max(1, min(round(10 / capacity), rows))


def _logistic(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=_falling(capacity, 4), max_iter=500)


def _naive_bayes(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB(var_smoothing=1e-3 / _falling(capacity, 4))


def _discriminant(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    return (
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage=1.0 - capacity)
        if capacity < 1
        else (LinearDiscriminantAnalysis())
    )


def _k_neighbours(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(_neighbours(capacity, rows))


def _svc(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import SVC

    # scikit-learn's own remedy for SVC(probability=True), which it gives up
    return CalibratedClassifierCV(SVC(C=_falling(capacity, 3)), ensemble=False, cv=3)


def _tree(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(min_samples_leaf=5, max_leaf_nodes=_leaves(capacity), random_state=seed)


def _forest(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(50, max_leaf_nodes=_leaves(capacity), random_state=seed)


def _extra_trees(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(50, max_leaf_nodes=_leaves(capacity), random_state=seed)


def _boosting(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=_few(capacity, 40), max_leaf_nodes=15, early_stopping=False, random_state=seed
    )


def _mlp(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        hidden_layer_sizes=(_few(capacity, 32),), learning_rate_init=0.01, max_iter=60, random_state=seed
    )


def _of_scaled_target(regressor: Any) -> Any:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler

    return TransformedTargetRegressor(regressor, transformer=StandardScaler())


def _linear(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.linear_model import Ridge

    return Ridge(rows * (1.0 / _falling(capacity, 3) - 1.0) + 1e-6)


def _bayesian_ridge(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.linear_model import BayesianRidge

    return BayesianRidge(lambda_1=rows * (1.0 / _falling(capacity, 3) - 1.0) + 1e-6)


def _k_neighbours_values(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.neighbors import KNeighborsRegressor

    return KNeighborsRegressor(_neighbours(capacity, rows))


def _svr(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.svm import SVR

    return _of_scaled_target(SVR(C=_falling(capacity, 3)))


def _tree_values(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.tree import DecisionTreeRegressor

    return DecisionTreeRegressor(min_samples_leaf=5, max_leaf_nodes=_leaves(capacity), random_state=seed)


def _forest_values(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(50, max_leaf_nodes=_leaves(capacity), random_state=seed)


def _extra_trees_values(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.ensemble import ExtraTreesRegressor

    return ExtraTreesRegressor(50, max_leaf_nodes=_leaves(capacity), random_state=seed)


def _boosting_values(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        max_iter=_few(capacity, 40), max_leaf_nodes=15, early_stopping=False, random_state=seed
    )


def _mlp_values(capacity: float, rows: int, seed: int) -> Any:
    from sklearn.neural_network import MLPRegressor

    return _of_scaled_target(
        MLPRegressor(hidden_layer_sizes=(_few(capacity, 32),), learning_rate_init=0.01, max_iter=60, random_state=seed)
    )


CLASSIFIERS: dict[str, Maker] = {
    "logistic_regression": _logistic,
    "naive_bayes": _naive_bayes,
    "linear_discriminant": _discriminant,
    "k_neighbours": _k_neighbours,
    "svc": _svc,
    "decision_tree": _tree,
    "random_forest": _forest,
    "extra_trees": _extra_trees,
    "hist_gradient_boosting": _boosting,
    "mlp": _mlp,
}
"""Algorithms for labels."""

REGRESSORS: dict[str, Maker] = {
    "linear_regression": _linear,
    "bayesian_ridge": _bayesian_ridge,
    "svr": _svr,
    "k_neighbours": _k_neighbours_values,
    "decision_tree": _tree_values,
    "random_forest": _forest_values,
    "extra_trees": _extra_trees_values,
    "hist_gradient_boosting": _boosting_values,
    "mlp": _mlp_values,
}
"""Algorithms for values; those of the same name as a classifier are of the same kind."""


def tasks_of(name: str) -> set[Task]:
    """Return the kinds of target that an algorithm can learn."""
    both: dict[Task, dict[str, Maker]] = {CLASSIFICATION: CLASSIFIERS, REGRESSION: REGRESSORS}
    return {task for task, makers in both.items() if name in makers}


def check_algorithm(name: str) -> None:
    """Refuse a name that is no algorithm's.

    Raises
    ------
    RequestError
        With the names that there are.
    """
    if not tasks_of(name):
        raise RequestError(
            f"unknown algorithm '{name}'; known are {', '.join(dict.fromkeys([*CLASSIFIERS, *REGRESSORS]))}"
        )


def new_estimator(name: str, features: Sequence[Feature], task: Task, *, capacity: float, rows: int, seed: int) -> Any:
    """Return an unfitted pipeline of the common preprocessing and an algorithm.

    Parameters
    ----------
    name
        One of `CLASSIFIERS` or `REGRESSORS`.
    features
        Of the plain table that it will be fed (numbers with gaps, lists of any values).
    task
        What it is to learn.
    capacity
        In (0, 1].
    rows
        That it will be fitted to.
    seed
        Of what is random in it.
    """
    from sklearn.pipeline import make_pipeline

    from retrodict.tables.frames import preprocessor  # designs are read without it

    maker = (CLASSIFIERS if task == CLASSIFICATION else REGRESSORS)[name]
    return make_pipeline(preprocessor(features), maker(capacity, rows, seed))
