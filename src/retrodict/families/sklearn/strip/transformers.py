"""Scalers, encoders, imputers, projections: what transforming does not read."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import cross_decomposition, decomposition, feature_selection, impute, preprocessing
from sklearn.impute._iterative import IterativeImputer
from sklearn.utils import Bunch

from retrodict.sanitizing.plan import Trim

_ROWS = "how many rows there were"
_SCALED = "rows are scaled by it"


def standard(step: preprocessing.StandardScaler, trim: Trim) -> None:
    """Take out the row number; the variance follows from the scale."""
    trim.drop(step, "n_samples_seen_", _ROWS)
    trim.drop(step, "var_", "each column's variance as stored; it still is the square of scale_")
    if step.with_mean:
        trim.keep("mean_", "rows are centred by it")
    else:
        trim.drop(step, "mean_", "each column's mean")
    if step.with_std:
        trim.keep("scale_", f"{_SCALED}; its square is the variance")


def min_max(step: preprocessing.MinMaxScaler, trim: Trim) -> None:
    """Take out the row number; the range follows from what scaling needs."""
    trim.drop(step, "n_samples_seen_", _ROWS)
    trim.keep("data_min_", "it follows from min_ and scale_, which rows are scaled by, as the largest value does")


def max_abs(step: preprocessing.MaxAbsScaler, trim: Trim) -> None:
    """Take out the row number."""
    trim.drop(step, "n_samples_seen_", _ROWS)
    trim.keep("max_abs_", _SCALED)


def robust(step: preprocessing.RobustScaler, trim: Trim) -> None:
    """Keep median and quantile distance."""
    del step
    trim.keep("center_", "rows are centred by it")
    trim.keep("scale_", _SCALED)


def quantiles(step: preprocessing.QuantileTransformer, trim: Trim) -> None:
    """Keep the quantiles."""
    del step
    trim.keep("quantiles_", "rows are interpolated between them")


def encoder(step: Any, trim: Trim) -> None:
    """Keep the lists."""
    del step
    trim.keep("categories_", "values are looked up in it")


def target(step: preprocessing.TargetEncoder, trim: Trim) -> None:
    """Keep lists and means."""
    encoder(step, trim)
    trim.keep("encodings_", "categories become their mean target")
    trim.keep("target_mean_", "unknown categories become the overall mean")


def bins(step: preprocessing.KBinsDiscretizer, trim: Trim) -> None:
    """Keep the edges."""
    del step
    trim.keep("bin_edges_", "values are binned by it")


def simple(step: impute.SimpleImputer, trim: Trim) -> None:
    """Keep the fills."""
    del step
    trim.keep("statistics_", "gaps are filled with it")


def neighbours(step: impute.KNNImputer, trim: Trim) -> None:
    """Keep the rows."""
    del step
    trim.keep("_fit_X", "gaps are filled from the nearest training rows: choose another imputer to be rid of them")


def chained(step: IterativeImputer, trim: Trim) -> None:
    """Take out counts of rounds and the generator, unless fills are drawn."""
    if not step.sample_posterior:
        trim.drop(step, ("random_state_", "n_iter_"), "state of the generator, and rounds of training")


def principal(step: Any, trim: Trim) -> None:
    """Take out variances and row numbers; the mean and the directions stay."""
    trim.drop(step, ("n_samples_", "n_samples_seen_", "batch_size_"), _ROWS)
    names = ("singular_values_", "explained_variance_ratio_", "noise_variance_", "var_")
    trim.drop(step, names, "variances along the components, and so the covariance")
    if not getattr(step, "whiten", False):
        trim.drop(step, "explained_variance_", "variances along the components, and so the covariance")
    else:
        trim.keep("explained_variance_", "components are scaled by it")
    trim.keep("mean_", "rows are centred by it")
    trim.keep("components_", "rows are projected on them")


def projected(step: Any, trim: Trim) -> None:
    """Take out what was measured while fitting."""
    names = ("explained_variance_", "explained_variance_ratio_", "singular_values_", "n_iter_", "loglike_")
    trim.drop(step, names, "variances along the components, and the course of training")


def latent(step: cross_decomposition.PLSRegression, trim: Trim) -> None:
    """Take out the scores: every training row and target, projected."""
    trim.drop(step, ("x_scores_", "y_scores_", "_x_scores", "_y_scores"), "every training row, projected")
    names = ("x_weights_", "y_weights_", "x_loadings_", "y_loadings_", "x_rotations_", "y_rotations_", "n_iter_")
    trim.drop(step, (*names, "_x_std", "_y_std", "_y_mean"), "directions and scales that coef_ sums up")
    trim.keep("_x_mean", "rows are centred by it")
    trim.keep("intercept_", "it is the target's mean, and predictions start from it")


def selecting(step: feature_selection.SelectFromModel, trim: Trim) -> None:
    """Put importances in the place of a model that computes them, at each call, from its node counts."""
    if not whole(step):
        trim.keep("estimator_", "columns are chosen by its coefficients at each call")
    elif step.importance_getter == "auto":
        bare = Bunch(feature_importances_=np.array(step.estimator_.feature_importances_))
        trim.put(step, "estimator_", bare, "the model that columns were chosen by")
        trim.keep("estimator_.feature_importances_", "columns are chosen by it at each call")
    else:
        trim.keep("estimator_", "columns are chosen, at each call, by what it computes from its facts")


def whole(step: Any) -> bool:
    """Whether a step chooses columns by what its inner model computes from facts, which then is not trimmed."""
    chosen = isinstance(step, feature_selection.SelectFromModel) and hasattr(step, "estimator_")
    return chosen and not hasattr(step.estimator_, "coef_") and hasattr(step.estimator_, "feature_importances_")


def eliminating(step: feature_selection.RFE, trim: Trim) -> None:
    """Take out the course of the elimination, and the inner model where only the choice of columns is used."""
    names = ("ranking_", "cv_results_", "step_n_features_", "step_scores_", "step_support_", "step_ranking_")
    trim.drop(step, names, "order and scores of the elimination")
    trim.drop(step, "estimator_", "the model that columns were chosen by")


def scored(step: Any, trim: Trim) -> None:
    """Keep scores that choose columns."""
    trim.drop(step, ("n_samples_seen_",), _ROWS)
    trim.keep("scores_", "columns are chosen by it at each call")


TRIMS = {
    preprocessing.StandardScaler: standard,
    preprocessing.MinMaxScaler: min_max,
    preprocessing.MaxAbsScaler: max_abs,
    preprocessing.RobustScaler: robust,
    preprocessing.QuantileTransformer: quantiles,
    preprocessing.OneHotEncoder: encoder,
    preprocessing.OrdinalEncoder: encoder,
    preprocessing.TargetEncoder: target,
    preprocessing.KBinsDiscretizer: bins,
    impute.SimpleImputer: simple,
    impute.KNNImputer: neighbours,
    IterativeImputer: chained,
    decomposition.PCA: principal,
    decomposition.IncrementalPCA: principal,
    decomposition.TruncatedSVD: projected,
    decomposition.FastICA: projected,
    decomposition.FactorAnalysis: projected,
    cross_decomposition.PLSRegression: latent,
    feature_selection.SelectFromModel: selecting,
    feature_selection.RFE: eliminating,
    feature_selection.RFECV: eliminating,
    feature_selection.SelectKBest: scored,
    feature_selection.SelectPercentile: scored,
}
