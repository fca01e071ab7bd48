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
    TargetMoments,
)
from retrodict.disclosures.place import Place


def least_squares(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the intercept's equation: the plane goes through the means."""
    if estimator.fit_intercept and np.ndim(estimator.coef_) == 1 and place.target is None:
        yield _equation(estimator.coef_, estimator.intercept_, place)
    if estimator.fit_intercept and getattr(estimator, "X_offset_", None) is not None:
        yield from place.moments("X_offset_", estimator.X_offset_)


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
    if estimator.t_ and estimator.n_iter_:
        yield from _seen(int(estimator.t_), int(estimator.n_iter_), place, early=estimator.early_stopping)


def descent(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the same of stochastic gradient descent, whose count starts at one."""
    if estimator.t_ > 1 and estimator.n_iter_:
        yield from _seen(int(estimator.t_) - 1, int(estimator.n_iter_), place, early=False)


def _seen(visits: int, passes: int, place: Place, *, early: bool) -> Iterator[Disclosure]:
    exact = place.sample or ("of the rows not held out to stop early" if early else "if each pass saw every row")
    yield RowsSeen(visits, passes, features=(), source=place.at("t_"), exact=place.exact)
    if visits % passes == 0:
        yield SampleSize(visits // passes, features=(), source=place.at("t_"), exact=exact)


def constant_class(estimator: dummy.DummyClassifier, place: Place) -> Iterator[Disclosure]:
    """Yield the class shares."""
    shares = tuple(np.ravel(estimator.class_prior_).tolist())
    if estimator.strategy in {"prior", "stratified", "most_frequent"}:
        yield ClassShares(
            place.classes(estimator), shares, features=(), source=place.at("class_prior_"), exact=place.exact
        )


def constant_value(estimator: dummy.DummyRegressor, place: Place) -> Iterator[Disclosure]:
    """Yield the mean of the target."""
    if estimator.strategy == "mean" and np.size(estimator.constant_) == 1 and place.target is None:
        mean = float(np.ravel(estimator.constant_)[0])
        yield TargetMoments(mean, features=(), source=place.at("constant_"), exact=place.exact)


def isotone(estimator: isotonic.IsotonicRegression, place: Place) -> Iterator[Disclosure]:
    """Yield the range of the one feature."""
    yield from place.ranges("X_min_", [estimator.X_min_], [estimator.X_max_])


def masked(attribute: str) -> Any:
    """Return a reader of how many rows there are from a mask over them."""

    def read(estimator: Any, place: Place) -> Iterator[Disclosure]:
        n = len(getattr(estimator, attribute))
        yield SampleSize(n, features=(), source=place.at(attribute), exact=place.exact)

    return read


_PLANES = (
    linear_model.LinearRegression,
    linear_model.Ridge,
    linear_model.RidgeCV,
    linear_model.Lasso,
    linear_model.LassoCV,
    linear_model.ElasticNet,
    linear_model.ElasticNetCV,
    linear_model.BayesianRidge,
    linear_model.ARDRegression,
    linear_model.Lars,
    linear_model.LassoLars,
    linear_model.OrthogonalMatchingPursuit,
)
READERS = {
    **dict.fromkeys(_PLANES, least_squares),
    linear_model.SGDClassifier: descent,
    linear_model.SGDRegressor: descent,
    linear_model.Perceptron: descent,
    linear_model.HuberRegressor: masked("outliers_"),
    linear_model.RANSACRegressor: masked("inlier_mask_"),
    neural_network.MLPClassifier: network,
    neural_network.MLPRegressor: network,
    dummy.DummyClassifier: constant_class,
    dummy.DummyRegressor: constant_value,
    isotonic.IsotonicRegression: isotone,
}
