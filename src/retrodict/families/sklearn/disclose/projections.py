"""Decompositions and projections: means and covariances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn import cross_decomposition, decomposition, kernel_approximation, random_projection

from retrodict.disclosures.kinds import Disclosure, Moments, SampleSize, TargetMoments, TrainingErrors
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


def independent(step: decomposition.FastICA, place: Place) -> Iterator[Disclosure]:
    """Yield the mean, and with as many components as columns the covariance: components have unit variance."""
    yield from centred(step, place)
    mixing = np.asarray(step.mixing_)
    if step.whiten == "unit-variance" and mixing.shape[0] == mixing.shape[1]:
        yield place.covariance("mixing_", mixing @ mixing.T, getattr(step, "mean_", None))


def factorised(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the mean that was taken off, if any, and how well the factors fit the training rows."""
    yield from centred(step, place)
    name = next((n for n in ("error_", "reconstruction_err_") if getattr(step, n, None) is not None), None)
    if name is not None:
        errors = np.ravel(getattr(step, name))
        yield TrainingErrors(errors, features=(), source=place.at(name), exact=place.exact)


def projected(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield about how many rows there were, where the width of a random projection was chosen by that."""
    if step.n_components == "auto":
        bits = step.n_components_ * (step.eps**2 / 2.0 - step.eps**3 / 3.0) / 4.0
        source = place.at("n_components_")
        yield SampleSize(round(float(np.exp(bits))), features=(), source=source, exact=False)


def sampled(step: kernel_approximation.RBFSampler, place: Place) -> Iterator[Disclosure]:
    """Yield the variance of all columns as one, where the kernel's width was set by it."""
    if step.gamma == "scale":
        spread = 1.0 / (len(place.columns) * float(step._gamma))
        name = f"{place.path or 'rbfsampler'}(all columns as one)"
        source = place.at("_gamma")
        yield Moments(None, spread, ddof=0, features=(name,), source=source, exact=place.exact)


def singular(step: decomposition.TruncatedSVD, place: Place) -> Iterator[Disclosure]:
    """Yield the variance of the rows along each component."""
    spread = getattr(step, "explained_variance_", None)
    if spread is not None:
        source = place.at("explained_variance_")
        for i, variance in enumerate(spread):
            name = f"{place.path or 'truncatedsvd'}[{i}]"
            yield Moments(None, float(variance), ddof=0, features=(name,), source=source, exact=place.exact)


def factors(step: decomposition.FactorAnalysis, place: Place) -> Iterator[Disclosure]:
    """Yield the mean, and the covariance that the factors stand for."""
    yield from centred(step, place)
    yield place.covariance("components_", step.get_covariance(), step.mean_, exact=False)


def least_squares(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the means and standard deviations that columns and target were scaled by, and each row as projected."""
    yield from _scores(step, place)
    scaled = step.scale and hasattr(step, "_x_std")
    yield from place.moments("_x_mean", step._x_mean, np.square(step._x_std) if scaled else None, ddof=1)
    source = "_y_mean" if hasattr(step, "_y_mean") else "intercept_"  # the same number
    means = np.ravel(getattr(step, source, ()))
    for i, mean in enumerate(means):
        spread = float(np.ravel(step._y_std)[i]) ** 2 if scaled else None
        within = None if len(means) == 1 else f"target {i}"
        shared: dict[str, Any] = {"source": place.at(source), "exact": place.exact, "within": within}
        yield TargetMoments(float(mean), spread, features=(), **shared)


def _scores(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield each training row's scores: with as many components as columns they give the row back."""
    name = next((n for n in ("x_scores_", "_x_scores") if getattr(step, n, None) is not None), None)
    if name is None:
        return
    scores = np.asarray(getattr(step, name))
    yield place.entries(name, "place along the components", scores)
    yield SampleSize(len(scores), features=(), source=place.at(name), exact=place.exact)
    loadings = getattr(step, "x_loadings_", None)
    if loadings is not None and scores.shape[1] == len(place.columns) and getattr(step, "_x_std", None) is not None:
        yield place.rows(name, scores @ np.asarray(loadings).T * step._x_std + step._x_mean)


READERS = {
    decomposition.PCA: principal,
    decomposition.IncrementalPCA: principal,
    decomposition.FastICA: independent,
    decomposition.SparsePCA: factorised,
    decomposition.DictionaryLearning: factorised,
    decomposition.NMF: factorised,
    random_projection.GaussianRandomProjection: projected,
    random_projection.SparseRandomProjection: projected,
    kernel_approximation.RBFSampler: sampled,
    decomposition.MiniBatchSparsePCA: centred,
    decomposition.TruncatedSVD: singular,
    decomposition.FactorAnalysis: factors,
    cross_decomposition.PLSRegression: least_squares,
    cross_decomposition.PLSCanonical: least_squares,
    cross_decomposition.CCA: least_squares,
    cross_decomposition.PLSSVD: least_squares,
}
