"""Linear models, networks and constant predictors: the course of training beside the parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn import dummy, isotonic, linear_model, neural_network, svm

from retrodict.sanitizing.plan import Trim

_COURSE = (
    "n_iter_",
    "t_",
    "dual_gap_",
    "n_iterations_",
    "loss_curve_",
    "loss_",
    "best_loss_",
    "validation_scores_",
    "best_validation_score_",
    "_no_improvement_count",
    "_optimizer",
    "_best_coefs",
    "_best_intercepts",
    "_random_state",
    "_expanded_class_weight",
    "n_trials_",
    "n_skips_no_inliers_",
    "n_skips_invalid_data_",
    "n_skips_invalid_model_",
    "n_subpopulation_",
    "breakdown_",
)
_MOMENTS = ("singular_", "rank_", "X_offset_", "X_scale_", "noise_variance_", "scale_")
_PATHS = (
    "scores_",
    "coefs_paths_",
    "mse_path_",
    "alphas_",
    "cv_alphas_",
    "coef_path_",
    "criterion_",
    "best_score_",
    "cv_results_",
    "cv_values_",
    "active_",
)
_ROWWISE = ("outliers_", "inlier_mask_")


def plain(estimator: Any, trim: Trim) -> None:
    """Take out everything but the parameters."""
    trim.drop(estimator, _COURSE, "passes over the rows, losses and states of training")
    trim.drop(estimator, _MOMENTS, "means, spread and residual variance of the training rows")
    trim.drop(estimator, _PATHS, "scores and coefficients of other settings, on folds of the rows")
    trim.drop(estimator, _ROWWISE, "one entry for every training row")
    if "sigma_" in vars(estimator):
        trim.keep("sigma_", "the spread of predictions (return_std) uses it")
    trim.keep("coefs_" if "coefs_" in vars(estimator) else "coef_", "predictions are computed from it")


def constant(estimator: Any, trim: Trim) -> None:
    """Keep what is predicted."""
    name = "class_prior_" if "class_prior_" in vars(estimator) else "constant_"
    trim.keep(name, "it is what is predicted")


def isotone(estimator: isotonic.IsotonicRegression, trim: Trim) -> None:
    """Keep the steps."""
    del estimator
    trim.keep("X_thresholds_", "predictions are interpolated between them")
    trim.keep("X_min_", "values beyond the range are clipped to it, or have no prediction")


_LINEAR = tuple(
    value
    for value in vars(linear_model).values()
    if isinstance(value, type) and hasattr(value, "fit") and hasattr(value, "predict")
)
TRIMS: dict[type, Callable[[Any, Trim], None]] = {
    **dict.fromkeys(_LINEAR, plain),
    svm.LinearSVC: plain,
    svm.LinearSVR: plain,
    neural_network.MLPClassifier: plain,
    neural_network.MLPRegressor: plain,
    dummy.DummyClassifier: constant,
    dummy.DummyRegressor: constant,
    isotonic.IsotonicRegression: isotone,
}
