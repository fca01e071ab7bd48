"""Decompositions and projections: means and covariances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn import cross_decomposition, decomposition

from retrodict.disclosures.kinds import Disclosure, SampleSize, TargetMoments
from retrodict.disclosures.place import Place


def principal(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield mean and covariance; with fewer components than columns the covariance is the nearest of that form."""
    whole = len(step.components_) == len(place.columns)
    n = int(getattr(step, "n_samples_", 0) or getattr(step, "n_samples_seen_", 0)) or None
    yield from place.moments("mean_", step.mean_, getattr(step, "var_", None), n=n)
    if hasattr(step, "noise_variance_"):
        yield place.covariance("components_", step.get_covariance(), step.mean_, n=n, ddof=1, exact=whole)
    if n is not None:
        yield SampleSize(n, features=(), source=place.at("n_samples_"), exact=place.exact)


def centred(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the mean that was taken off."""
    if getattr(step, "mean_", None) is not None:
        yield from place.moments("mean_", step.mean_)


def factors(step: decomposition.FactorAnalysis, place: Place) -> Iterator[Disclosure]:
    """Yield the mean, and the covariance that the factors stand for."""
    yield from centred(step, place)
    yield place.covariance("components_", step.get_covariance(), step.mean_, exact=False)


def least_squares(step: cross_decomposition.PLSRegression, place: Place) -> Iterator[Disclosure]:
    """Yield the means and standard deviations that columns and target were scaled by."""
    scaled = step.scale and hasattr(step, "_x_std")
    yield from place.moments("_x_mean", step._x_mean, np.square(step._x_std) if scaled else None, ddof=1)
    source = "_y_mean" if hasattr(step, "_y_mean") else "intercept_"  # the same number
    mean = np.ravel(getattr(step, source))
    if len(mean) == 1:
        spread = float(np.ravel(step._y_std)[0]) ** 2 if scaled else None
        yield TargetMoments(float(mean[0]), spread, features=(), source=place.at(source), exact=place.exact)


READERS = {
    decomposition.PCA: principal,
    decomposition.IncrementalPCA: principal,
    decomposition.FastICA: centred,
    decomposition.FactorAnalysis: factors,
    cross_decomposition.PLSRegression: least_squares,
}
