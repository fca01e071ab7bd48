"""The noise of a regressor: its kind from the loss, its scale from what the fitted estimator stores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import (
    ARDRegression,
    BayesianRidge,
    ElasticNetCV,
    GammaRegressor,
    LassoCV,
    LassoLarsIC,
    PoissonRegressor,
    QuantileRegressor,
    RidgeCV,
    TweedieRegressor,
)
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.neural_network import MLPRegressor
from sklearn.tree import DecisionTreeRegressor, ExtraTreeRegressor

from retrodict.disclosures.columns import Column
from retrodict.families.sklearn.structure.delegates import Delegate, delegate_of
from retrodict.families.sklearn.structure.guests import model_of_guest
from retrodict.families.sklearn.structure.transformers import passed
from retrodict.models.noise import Gamma, Gaussian, InverseGaussian, Laplace, Noise, Noisy, Poisson, Tweedie
from retrodict.models.noise import noise_of as noise_of_model
from retrodict.models.type_lookup import faithful_of_type

Found = tuple[float, str]
"""A variance in squared target units, and where it comes from."""

_SQUARED = {"squared_error", "friedman_mse"}
_JITTER = 1e-8  # a Gaussian process's alpha at or below this is for numerical stability, not noise
_ROUNDING = 1e-10  # a variance within leaves at or below this share of the whole is rounding


def noise_of(estimator: Any) -> tuple[Noise, str]:
    """Return how the target lies around the prediction, and where its scale comes from or why there is none.

    Parameters
    ----------
    estimator
        A fitted regressor.

    Returns
    -------
    tuple
        What the loss states, Gaussian where it states nothing else; its scale is ``None`` where nothing tells it.

    Raises
    ------
    ModelError
        If it predicts as an estimator of another family that has no likelihood.
    """
    stated = _other_than_gaussian(estimator)
    if stated is not None:
        return stated
    found = _variance(estimator)
    if found is None:
        return Gaussian(), f"not stored by {type(estimator).__name__}"
    variance, source = found
    if not np.isfinite(variance) or variance <= 0.0:
        return Gaussian(), f"{source}: no noise left, so it tells nothing of new rows"
    return Gaussian(float(np.sqrt(variance))), source


def _other_than_gaussian(estimator: Any) -> tuple[Noise, str] | None:
    """Return the noise that a loss other than squared error states."""
    delegate = delegate_of(estimator)
    if delegate is not None:
        inner = _other_than_gaussian(delegate.estimator)
        return inner if inner is None or delegate.target is None else _rescaled(inner, _factor(estimator, delegate))
    own = _of_guest(estimator)
    if own is not None:
        return None if isinstance(own[0], Gaussian) else own
    loss = faithful_of_type(type(estimator), _LOSSES)
    noise = None if loss is None else loss(estimator)
    return None if noise is None else (noise, f"not stored by {type(estimator).__name__}")


def _rescaled(found: tuple[Noise, str], factor: float | None) -> tuple[Noise, str] | None:
    """Return noise in units of a target that was changed: a curve, or counts that are scaled, leave none known."""
    noise, source = found
    if factor is None or factor <= 0.0 or not isinstance(noise, Laplace):
        return None
    return (noise if noise.scale is None else noise.with_scale(noise.scale * factor)), source


def _of_guest(estimator: Any) -> tuple[Noise, str] | None:
    """Return the noise of an estimator of another family, as that family tells it."""
    model = model_of_guest(estimator)
    noise = None if model is None else noise_of_model(model)
    if model is None or noise is None:
        return None
    return noise, model.noise_source if isinstance(model, Noisy) else f"not stored by {type(estimator).__name__}"


def _boosted(estimator: Any) -> Noise | None:
    """Return what the losses of boosting state; a histogram's quantile is `quantile`, the other's `alpha`."""
    if estimator.loss == "absolute_error":
        return Laplace()
    if estimator.loss == "quantile":
        return Laplace(quantile=float(estimator.quantile if hasattr(estimator, "quantile") else estimator.alpha))
    by_name: dict[str, Noise] = {"poisson": Poisson(), "gamma": Gamma()}
    return by_name.get(estimator.loss)


def _grown(estimator: Any) -> Noise | None:
    by_name: dict[str, Noise] = {"poisson": Poisson(), "absolute_error": Laplace()}
    return by_name.get(estimator.criterion)


def _by_power(estimator: Any) -> Noise | None:
    """Return the distribution whose variance grows as a power of its mean; none is known for some powers."""
    power = float(estimator.power)
    if 1.0 < power < 2.0:
        return Tweedie(power=power)
    by_power: dict[float, Noise] = {1.0: Poisson(), 2.0: Gamma(), 3.0: InverseGaussian()}
    return by_power.get(power)


_LOSSES: dict[type, Callable[[Any], Noise | None]] = {
    **dict.fromkeys((GradientBoostingRegressor, HistGradientBoostingRegressor), _boosted),
    **dict.fromkeys((DecisionTreeRegressor, ExtraTreeRegressor), _grown),
    **dict.fromkeys((RandomForestRegressor, ExtraTreesRegressor), _grown),
    PoissonRegressor: lambda _: Poisson(),
    GammaRegressor: lambda _: Gamma(),
    TweedieRegressor: _by_power,
    QuantileRegressor: lambda estimator: Laplace(quantile=float(estimator.quantile)),
    MLPRegressor: lambda estimator: Poisson() if getattr(estimator, "loss", None) == "poisson" else None,
}


def _variance(estimator: Any) -> Found | None:
    read = faithful_of_type(type(estimator), _READERS)
    own = None if read is None else read(estimator)
    return _of_delegate(estimator) if own is None else own


def _of_delegate(estimator: Any) -> Found | None:
    """Return the variance around the estimator that another predicts as, where that saw all of its rows."""
    delegate = delegate_of(estimator)
    if delegate is None:
        guest = _of_guest(estimator)
        scale = None if guest is None else guest[0].scale
        return None if guest is None or scale is None or not isinstance(guest[0], Gaussian) else (scale**2, guest[1])
    if delegate.sample is not None:
        return None
    inner = _variance(delegate.estimator)
    if inner is None or delegate.target is None:
        return inner
    factor = _factor(estimator, delegate)
    return None if factor is None else (inner[0] * factor**2, inner[1])


def _factor(estimator: Any, delegate: Delegate) -> float | None:
    """Return how much a unit of the target is in units of the raw one; ``None`` where it is not one number."""
    assert delegate.target is not None
    made = passed(estimator.transformer_, (Column.start("target"),), "target")
    if len(made) != 1 or not made[0].number:
        return None
    low, high, more = delegate.target([0.0, 1.0, 2.0])
    return float(high - low) if np.isclose(more - high, high - low) else None


def _search(estimator: Any) -> Found | None:
    """Read cross-validated errors, which are of rows the model had not seen: they come before what it stores itself."""
    if estimator.scoring == "neg_mean_squared_error":
        return -estimator.best_score_, "cross-validated mean squared error of the search"
    if estimator.scoring == "neg_root_mean_squared_error":
        return estimator.best_score_**2, "cross-validated root mean squared error of the search"
    return None


def _bayesian(estimator: Any) -> Found:
    return 1.0 / estimator.alpha_, "estimated noise precision (alpha_)"


def _information_criterion(estimator: Any) -> Found:
    return estimator.noise_variance_, "noise_variance_"


def _ridge_cv(estimator: Any) -> Found | None:
    if estimator.scoring is not None or np.ndim(estimator.best_score_):
        return None
    return -estimator.best_score_, "leave-one-out mean squared error (best_score_)"


def _path_cv(estimator: Any) -> Found:
    return float(estimator.mse_path_.mean(axis=-1).min()), "cross-validated mean squared error (mse_path_)"


def _gaussian_process(estimator: Any) -> Found | None:
    row = estimator.X_train_[:1]
    # a white kernel adds to k(X) but not to k(X, Y), whatever it is multiplied with
    white = float((estimator.kernel_(row) - estimator.kernel_(row, row))[0, 0])
    alpha = float(np.mean(estimator.alpha))
    if white <= 0.0 and alpha <= _JITTER:
        return None
    scale = float(np.mean(getattr(estimator, "_y_train_std", 1.0)))  # 1 unless normalize_y
    return (white + alpha) * scale**2, "noise of the Gaussian process (white kernel and alpha)"


def _leaves(tree: Any) -> float:
    """Variance of the target within leaves, weighted by their samples."""
    leaf = tree.children_left == -1
    within = float(np.average(tree.impurity[leaf], weights=tree.weighted_n_node_samples[leaf]))
    return within if within > _ROUNDING * tree.impurity[0] else 0.0


def _tree(estimator: Any) -> Found | None:
    if estimator.criterion not in _SQUARED:
        return None
    return _leaves(estimator.tree_), "variance within leaves"


def _forest(estimator: Any) -> Found | None:
    if estimator.criterion not in _SQUARED:
        return None
    trees = [member.tree_ for member in estimator.estimators_]
    if estimator.oob_score is True:
        total = float(np.mean([tree.impurity[0] for tree in trees]))  # the root's variance is the target's
        return (1.0 - estimator.oob_score_) * total, "out-of-bag R2 (oob_score_) and the target's variance in the roots"
    # a little more than the forest's own residual, for its trees differ
    return float(np.mean([_leaves(tree) for tree in trees])), "variance within leaves, averaged over trees"


def _gradient_boosting(estimator: Any) -> Found | None:
    if estimator.loss != "squared_error":
        return None
    return float(estimator.train_score_[-1]), "training mean squared error (train_score_)"


def _histogram_boosting(estimator: Any) -> Found | None:
    if estimator.loss != "squared_error" or estimator.scoring != "loss":
        return None
    # scores are negated losses, and the loss is half the squared error
    for name in ("validation_score_", "train_score_"):
        scores = getattr(estimator, name)
        if len(scores):
            return -2.0 * float(scores[-1]), f"mean squared error ({name})"
    return None


def _perceptron(estimator: Any) -> Found | None:
    """Read the loss of the last epoch without its weight penalty; only stochastic solvers record what that needs."""
    if estimator.solver == "lbfgs" or getattr(estimator, "loss", "squared_error") != "squared_error":
        return None
    rows = round(estimator.t_ / estimator.n_iter_)
    batch = min(200 if estimator.batch_size == "auto" else estimator.batch_size, rows)
    squared_weights = sum(float((weights**2).sum()) for weights in estimator.coefs_)
    penalty = 0.5 * estimator.alpha * squared_weights / batch
    return 2.0 * (estimator.loss_ - penalty), "training mean squared error of the last epoch (loss_)"


_READERS: dict[type, Callable[[Any], Found | None]] = {
    GridSearchCV: _search,
    RandomizedSearchCV: _search,
    BayesianRidge: _bayesian,
    ARDRegression: _bayesian,
    LassoLarsIC: _information_criterion,
    RidgeCV: _ridge_cv,
    LassoCV: _path_cv,
    ElasticNetCV: _path_cv,
    GaussianProcessRegressor: _gaussian_process,
    DecisionTreeRegressor: _tree,
    ExtraTreeRegressor: _tree,
    RandomForestRegressor: _forest,
    ExtraTreesRegressor: _forest,
    GradientBoostingRegressor: _gradient_boosting,
    HistGradientBoostingRegressor: _histogram_boosting,
    MLPRegressor: _perceptron,
}
