"""Discriminant analysis and Gaussian mixtures: class shares, means, covariances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn import discriminant_analysis, mixture

from retrodict.disclosures.kinds import ClassShares, Disclosure
from retrodict.disclosures.place import Place

Array = np.ndarray


def _shares(step: Any, place: Place) -> Iterator[Disclosure]:
    if step.priors is None and hasattr(step, "priors_"):
        shares = tuple(np.asarray(step.priors_).tolist())
        yield ClassShares(place.classes(step), shares, features=(), source=place.at("priors_"), exact=place.exact)


def linear(step: discriminant_analysis.LinearDiscriminantAnalysis, place: Place) -> Iterator[Disclosure]:
    """Yield class shares, class means, and the covariance within classes where it is stored."""
    yield from _shares(step, place)
    if not hasattr(step, "means_"):  # stripped: the plane that predictions are the side of stays
        return
    for label, means in zip(place.classes(step), step.means_, strict=True):
        yield from place.moments("means_", means, within=label)
    if step.priors is None:
        yield from place.moments("means_", step.priors_ @ step.means_)
    if hasattr(step, "covariance_"):
        plain = step.shrinkage is None and step.covariance_estimator is None
        exact: bool | str = "of the rows less their class means" if plain else False
        yield replace(place.covariance("covariance_", step.covariance_, exact=exact), pooled=True)


def quadratic(step: discriminant_analysis.QuadraticDiscriminantAnalysis, place: Place) -> Iterator[Disclosure]:
    """Yield class shares, and each class's means and covariance."""
    yield from _shares(step, place)
    if step.priors is None:
        yield from place.moments("means_", step.priors_ @ step.means_)
    plain = step.reg_param == 0.0 and getattr(step, "shrinkage", None) is None
    for k, (label, means) in enumerate(zip(place.classes(step), step.means_, strict=True)):
        rotation = np.asarray(step.rotations_[k])
        matrix = rotation @ np.diag(step.scalings_[k]) @ rotation.T
        old = not hasattr(step, "solver")  # releases before that setting divided by n - 1
        yield place.covariance(f"scalings_[{k}]", matrix, means, within=label, ddof=1 if old else 0, exact=plain)


def mixed(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the moments of all rows: a fitted mixture has the means (and variances) of its data."""
    yield place.centres("means_", step.means_, None, False)
    means = step.weights_ @ step.means_
    kind, d = step.covariance_type, step.means_.shape[1]
    full = _matrices(step)
    offsets = step.means_ - means
    total = np.einsum("k,kij->ij", step.weights_, full) + (step.weights_ * offsets.T) @ offsets
    total = total - step.reg_covar * np.eye(d)
    exact = not isinstance(step, mixture.BayesianGaussianMixture)  # a prior draws its weights, means and spreads
    if kind in {"full", "tied"}:
        yield place.covariance("covariances_", total, means, exact=exact)
    variances = None if kind == "spherical" else np.diag(total)  # a spherical one has only their mean
    yield from place.moments("means_", means, variances, exact=exact)


def _matrices(step: Any) -> Array:
    """Return each component's covariance in full, shape (k, d, d)."""
    k, d = step.means_.shape
    stored = np.asarray(step.covariances_)
    if step.covariance_type == "tied":
        return np.broadcast_to(stored, (k, d, d))
    if step.covariance_type == "diag":
        return np.array([np.diag(row) for row in stored])
    if step.covariance_type == "spherical":
        return np.array([np.eye(d) * value for value in stored])
    return stored


READERS = {
    discriminant_analysis.LinearDiscriminantAnalysis: linear,
    discriminant_analysis.QuadraticDiscriminantAnalysis: quadratic,
    mixture.GaussianMixture: mixed,
    mixture.BayesianGaussianMixture: mixed,
}
