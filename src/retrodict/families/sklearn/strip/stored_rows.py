"""Models that predict from training rows: what lies beside the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import gaussian_process, kernel_ridge, neighbors, semi_supervised, svm
from sklearn.gaussian_process._gpc import _BinaryGaussianProcessClassifierLaplace

from retrodict.sanitizing.plan import Trim

_KERNEL = "predictions are sums over kernels with these training rows"
_LINEAR = (
    _KERNEL + "; coef_ gives the same sums in another order, not bit for bit: fit a linear model to be rid of them"
)
_NEAREST = "predictions are read off the nearest training rows"


def vectors(estimator: Any, trim: Trim) -> None:
    """Take out the support vectors' places in the table, its size, and class weights, which give class shares."""
    if estimator.kernel != "precomputed":
        none = np.zeros_like(estimator.support_)
        trim.put(estimator, "support_", none, "places of the support vectors in the training table")
        trim.drop(estimator, "shape_fit_", "how many rows there were")
    if not estimator._sparse:
        trim.drop(estimator, "class_weight_", "class shares, where classes are balanced")
    trim.drop(estimator, ("_num_iter", "n_iter_"), "steps of training")
    trim.keep("support_vectors_", _LINEAR if estimator.kernel == "linear" else _KERNEL)


def process(estimator: Any, trim: Trim) -> None:
    """Take out generator and likelihood."""
    trim.drop(estimator, ("_rng", "rng"), "state of the generator")
    trim.drop(estimator, "log_marginal_likelihood_value_", "likelihood of the training rows")
    for name in ("X_train_", "y_train_"):
        if name in vars(estimator):
            trim.keep(name, _KERNEL if name == "X_train_" else "it follows from alpha_ (or is used with pi_)")


def ridge(estimator: kernel_ridge.KernelRidge, trim: Trim) -> None:
    """Keep the rows."""
    trim.keep("X_fit_", _LINEAR if estimator.kernel == "linear" else _KERNEL)


def neighbours(estimator: Any, trim: Trim) -> None:
    """Keep the rows."""
    del estimator
    trim.keep("_fit_X", _NEAREST)
    trim.keep("_y", _NEAREST)


def density(estimator: neighbors.KernelDensity, trim: Trim) -> None:
    """Keep the rows."""
    del estimator
    trim.keep("tree_.data", _KERNEL)


def centroids(estimator: neighbors.NearestCentroid, trim: Trim) -> None:
    """Keep class means and shares."""
    del estimator
    trim.keep("centroids_", "predictions are the nearest of them")
    trim.keep("class_prior_", "scores begin with the classes' shares")


def propagated(estimator: Any, trim: Trim) -> None:
    """Take out the labels that were given to the training rows."""
    trim.drop(estimator, ("transduction_", "n_iter_"), "the label of every training row")
    trim.keep("X_", _KERNEL)
    trim.keep("label_distributions_", "predictions are means of these labels")


TRIMS = {
    svm.SVC: vectors,
    svm.NuSVC: vectors,
    svm.SVR: vectors,
    svm.NuSVR: vectors,
    svm.OneClassSVM: vectors,
    gaussian_process.GaussianProcessRegressor: process,
    gaussian_process.GaussianProcessClassifier: process,
    _BinaryGaussianProcessClassifierLaplace: process,
    kernel_ridge.KernelRidge: ridge,
    neighbors.KNeighborsClassifier: neighbours,
    neighbors.KNeighborsRegressor: neighbours,
    neighbors.RadiusNeighborsClassifier: neighbours,
    neighbors.RadiusNeighborsRegressor: neighbours,
    neighbors.LocalOutlierFactor: neighbours,
    neighbors.NearestNeighbors: neighbours,
    neighbors.KernelDensity: density,
    neighbors.NearestCentroid: centroids,
    semi_supervised.LabelPropagation: propagated,
    semi_supervised.LabelSpreading: propagated,
}
