"""Log-probabilities far below what a probability can hold, links, and calibration."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from retrodict.errors import RequestError, SchemaError
from retrodict.models import calibrate_link, load_model
from tests.families.sklearn.model.sweep import table

FAR = np.array([[1e3, -1e3, 2e3, 1e3], [-1e3, 5.0, 0.0, -2e3], [0.0, 0.0, 0.0, 0.0], [3e4, 0.0, 0.0, 0.0]])


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """The same in 60 decimal digits with exponents that do not underflow."""
    with localcontext() as context:
        context.prec, context.Emin = 60, -(10**17)
        context.Emax = 10**17
        rows = [[Decimal(float(value)) for value in row] for row in logits]
        norms = [sum(value.exp() for value in row).ln() for row in rows]
        return np.array([[float(v - norm) for v in row] for row, norm in zip(rows, norms, strict=True)])


def linear_logits(estimator: Any, X: np.ndarray) -> np.ndarray:
    scores = X @ estimator.coef_.T + estimator.intercept_
    return np.column_stack([np.zeros(len(X)), scores]) if scores.shape[1] == 1 else scores


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("estimator", [LogisticRegression(), LinearDiscriminantAnalysis()], ids=repr)
def test_linear_families_far_from_the_data(estimator: Any, k: int) -> None:
    X, y, _ = table("", k)
    estimator.fit(X, y)
    out = load_model(estimator).log_proba(FAR)
    assert np.isfinite(out).all()
    assert out.min() < -800.0  # the probability itself is zero in floating point
    np.testing.assert_allclose(out, log_softmax(linear_logits(estimator, FAR)), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("activation", ["identity", "relu", "tanh", "logistic"])
def test_perceptron_far_from_the_data(activation: str, k: int) -> None:
    X, y, _ = table("", k)
    estimator = MLPClassifier((5, 4), activation=activation, max_iter=20, random_state=0).fit(X, y)
    estimator.coefs_[-1] *= 5_000.0  # bounded activations need a steep last layer to underflow
    act = {
        "identity": lambda v: v,
        "relu": lambda v: np.maximum(v, 0),
        "tanh": np.tanh,
        "logistic": lambda v: 1 / (1 + np.exp(-np.clip(v, -700, 700))),
    }[activation]
    hidden = FAR
    for weights, bias in zip(estimator.coefs_[:-1], estimator.intercepts_[:-1], strict=True):
        hidden = act(hidden @ weights + bias)
    logits = hidden @ estimator.coefs_[-1] + estimator.intercepts_[-1]
    logits = np.column_stack([np.zeros(len(FAR)), logits]) if k == 2 else logits
    out = load_model(estimator).log_proba(FAR)
    np.testing.assert_allclose(out, log_softmax(logits), rtol=1e-9, atol=1e-12)
    assert out.min() < -800.0


def test_one_vs_rest_keeps_what_underflows() -> None:
    X, y, _ = table("", 3)
    estimator = SGDClassifier(loss="log_loss", random_state=0).fit(X, y)
    with localcontext() as context:
        context.prec, context.Emin, context.Emax = 60, -(10**17), 10**17
        each = [[1 / (1 + Decimal(-float(f)).exp()) for f in row] for row in estimator.decision_function(FAR)]
        expected = [[float((p / sum(row)).ln()) for p in row] for row in each]
    np.testing.assert_allclose(load_model(estimator).log_proba(FAR), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "estimator",
    [
        QuadraticDiscriminantAnalysis(),
        GaussianNB(),
        GradientBoostingClassifier(n_estimators=8),
        GradientBoostingClassifier(loss="exponential", n_estimators=8),
        HistGradientBoostingClassifier(max_iter=5),
    ],
    ids=repr,
)
def test_other_exact_families_stay_finite(estimator: Any) -> None:
    X, y, _ = table("", 2)
    out = load_model(estimator.fit(X, y)).log_proba(FAR)
    assert np.isfinite(out).all()
    np.testing.assert_allclose(np.exp(out), estimator.predict_proba(FAR), atol=1e-12)


def test_wrappers_pass_logits_through() -> None:
    X, y, _ = table("", 2)
    inner = make_pipeline(StandardScaler(), "passthrough", LogisticRegression())
    plain = load_model(inner.fit(X, y))
    search = GridSearchCV(inner, {"logisticregression__C": [1.0]}, cv=2).fit(X, y)
    wrappers = [search, FrozenEstimator(inner), FixedThresholdClassifier(inner, threshold=0.2).fit(X, y)]
    for wrapper in wrappers:
        model = load_model(wrapper)
        assert model.likelihood == "exact (logits)"
        np.testing.assert_array_equal(model.log_proba(FAR), plain.log_proba(FAR))
    assert plain.family == "Pipeline(StandardScaler, LogisticRegression)"
    assert load_model(search).family == f"GridSearchCV({plain.family})"


def test_a_subclass_with_its_own_probabilities_is_believed() -> None:
    class Cautious(LogisticRegression):
        def predict_proba(self, X: np.ndarray) -> np.ndarray:
            return 0.5 * super().predict_proba(X) + 0.25

    X, y, _ = table("", 2)
    model = load_model(Cautious().fit(X, y))
    assert model.likelihood == "exact (predict_proba)"
    assert np.exp(model.log_proba(FAR)).min() == pytest.approx(0.25)


@pytest.mark.parametrize("k", [2, 3])
def test_link_slope(k: int) -> None:
    X, y, _ = table("", k)
    estimator = LinearSVC(random_state=0).fit(X, y)
    margins = estimator.decision_function(X)
    logits = np.column_stack([0 * margins, margins]) if k == 2 else margins
    for slope, model in ((2.0, load_model(estimator)), (0.5, load_model(estimator, link_slope=0.5))):
        link = "expit" if k == 2 else "softmax"
        assert model.likelihood == f"assumed link: {link}({slope:g} x decision_function)"
        np.testing.assert_allclose(model.log_proba(X), log_softmax(slope * logits), atol=1e-12)


@pytest.mark.parametrize("name_columns", [True, False])
def test_calibrated_link_recovers_the_true_slope(name_columns: bool) -> None:
    rng = np.random.default_rng(0)
    X, y, _ = table("", 2)
    frame = pd.DataFrame(X, columns=list("abcd"))
    estimator = make_pipeline(StandardScaler(), SVC(kernel="linear")).fit(frame if name_columns else X, y)
    rows = pd.DataFrame(
        rng.normal(size=(20_000, 4)) * 2, columns=frame.columns if name_columns else ["x0", "x1", "x2", "x3"]
    )
    margins = estimator.decision_function(rows if name_columns else rows.to_numpy())
    labels = np.where(rng.random(len(rows)) < 1 / (1 + np.exp(-0.8 * margins)), "b", "a")
    model = calibrate_link(load_model(estimator), rows, labels)
    assert model.assumed.link_slope == pytest.approx(0.8, rel=0.05)  # its standard error is below 2%
    assert f"{model.assumed.link_slope:g}" in model.likelihood


def test_calibrated_link_is_finite_on_separable_rows_and_fits_error_rates() -> None:
    X, _, _ = table("", 2)
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(4)])
    estimator = LinearSVC().fit(X, X[:, 0] > 0)
    assert calibrate_link(load_model(estimator), frame, X[:, 0] > 0).assumed.link_slope < 1e3
    hard = SVC(decision_function_shape="ovo").fit(X, np.digitize(X[:, 0], [-1, 1]))
    wrong = estimator.predict(X[:10]).astype(int) * 0 + (hard.predict(X[:10]) + 1) % 3
    labels = np.concatenate([wrong, hard.predict(X[10:])])
    assert calibrate_link(load_model(hard), frame, labels).assumed.error_rate == pytest.approx(11 / 122)


def test_calibrated_link_refusals() -> None:
    X, y, _ = table("", 2)
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(4)])
    with pytest.raises(RequestError, match=r"^the LogisticRegression gives its own probabilities \(exact \(logits\)\)"):
        calibrate_link(load_model(LogisticRegression().fit(X, y)), frame, y)
    model = load_model(LinearSVC().fit(X, y))
    with pytest.raises(RequestError, match=r"^each row needs one label, got 120 rows and 3 labels$"):
        calibrate_link(model, frame, y[:3])
    with pytest.raises(SchemaError, match=r"^label 'z' is none of the model's classes \['a', 'b'\]$"):
        calibrate_link(model, frame, np.array(["z"] * len(frame)))


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"link_slope": -1}, "the link slope must be a positive number, got -1"),
        ({"error_rate": 1.5}, "the error rate must lie between 0 and 1, got 1.5"),
        ({"error_rate": "x"}, "the error rate must be a positive number, got 'x'"),
        ({"noise_scale": 1.0}, "a noise scale is for regressors, and this model is a classifier; leave it out"),
    ],
)
def test_settings_out_of_range(settings: dict[str, Any], text: str) -> None:
    X, y, _ = table("", 2)
    with pytest.raises(RequestError) as caught:
        load_model(LogisticRegression().fit(X, y), **settings)
    assert str(caught.value) == text
