"""The estimators that replicas are trained with: ten by default, two of optional libraries, and a user's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

from retrodict.errors import RequestError
from retrodict.extras import extra_for
from retrodict.schema import Feature
from retrodict.tables.frames import preprocessor

Maker = Callable[[Any], Sequence[Any]]
"""From scikit-learn's modules, by attribute, to the steps after preprocessing."""

_HOMES = {
    "linear_model": ("BayesianRidge", "HuberRegressor", "LinearRegression", "LogisticRegression", "Ridge"),
    "discriminant_analysis": ("LinearDiscriminantAnalysis",),
    "naive_bayes": ("GaussianNB",),
    "neighbors": ("KNeighborsClassifier", "KNeighborsRegressor"),
    "kernel_approximation": ("Nystroem",),
    "tree": ("DecisionTreeClassifier", "DecisionTreeRegressor"),
    "ensemble": (
        *("RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor"),
        *("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"),
    ),
    "neural_network": ("MLPClassifier", "MLPRegressor"),
    "compose": ("TransformedTargetRegressor",),
    "multiclass": ("OneVsRestClassifier",),
    "preprocessing": ("StandardScaler",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_COMPONENTS = 300


class _Sklearn:
    """scikit-learn's estimators by name, imported when first asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(f"sklearn.{_HOME_OF[name]}"), name)


def _of_scaled_target(sk: Any, regressor: Any) -> Any:
    return sk.TransformedTargetRegressor(regressor, transformer=sk.StandardScaler())


CLASSIFIERS: dict[str, Maker] = {
    "logistic_regression": lambda sk: [sk.LogisticRegression(max_iter=1_000)],
    "linear_discriminant": lambda sk: [sk.LinearDiscriminantAnalysis()],
    "naive_bayes": lambda sk: [sk.GaussianNB(var_smoothing=1e-3)],
    "k_neighbours": lambda sk: [sk.KNeighborsClassifier(10)],
    "kernel_logistic": lambda sk: [sk.Nystroem(n_components=_COMPONENTS), sk.LogisticRegression(max_iter=1_000)],
    "decision_tree": lambda sk: [sk.DecisionTreeClassifier(min_samples_leaf=5)],
    "random_forest": lambda sk: [sk.RandomForestClassifier(100)],
    "extra_trees": lambda sk: [sk.ExtraTreesClassifier(100)],
    "hist_gradient_boosting": lambda sk: [sk.HistGradientBoostingClassifier(early_stopping=False)],
    "mlp": lambda sk: [sk.MLPClassifier(hidden_layer_sizes=(50,), max_iter=100)],
}
"""The default family for labels."""

REGRESSORS: dict[str, Maker] = {
    "linear_regression": lambda sk: [sk.LinearRegression()],
    "bayesian_ridge": lambda sk: [sk.BayesianRidge()],
    "huber": lambda sk: [_of_scaled_target(sk, sk.HuberRegressor(max_iter=500))],
    "k_neighbours": lambda sk: [sk.KNeighborsRegressor(10)],
    "kernel_ridge": lambda sk: [sk.Nystroem(n_components=_COMPONENTS), sk.Ridge(0.1)],
    "decision_tree": lambda sk: [sk.DecisionTreeRegressor(min_samples_leaf=5)],
    "random_forest": lambda sk: [sk.RandomForestRegressor(100)],
    "extra_trees": lambda sk: [sk.ExtraTreesRegressor(100)],
    "hist_gradient_boosting": lambda sk: [sk.HistGradientBoostingRegressor(early_stopping=False)],
    "mlp": lambda sk: [_of_scaled_target(sk, sk.MLPRegressor(hidden_layer_sizes=(50,), max_iter=100))],
}
"""The default family for real values."""

EXTRAS = ("lightgbm", "xgboost")
"""Members that need an optional library, whose extra has the same name."""


def member(name: str, features: Sequence[Feature], classes: bool, seed: int) -> Any:
    """Return one estimator of the family, unfitted, behind the common preprocessing.

    Parameters
    ----------
    name
        One of `CLASSIFIERS` or `REGRESSORS`, or of `EXTRAS`.
    features
        What it will be fed.
    classes
        Whether the target is a label.
    seed
        Of what is random in it.

    Raises
    ------
    RequestError
        If there is no such estimator for this kind of target.
    MissingExtraError
        If its library is not installed.
    """
    makers = CLASSIFIERS if classes else REGRESSORS
    if name in EXTRAS:
        steps: Sequence[Any] = [_boosted(name, classes)]
    elif name in makers:
        steps = makers[name](_Sklearn())
    else:
        what = "labels" if classes else "real values"
        raise RequestError(f"no estimator '{name}' for {what}; use one of {', '.join([*makers, *EXTRAS])}")
    return _seeded(_behind(features, steps), seed)


def family(estimators: Any, features: Sequence[Feature], classes: bool, seed: int) -> dict[str, Any]:
    """Return the estimators to train, unfitted, by name.

    Parameters
    ----------
    estimators
        ``None``: all ten; a name, or names, of the family; an estimator; or names with estimators. An estimator that is
        no `Pipeline` gets the common preprocessing.
    features, classes, seed
        As `member` takes them; the seed is for those that have none.

    Raises
    ------
    RequestError
        If nothing is asked for, or something is no estimator.
    """
    if estimators is None:
        estimators = list(CLASSIFIERS if classes else REGRESSORS)
    elif isinstance(estimators, str) or hasattr(estimators, "fit"):
        estimators = [estimators]
    if not isinstance(estimators, Iterable):
        raise RequestError(f"estimators must be names of the family or estimators by name, got {estimators!r}")
    pairs = estimators.items() if isinstance(estimators, Mapping) else [(None, one) for one in estimators]
    out: dict[str, Any] = {}
    for given, one in pairs:
        name = str(given) if given is not None else one if isinstance(one, str) else type(one).__name__
        if name in out:
            raise RequestError(f"two estimators are named '{name}'; give a dictionary of names and estimators")
        out[name] = member(one, features, classes, seed) if isinstance(one, str) else _own(one, name, features, seed)
    if not out:
        raise RequestError("no estimator was given; leave `estimators` out for the default family")
    return out


def _own(estimator: Any, name: str, features: Sequence[Feature], seed: int) -> Any:
    from sklearn.base import BaseEstimator, clone
    from sklearn.pipeline import Pipeline

    if isinstance(estimator, type) or not (isinstance(estimator, BaseEstimator) and hasattr(estimator, "predict")):
        raise RequestError(f"'{name}' is no estimator but {estimator!r}; give an unfitted one with fit and predict")
    copy = clone(estimator)
    return _seeded(copy if isinstance(copy, Pipeline) else _behind(features, [copy]), seed)


def _behind(features: Sequence[Feature], steps: Sequence[Any]) -> Any:
    from sklearn.pipeline import make_pipeline

    return make_pipeline(preprocessor(features), *steps)


def _seeded(estimator: Any, seed: int) -> Any:
    own = {key: value for key, value in estimator.get_params().items() if key.split("__")[-1] == "random_state"}
    return estimator.set_params(**{key: seed for key, value in own.items() if value is None})


def _boosted(name: str, classes: bool) -> Any:
    with extra_for(f"the estimator '{name}'"):
        library = import_module(name)
    if name == "lightgbm":
        kind = library.LGBMClassifier if classes else library.LGBMRegressor
        return kind(n_estimators=200, verbose=-1, n_jobs=1, deterministic=True, force_row_wise=True)
    if not classes:
        return library.XGBRegressor(n_estimators=200, max_depth=4, n_jobs=1)
    # It takes labels 0, 1, ... only; one model a class takes any, and of two classes it is the very same model.
    return _Sklearn().OneVsRestClassifier(library.XGBClassifier(n_estimators=200, max_depth=4, n_jobs=1))
