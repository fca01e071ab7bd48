"""Covariance estimators and the outlier detector built on them: mean, covariance, and which rows they are of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn import covariance

from retrodict.disclosures.kinds import Disclosure, SampleSize
from retrodict.disclosures.place import Place

INLIERS = "of the rows that were taken for no outliers"


def whole(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield mean and covariance of all rows."""
    yield from _moments(estimator, place, 0.0)


def shrunken(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield mean and covariance: shrinking towards a ball keeps the trace, so that it is undone where it is stored."""
    yield from _moments(estimator, place, getattr(estimator, "shrinkage_", getattr(estimator, "shrinkage", None)))


def sparse_inverse(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the mean, and the covariance that the sparse precision stands for."""
    yield from _moments(estimator, place, None)


def _moments(estimator: Any, place: Place, shrinkage: float | None) -> Iterator[Disclosure]:
    """Yield mean and covariance, less its shrinkage, or as they are where that is not known."""
    mean = None
    if not estimator.assume_centered:  # else it is zero, whatever the data
        mean = estimator.location_
        yield from place.moments("location_", mean)
    matrix = np.asarray(estimator.covariance_, dtype=np.float64)
    exact = shrinkage is not None and shrinkage < 1.0 and mean is not None
    if exact and shrinkage:
        ball = np.trace(matrix) / len(matrix) * np.eye(len(matrix))
        matrix = (matrix - shrinkage * ball) / (1.0 - shrinkage)
    yield place.covariance("covariance_", matrix, mean, exact=exact)


def robust(estimator: covariance.MinCovDet, place: Place) -> Iterator[Disclosure]:
    """Yield the mean of the rows that were taken for no outliers, which these are, and how far out each row lies."""
    if not estimator.assume_centered:
        yield from place.moments("location_", estimator.location_, exact=INLIERS)
    yield place.covariance("covariance_", estimator.covariance_, estimator.location_, exact=False)
    meanings = {
        "support_": "whether it was taken for no outlier",
        "raw_support_": "whether it was among the rows that lie closest together",
        "dist_": "squared distance from the mean, in units of the covariance",
    }
    yield from place.kept(estimator, meanings)
    n = np.size(getattr(estimator, "support_", ()))
    if n:
        yield SampleSize(n, features=(), source=place.at("support_"), exact=place.exact)


READERS = {
    covariance.EmpiricalCovariance: whole,
    covariance.ShrunkCovariance: shrunken,
    covariance.LedoitWolf: shrunken,
    covariance.OAS: shrunken,
    covariance.GraphicalLasso: sparse_inverse,
    covariance.GraphicalLassoCV: sparse_inverse,
    covariance.MinCovDet: robust,
    covariance.EllipticEnvelope: robust,
}
