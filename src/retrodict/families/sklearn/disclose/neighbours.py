"""Neighbours and kernel density: the training table itself; nearest centroid: class means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn import neighbors

from retrodict.disclosures.kinds import ClassShares, Disclosure, Quantiles, SampleSize
from retrodict.disclosures.place import Place


def stored(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield every row, with its label or target where there is one."""
    labels: Any = None
    y = getattr(estimator, "_y", None)
    if y is not None and np.ndim(y) == 2 and np.shape(y)[1] > 1:
        labels = _several(estimator, y)
    elif hasattr(estimator, "classes_"):
        classes = place.classes(estimator)
        codes = np.asarray(y).ravel()
        labels = [classes[code] for code in codes]
        shares = np.bincount(codes, minlength=len(classes)) / len(codes)
        yield ClassShares(classes, tuple(shares.tolist()), features=(), source=place.at("_y"), exact=place.exact)
    elif y is not None:
        labels = place.targets(y)
    if estimator.metric == "precomputed":
        yield place.entries("_fit_X", "distances to the other rows", estimator._fit_X)
    else:
        yield place.rows("_fit_X", estimator._fit_X, labels)
    yield SampleSize(int(estimator.n_samples_fit_), features=(), source=place.at("n_samples_fit_"), exact=place.exact)


def _several(estimator: Any, y: Any) -> list[tuple[Any, ...]]:
    """Return each row's labels or values of several targets."""
    columns = [np.asarray(column) for column in np.asarray(y).T]
    if hasattr(estimator, "classes_"):
        columns = [np.asarray(own)[codes] for own, codes in zip(estimator.classes_, columns, strict=True)]
    return list(zip(*(column.tolist() for column in columns), strict=True))


def outliers(estimator: neighbors.LocalOutlierFactor, place: Place) -> Iterator[Disclosure]:
    """Yield every row, and how far out it lies."""
    yield from stored(estimator, place)
    yield from place.kept(estimator, {"negative_outlier_factor_": "how far out it lies"})


def density(estimator: neighbors.KernelDensity, place: Place) -> Iterator[Disclosure]:
    """Yield every row, from the leaves of the search tree."""
    rows = np.asarray(estimator.tree_.data)
    yield place.rows("tree_.data", rows)
    yield SampleSize(len(rows), features=(), source=place.at("tree_.data"), exact=place.exact)


def centroids(estimator: neighbors.NearestCentroid, place: Place) -> Iterator[Disclosure]:
    """Yield class means, or class medians for the Manhattan metric, unless they were shrunken."""
    classes = place.classes(estimator)
    if isinstance(estimator.priors, str) and estimator.priors == "empirical":
        shares = tuple(np.asarray(estimator.class_prior_).tolist())
        yield ClassShares(classes, shares, features=(), source=place.at("class_prior_"), exact=place.exact)
    if estimator.metric != "euclidean":
        yield from _medians(estimator, place)
        return
    for label, means in zip(classes, estimator.centroids_, strict=True):
        exact = estimator.shrink_threshold is None
        yield from place.moments("centroids_", means, within=label, exact=exact)


def _medians(estimator: neighbors.NearestCentroid, place: Place) -> Iterator[Disclosure]:
    for label, medians in zip(place.classes(estimator), estimator.centroids_, strict=True):
        for column, median in zip(place.columns, medians, strict=True):
            values = column.raw_numbers([median])
            if values is not None:
                yield Quantiles(
                    (0.5,),
                    (float(values[0]),),
                    features=(column.name,),
                    source=place.at("centroids_"),
                    exact=place.told(estimator.shrink_threshold is None, (column,)),
                    within=label,
                )


READERS = {
    neighbors.KNeighborsClassifier: stored,
    neighbors.KNeighborsRegressor: stored,
    neighbors.RadiusNeighborsClassifier: stored,
    neighbors.RadiusNeighborsRegressor: stored,
    neighbors.LocalOutlierFactor: outliers,
    neighbors.NearestNeighbors: stored,
    neighbors.KNeighborsTransformer: stored,
    neighbors.RadiusNeighborsTransformer: stored,
    neighbors.KernelDensity: density,
    neighbors.NearestCentroid: centroids,
}
