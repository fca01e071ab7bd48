"""Gradients of smooth estimators against differences of their own outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import preprocessing
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline

import retrodict as rd
from retrodict.models.contract import gradient

RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(3.0, 2.0, (120, 3)), columns=["a", "b", "c"])
SCORE = X.to_numpy() @ [1.0, -0.5, 0.3] + RNG.normal(size=120)
TWO, THREE = (SCORE > 2.0).astype(int), np.digitize(SCORE, [1.0, 3.0])
MLP: dict[str, Any] = {"hidden_layer_sizes": (8, 5), "max_iter": 30, "random_state": 0}

SMOOTH = {
    "binary": (LogisticRegression(), TWO),
    "multinomial": (make_pipeline(preprocessing.StandardScaler(), LogisticRegression()), THREE),
    "lda": (make_pipeline(preprocessing.RobustScaler(), LinearDiscriminantAnalysis()), THREE),
    "relu": (make_pipeline(preprocessing.MinMaxScaler(), preprocessing.StandardScaler(), MLPClassifier(**MLP)), THREE),
    "tanh": (make_pipeline(preprocessing.MaxAbsScaler(), MLPClassifier(activation="tanh", **MLP)), TWO),
    "logistic": (MLPRegressor(activation="logistic", **MLP), SCORE),
    "ridge": (make_pipeline(preprocessing.StandardScaler(with_mean=False), Ridge()), SCORE),
}


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_gradient(name: str) -> None:
    estimator, y = SMOOTH[name]
    model = rd.load_model(estimator.fit(X, y))
    turned = model.schema.features[::-1]
    model = model.bind(rd.Schema(turned, model.schema.target))
    rows = X[["c", "b", "a"]].to_numpy()[:20]
    ask = model.log_proba if model.schema.target.classes else model.predict
    found = gradient(model)
    assert found is not None
    output, back = found(rows)
    np.testing.assert_allclose(output, ask(rows), atol=1e-12)
    weight = RNG.normal(size=output.shape)
    slope = back(weight)
    for j in range(3):
        apart = 1e-5 * np.eye(3)[j]
        rise = (weight * (ask(rows + apart) - ask(rows - apart))).reshape(len(rows), -1).sum(axis=1) / 2e-5
        np.testing.assert_allclose(slope[:, j], rise, rtol=1e-4, atol=1e-6)


class _Squared(LogisticRegression):
    """A subclass that computes something else."""

    def decision_function(self, X: Any) -> Any:
        return super().decision_function(X) ** 2


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize(
    ("estimator", "y"),
    [
        (RandomForestClassifier(3), TWO),
        (_Squared(), TWO),
        (PoissonRegressor(), np.abs(SCORE)),
        (make_pipeline(preprocessing.MinMaxScaler(clip=True), LogisticRegression()), TWO),
        (make_pipeline(preprocessing.PolynomialFeatures(2), LogisticRegression(max_iter=2_000)), TWO),
    ],
    ids=["trees", "overridden", "link", "clipped", "powers"],
)
def test_what_is_not_known_to_be_smooth_has_none(estimator: Any, y: np.ndarray) -> None:
    assert gradient(rd.load_model(estimator.fit(X, y))) is None
