"""The algorithms that models are trained with, by name: as they are used, and as a study weakens them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from retrodict.errors import RequestError
from retrodict.extras import extra_for
from retrodict.models.family import families, part

Task = Literal["classification", "regression"]
CLASSIFICATION: Task = "classification"
REGRESSION: Task = "regression"

_HOMES = {
    "linear_model": ("BayesianRidge", "HuberRegressor", "LinearRegression", "LogisticRegression", "Ridge"),
    "calibration": ("CalibratedClassifierCV",),
    "discriminant_analysis": ("LinearDiscriminantAnalysis",),
    "naive_bayes": ("GaussianNB",),
    "neighbors": ("KNeighborsClassifier", "KNeighborsRegressor"),
    "kernel_approximation": ("Nystroem",),
    "svm": ("SVC", "SVR"),
    "tree": ("DecisionTreeClassifier", "DecisionTreeRegressor"),
    "ensemble": (
        *("RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor"),
        *("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"),
    ),
    "neural_network": ("MLPClassifier", "MLPRegressor"),
    "compose": ("TransformedTargetRegressor",),
    "preprocessing": ("StandardScaler",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_COMPONENTS = 300


class _Sklearn:
    """scikit-learn's estimators by name, imported when first asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(f"sklearn.{_HOME_OF[name]}"), name)


sk = _Sklearn()


@dataclass(frozen=True)
class Rung:
    """Where on a study's ladder, from its usual settings down to ones that can hardly learn, an algorithm stands.

    Parameters
    ----------
    capacity
        In (0, 1].
    rows
        That it will be fitted to.
    seed
        Of what is random in it.
    """

    capacity: float
    rows: int
    seed: int

    def falling(self, decades: float) -> float:
        """Return 1 at full capacity and 10 ** -decades at none."""
        return float(10.0 ** (-decades * (1.0 - self.capacity)))

    def ridge(self, least: float = 1e-6) -> float:
        """Return a penalty that grows to a thousand times the rows."""
        return self.rows * (1.0 / self.falling(3) - 1.0) + least

    @property
    def leaves(self) -> int | None:
        """How many leaves a tree may have; no limit at full capacity."""
        return None if self.capacity >= 1 else max(2, round(64 * self.capacity**2))

    def few(self, most: int) -> int:
        """Return a share of `most`, and at least one."""
        return max(1, round(most * self.capacity))

    @property
    def neighbours(self) -> int:
        """Ten at full capacity, more below."""
        return max(1, min(round(10 / self.capacity), self.rows))


@dataclass(frozen=True)
class Algorithm:
    """One algorithm for one kind of target: makers of an unfitted estimator, of a matrix without gaps.

    Parameters
    ----------
    usual
        The steps after the common preprocessing, for replicas and migration; ``None`` where these do without it.
    at
        For a study, at a rung; ``None`` where studies do without it.
    """

    usual: Callable[[], list[Any]] | None = None
    at: Callable[[Rung], Any] | None = None


def _of_scaled_target(regressor: Any) -> Any:
    return sk.TransformedTargetRegressor(regressor, transformer=sk.StandardScaler())


def _discriminant(at: Rung) -> Any:
    weak = {"solver": "lsqr", "shrinkage": 1.0 - at.capacity} if at.capacity < 1 else {}
    return sk.LinearDiscriminantAnalysis(**weak)


def _boosting(kind: str) -> Algorithm:
    return Algorithm(
        lambda: [getattr(sk, kind)(early_stopping=False)],
        lambda at: getattr(sk, kind)(
            max_iter=at.few(40), max_leaf_nodes=15, early_stopping=False, random_state=at.seed
        ),
    )


def _trees(kind: str) -> Algorithm:
    return Algorithm(
        lambda: [getattr(sk, kind)(100)],
        lambda at: getattr(sk, kind)(50, max_leaf_nodes=at.leaves, random_state=at.seed),
    )


def _tree(kind: str) -> Algorithm:
    return Algorithm(
        lambda: [getattr(sk, kind)(min_samples_leaf=5)],
        lambda at: getattr(sk, kind)(min_samples_leaf=5, max_leaf_nodes=at.leaves, random_state=at.seed),
    )


def _network(kind: str, wrap: Callable[[Any], Any] = lambda network: network) -> Algorithm:
    return Algorithm(
        lambda: [wrap(getattr(sk, kind)(hidden_layer_sizes=(50,), max_iter=100))],
        lambda at: wrap(
            getattr(sk, kind)(
                hidden_layer_sizes=(at.few(32),), learning_rate_init=0.01, max_iter=60, random_state=at.seed
            )
        ),
    )


CLASSIFIERS: dict[str, Algorithm] = {
    "logistic_regression": Algorithm(
        lambda: [sk.LogisticRegression(max_iter=1_000)],
        lambda at: sk.LogisticRegression(C=at.falling(4), max_iter=500),
    ),
    "linear_discriminant": Algorithm(lambda: [sk.LinearDiscriminantAnalysis()], _discriminant),
    "naive_bayes": Algorithm(
        lambda: [sk.GaussianNB(var_smoothing=1e-3)], lambda at: sk.GaussianNB(var_smoothing=1e-3 / at.falling(4))
    ),
    "k_neighbours": Algorithm(lambda: [sk.KNeighborsClassifier(10)], lambda at: sk.KNeighborsClassifier(at.neighbours)),
    "kernel_logistic": Algorithm(
        lambda: [sk.Nystroem(n_components=_COMPONENTS), sk.LogisticRegression(max_iter=1_000)]
    ),
    # scikit-learn's own remedy for SVC(probability=True), which it gives up
    "svc": Algorithm(at=lambda at: sk.CalibratedClassifierCV(sk.SVC(C=at.falling(3)), ensemble=False, cv=3)),
    "decision_tree": _tree("DecisionTreeClassifier"),
    "random_forest": _trees("RandomForestClassifier"),
    "extra_trees": _trees("ExtraTreesClassifier"),
    "hist_gradient_boosting": _boosting("HistGradientBoostingClassifier"),
    "mlp": _network("MLPClassifier"),
}
"""Algorithms for labels."""

REGRESSORS: dict[str, Algorithm] = {
    "linear_regression": Algorithm(lambda: [sk.LinearRegression()], lambda at: sk.Ridge(at.ridge())),
    "bayesian_ridge": Algorithm(lambda: [sk.BayesianRidge()], lambda at: sk.BayesianRidge(lambda_1=at.ridge())),
    "huber": Algorithm(lambda: [_of_scaled_target(sk.HuberRegressor(max_iter=500))]),
    "svr": Algorithm(at=lambda at: _of_scaled_target(sk.SVR(C=at.falling(3)))),
    "k_neighbours": Algorithm(lambda: [sk.KNeighborsRegressor(10)], lambda at: sk.KNeighborsRegressor(at.neighbours)),
    "kernel_ridge": Algorithm(lambda: [sk.Nystroem(n_components=_COMPONENTS), sk.Ridge(0.1)]),
    "decision_tree": _tree("DecisionTreeRegressor"),
    "random_forest": _trees("RandomForestRegressor"),
    "extra_trees": _trees("ExtraTreesRegressor"),
    "hist_gradient_boosting": _boosting("HistGradientBoostingRegressor"),
    "mlp": _network("MLPRegressor", _of_scaled_target),
}
"""Algorithms for values; those of the same name as a classifier are of the same kind."""


def usual_names(classes: bool) -> tuple[str, ...]:
    """Return the algorithms of the default family, that replicas are trained with, for labels or for values."""
    return tuple(name for name, one in (CLASSIFIERS if classes else REGRESSORS).items() if one.usual is not None)


def guest_algorithms() -> dict[str, str]:
    """Return the algorithms of other families, each with its package: those with a file `train`, named as they are."""
    own = "retrodict.families.sklearn"
    named = {family.rpartition(".")[2]: family for family in families() if family != own}
    return {name: named[name] for name in sorted(named) if part(named[name], "train") is not None}


def of_guest(name: str, maker: str, *arguments: Any) -> Any:
    """Return what a function of a family's file `train` returns.

    Raises
    ------
    MissingExtraError
        If its library is not installed.
    """
    with extra_for(f"the estimator '{name}'"):
        return getattr(import_module(f"{guest_algorithms()[name]}.train"), maker)(*arguments)


def tasks_of(name: str) -> set[Task]:
    """Return the kinds of target that a study can have an algorithm learn."""
    if name in guest_algorithms():
        return {CLASSIFICATION, REGRESSION}
    both: dict[Task, dict[str, Algorithm]] = {CLASSIFICATION: CLASSIFIERS, REGRESSION: REGRESSORS}
    return {task for task, known in both.items() if name in known and known[name].at is not None}


def check_algorithm(name: str) -> None:
    """Refuse a name that is no algorithm of a study's.

    Raises
    ------
    RequestError
        With the names that there are.
    MissingExtraError
        If its library is not installed.
    """
    if name in guest_algorithms():
        of_guest(name, "new_estimator", True)  # what is not installed shows before any cell runs
    if not tasks_of(name):
        known = [one for one in dict.fromkeys([*CLASSIFIERS, *REGRESSORS, *guest_algorithms()]) if tasks_of(one)]
        raise RequestError(f"unknown algorithm '{name}'; known are {', '.join(known)}")
