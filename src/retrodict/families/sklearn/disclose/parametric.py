"""Linear models, networks and constant predictors: the few facts that their parameters fix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn import dummy, isotonic, linear_model, neural_network

from retrodict.disclosures.kinds import (
    ClassShares,
    Disclosure,
    RowsSeen,
    SampleSize,
    Stationarity,
    TargetMeans,
    TargetMoments,
    TargetQuantiles,
    Values,
)
from retrodict.disclosures.place import Place


def least_squares(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the intercept's equation: the plane goes through the means."""
    if estimator.fit_intercept and np.ndim(estimator.coef_) == 1 and place.target is None:
        yield _equation(estimator.coef_, estimator.intercept_, place)
    if estimator.fit_intercept and getattr(estimator, "X_offset_", None) is not None:
        yield from place.moments("X_offset_", estimator.X_offset_)


def cross_validated(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield what a ridge regression states, and each row's errors where they were kept."""
    yield from row_errors(estimator, place)
    yield from least_squares(estimator, place)


def row_errors(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the error on each row, left out, for each penalty."""
    name = next((n for n in ("cv_results_", "cv_values_") if getattr(estimator, n, None) is not None), None)
    if name is not None:
        errors = np.asarray(getattr(estimator, name))
        yield place.entries(name, "error on it for each penalty", errors.reshape(len(errors), -1))
        yield SampleSize(len(errors), features=(), source=place.at(name), exact=place.exact)


def _equation(coefficients: Any, intercept: Any, place: Place) -> Stationarity:
    """Return the equation in raw units, or in those of the step's own columns where these have no affine way back."""
    coefficients = np.asarray(coefficients, dtype=np.float64)
    scales = np.array([column.scale for column in place.columns])
    offsets = np.array([column.offset for column in place.columns])
    kept = scales != 0.0
    raw = np.divide(coefficients, scales, out=np.zeros_like(coefficients), where=kept)
    return Stationarity(
        "mean(target) = intercept + coefficients . mean(features)",
        raw,
        float(np.ravel(intercept)[0] - (raw * offsets).sum()),
        features=tuple(f"{c.name}={c.category}" if c.indicator else c.label for c in place.columns),
        source=place.at("coef_"),
        exact=place.sample or "for rows of equal weight",
    )


def network(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield how many row visits training made, and so how many rows there are."""
    if getattr(estimator, "t_", None) and getattr(estimator, "n_iter_", None):
        yield from _seen(int(estimator.t_), int(estimator.n_iter_), place, early=estimator.early_stopping)


def descent(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the same of stochastic gradient descent, whose count starts at one."""
    if getattr(estimator, "t_", 0) > 1 and getattr(estimator, "n_iter_", None):
        yield from _seen(int(estimator.t_) - 1, int(estimator.n_iter_), place, early=False)


def _seen(visits: int, passes: int, place: Place, *, early: bool) -> Iterator[Disclosure]:
    exact = place.sample or ("of the rows not held out to stop early" if early else "if each pass saw every row")
    yield RowsSeen(visits, passes, features=(), source=place.at("t_"), exact=place.exact)
    if visits % passes == 0:
        yield SampleSize(visits // passes, features=(), source=place.at("t_"), exact=exact)


def constant_class(estimator: dummy.DummyClassifier, place: Place) -> Iterator[Disclosure]:
    """Yield the class shares."""
    if estimator.strategy not in {"prior", "stratified", "most_frequent"}:
        return
    told: dict[str, Any] = {"features": (), "source": place.at("class_prior_"), "exact": place.exact}
    if not isinstance(estimator.classes_, list):
        shares = tuple(np.ravel(estimator.class_prior_).tolist())
        yield ClassShares(place.classes(estimator), shares, **told)
        return
    for i, (classes, own) in enumerate(zip(estimator.classes_, estimator.class_prior_, strict=True)):
        yield ClassShares(tuple(classes.tolist()), tuple(own.tolist()), **told, within=f"target {i}")


def constant_value(estimator: dummy.DummyRegressor, place: Place) -> Iterator[Disclosure]:
    """Yield the target's mean, median or quantile, one for each target."""
    constants = np.ravel(estimator.constant_)
    if estimator.strategy == "constant":
        return  # it was given
    for i, value in enumerate(constants):
        shared: dict[str, Any] = {
            "features": (),
            "source": place.at("constant_"),
            "exact": place.exact,
            "within": None if len(constants) == 1 else f"target {i}",
        }
        if estimator.strategy != "mean":
            at = 0.5 if estimator.strategy == "median" else float(estimator.quantile)
            yield TargetQuantiles((at,), place.targets([value]), **shared)
        elif place.target is None:  # the mean of a curve is not the curve of the mean
            yield TargetMoments(float(value), **shared)


def isotone(estimator: isotonic.IsotonicRegression, place: Place) -> Iterator[Disclosure]:
    """Yield the range of the one feature, values it took, and the target's mean over the rows around each of these."""
    yield from place.ranges("X_min_", [estimator.X_min_], [estimator.X_max_])
    taken = getattr(estimator, "X_thresholds_", None)
    if taken is None:
        return
    column = place.columns[0]
    values = column.raw_numbers(taken)
    shown = column.back(taken) if values is None else values
    shared: dict[str, Any] = {
        "features": (column.label if values is None else column.name,),
        "source": place.at("X_thresholds_"),
        "personal": None,
    }
    yield Values(shown, **shared, exact=place.told(True, (column,)))
    if place.target is None:
        means = tuple(np.asarray(estimator.y_thresholds_).tolist())
        told = place.sample or "of the rows that were pooled around each value"
        yield TargetMeans(tuple(shown.tolist()), means, **(shared | {"source": place.at("y_thresholds_")}), exact=told)


def quantile(estimator: linear_model.QuantileRegressor, place: Place) -> Iterator[Disclosure]:
    """Yield the target's quantile where the penalty left no column a coefficient: then it is what is predicted."""
    if estimator.fit_intercept and not np.any(estimator.coef_):
        value = place.targets([float(np.ravel(estimator.intercept_)[0])])
        told: dict[str, Any] = {"features": (), "source": place.at("intercept_"), "exact": place.exact}
        yield TargetQuantiles((float(estimator.quantile),), value, **told)


def masked(attribute: str, meaning: str) -> Any:
    """Return a reader of a mask over the rows, and of their number."""

    def read(estimator: Any, place: Place) -> Iterator[Disclosure]:
        mask = getattr(estimator, attribute, None)
        if mask is not None:
            yield place.entries(attribute, meaning, mask)
            yield SampleSize(len(mask), features=(), source=place.at(attribute), exact=place.exact)

    return read


_PLANES = (
    linear_model.LinearRegression,
    linear_model.Ridge,
    linear_model.Lasso,
    linear_model.LassoCV,
    linear_model.ElasticNet,
    linear_model.ElasticNetCV,
    linear_model.BayesianRidge,
    linear_model.ARDRegression,
    linear_model.Lars,
    linear_model.LassoLars,
    linear_model.OrthogonalMatchingPursuit,
    linear_model.OrthogonalMatchingPursuitCV,
    linear_model.LarsCV,
    linear_model.LassoLarsCV,
    linear_model.LassoLarsIC,
    linear_model.MultiTaskLasso,
    linear_model.MultiTaskLassoCV,
    linear_model.MultiTaskElasticNet,
    linear_model.MultiTaskElasticNetCV,
)
# releases from 1.10 on have these as settings of the others
_PASSIVE = [
    vars(linear_model)[name]
    for name in ("PassiveAggressiveClassifier", "PassiveAggressiveRegressor")
    if name in vars(linear_model)
]
READERS: dict[type, Any] = {
    **dict.fromkeys(_PLANES, least_squares),
    linear_model.RidgeCV: cross_validated,
    linear_model.RidgeClassifierCV: row_errors,
    linear_model.SGDClassifier: descent,
    linear_model.SGDRegressor: descent,
    linear_model.Perceptron: descent,
    linear_model.SGDOneClassSVM: descent,
    **dict.fromkeys(_PASSIVE, descent),
    linear_model.QuantileRegressor: quantile,
    linear_model.HuberRegressor: masked("outliers_", "whether it was taken for an outlier"),
    linear_model.RANSACRegressor: masked("inlier_mask_", "whether it was taken for no outlier"),
    neural_network.MLPClassifier: network,
    neural_network.MLPRegressor: network,
    dummy.DummyClassifier: constant_class,
    dummy.DummyRegressor: constant_value,
    isotonic.IsotonicRegression: isotone,
}
