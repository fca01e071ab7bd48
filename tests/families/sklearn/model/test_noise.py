"""Each stored noise scale is near the residual that it claims to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
    StackingRegressor,
)
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.linear_model import (
    ARDRegression,
    BayesianRidge,
    ElasticNetCV,
    LassoCV,
    LassoLarsIC,
    LinearRegression,
    PoissonRegressor,
    RidgeCV,
    TweedieRegressor,
)
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PowerTransformer, StandardScaler
from sklearn.tree import DecisionTreeRegressor, ExtraTreeRegressor

from retrodict.errors import RequestError
from retrodict.models import load_model
from retrodict.models.noise import Gamma, Gaussian, InverseGaussian, Laplace, Noise, Poisson, Tweedie, noise_of

NOISE = 3.0


def rows(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, 20.0 + 8.0 * X[:, 0] - 4.0 * X[:, 1] + rng.normal(0, NOISE, n)


X, Y = rows(0)
FRESH = rows(1, 4000)

TRAINING = [
    (BayesianRidge(), 0.02),
    (ARDRegression(), 0.02),
    (LassoLarsIC(), 0.03),
    (DecisionTreeRegressor(min_samples_leaf=10), 1e-6),
    (ExtraTreeRegressor(min_samples_leaf=10, random_state=0), 1e-6),
    (RandomForestRegressor(30, min_samples_leaf=10, random_state=0), 0.25),
    (ExtraTreesRegressor(30, min_samples_leaf=10, random_state=0), 0.4),
    (GradientBoostingRegressor(n_estimators=40), 1e-6),
    (HistGradientBoostingRegressor(max_iter=20, early_stopping=True, validation_fraction=None), 1e-6),
    (
        make_pipeline(
            StandardScaler(), MLPRegressor(hidden_layer_sizes=(8,), max_iter=3000, alpha=0.5, random_state=0)
        ),
        0.05,
    ),
    (make_pipeline(StandardScaler(), "passthrough", BayesianRidge()), 0.02),
    (FrozenEstimator(BayesianRidge().fit(X, Y)), 0.02),
    (TransformedTargetRegressor(BayesianRidge(), transformer=StandardScaler()), 0.02),
]
"""Scales that are of the training rows, and how near."""


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("estimator", "tolerance"), TRAINING, ids=repr)
def test_scale_of_training_rows(estimator: Any, tolerance: float) -> None:
    model = load_model(estimator.fit(X, Y))
    residual = np.sqrt(np.mean((Y - model.predict(X)) ** 2))
    assert model.noise_scale == pytest.approx(residual, rel=tolerance), model.noise_source


UNSEEN = [
    RidgeCV(),
    LassoCV(),
    ElasticNetCV(),
    RandomForestRegressor(50, oob_score=True, random_state=0),
    ExtraTreesRegressor(50, oob_score=True, bootstrap=True, random_state=0),
    HistGradientBoostingRegressor(max_iter=60, early_stopping=True, validation_fraction=0.3, random_state=0),
    GaussianProcessRegressor(100 * RBF(3.0) + WhiteKernel(9.0), normalize_y=False, optimizer=None),
    GaussianProcessRegressor(RBF(3.0), alpha=0.1, normalize_y=True, optimizer=None),
    StackingRegressor([("ols", LinearRegression())], RidgeCV()),
    GridSearchCV(LinearRegression(), {}, scoring="neg_root_mean_squared_error"),
    GridSearchCV(LinearRegression(), {}, scoring="neg_mean_squared_error"),
]
"""Scales that are of rows the model had not seen."""


@pytest.mark.parametrize("estimator", UNSEEN, ids=repr)
def test_scale_of_unseen_rows(estimator: Any) -> None:
    model = load_model(estimator.fit(X, Y))
    residual = np.sqrt(np.mean((FRESH[1] - model.predict(FRESH[0])) ** 2))
    assert model.noise_scale == pytest.approx(residual, rel=0.15), model.noise_source


UNKNOWN = [
    (LinearRegression(), "not stored by LinearRegression"),
    (make_pipeline(StandardScaler(), LinearRegression()), "not stored by Pipeline"),
    (GaussianProcessRegressor(RBF(1.0), optimizer=None), "not stored by GaussianProcessRegressor"),
    (DecisionTreeRegressor(), "variance within leaves: no noise left, so it tells nothing of new rows"),
    (GradientBoostingRegressor(loss="huber", n_estimators=2), "not stored by GradientBoostingRegressor"),
    (HistGradientBoostingRegressor(max_iter=2), "not stored by HistGradientBoostingRegressor"),
    (
        TransformedTargetRegressor(BayesianRidge(), transformer=PowerTransformer()),
        "not stored by TransformedTargetRegressor",
    ),
]


@pytest.mark.parametrize(("estimator", "source"), UNKNOWN, ids=repr)
def test_unknown_scales_are_none(estimator: Any, source: str) -> None:
    model = load_model(estimator.fit(X[:100], Y[:100]))
    assert (model.noise_scale, model.noise_source) == (None, source)
    assert model.likelihood == f"Gaussian noise, unknown scale ({source})"


NOT_GAUSSIAN = [
    (DecisionTreeRegressor(criterion="absolute_error", max_depth=2), Laplace()),
    (RandomForestRegressor(3, criterion="poisson", max_depth=2), Poisson()),
    (HistGradientBoostingRegressor(loss="quantile", quantile=0.9, max_iter=2), Laplace(quantile=0.9)),
    (HistGradientBoostingRegressor(loss="gamma", max_iter=2), Gamma()),
    (GradientBoostingRegressor(loss="quantile", alpha=0.2, n_estimators=2), Laplace(quantile=0.2)),
    (make_pipeline(StandardScaler(), TweedieRegressor(power=1.5)), Tweedie(power=1.5)),
    (TweedieRegressor(power=3), InverseGaussian()),
    (GridSearchCV(PoissonRegressor(), {}), Poisson()),
    (TransformedTargetRegressor(GradientBoostingRegressor(loss="absolute_error", n_estimators=2)), Laplace()),
    (TransformedTargetRegressor(PoissonRegressor(), transformer=MinMaxScaler((1, 2))), Gaussian()),
]
"""Losses other than squared error, and the noise that they state: of scaled counts, none."""


@pytest.mark.parametrize(("estimator", "noise"), NOT_GAUSSIAN, ids=repr)
def test_noise_is_that_of_the_loss(estimator: Any, noise: Noise) -> None:
    model = load_model(estimator.fit(X[:100], np.round(np.abs(Y[:100]) + 1)))
    assert noise_of(model) == noise
    assert model.likelihood.startswith(noise.name)


def test_a_stated_scale_comes_first() -> None:
    model = load_model(BayesianRidge().fit(X, Y), noise_scale=7)
    assert (model.noise_scale, model.noise_source) == (7.0, "stated by the user")
    with pytest.raises(RequestError, match=r"^the noise scale must be a positive number, got 0$"):
        load_model(BayesianRidge().fit(X, Y), noise_scale=0)
    with pytest.raises(RequestError, match=r"^the noise scale must be a positive number, got nan$"):
        model.with_noise(float("nan"), "a guess")
