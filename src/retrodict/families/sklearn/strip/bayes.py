"""Naive Bayes, discriminant analysis and mixtures: counts and moments beside what scores are computed from."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import discriminant_analysis, mixture, naive_bayes

from retrodict.sanitizing.plan import Trim

_COUNTS = "how many rows each class had"
_PRIOR = "scores begin with the classes' shares"


def gaussian(step: naive_bayes.GaussianNB, trim: Trim) -> None:
    """Take out class counts and the smoothing; shares, means and variances stay."""
    trim.drop(step, "class_count_", _COUNTS)
    trim.drop(step, "epsilon_", "the largest variance, as the smoothing that was added")
    trim.keep("class_prior_", _PRIOR)
    trim.keep("theta_", "scores are distances from the class means")
    trim.keep("var_", "scores are distances in units of the class variances")


def counted(step: Any, trim: Trim) -> None:
    """Take out the counts; logarithms of smoothed shares stay."""
    none = np.zeros_like(step.class_count_)  # its length is used
    trim.put(step, "class_count_", none, _COUNTS)
    trim.drop(step, ("feature_count_", "category_count_", "feature_all_"), f"{_COUNTS}, value by value")
    trim.keep("class_log_prior_", _PRIOR)
    trim.keep("feature_log_prob_", "scores add it up; it is the logarithm of smoothed shares")


def linear(step: discriminant_analysis.LinearDiscriminantAnalysis, trim: Trim) -> None:
    """Take out moments; the plane stays."""
    trim.drop(step, ("means_", "priors_", "covariance_"), "class means, class shares, covariance")
    trim.drop(step, ("xbar_", "scalings_", "explained_variance_ratio_"), "the overall mean and the directions")
    trim.keep("coef_", "predictions are the side of this plane")


def quadratic(step: discriminant_analysis.QuadraticDiscriminantAnalysis, trim: Trim) -> None:
    """Take out the covariance as stored; what scores use says the same."""
    trim.drop(step, "covariance_", "class covariances as stored")
    trim.keep("priors_", _PRIOR)
    trim.keep("means_", "scores are distances from the class means")
    trim.keep("scalings_", "scores are distances in units of the class covariances")


def mixed(step: mixture.GaussianMixture, trim: Trim) -> None:
    """Take out the course of training."""
    trim.drop(step, ("lower_bound_", "lower_bounds_", "n_iter_"), "likelihood of the training rows")
    trim.keep("means_", "scores are distances from the means")
    trim.keep("covariances_", "it follows from precisions_cholesky_, which scores use")


TRIMS = {
    naive_bayes.GaussianNB: gaussian,
    naive_bayes.MultinomialNB: counted,
    naive_bayes.ComplementNB: counted,
    naive_bayes.BernoulliNB: counted,
    naive_bayes.CategoricalNB: counted,
    discriminant_analysis.LinearDiscriminantAnalysis: linear,
    discriminant_analysis.QuadraticDiscriminantAnalysis: quadratic,
    mixture.GaussianMixture: mixed,
}
