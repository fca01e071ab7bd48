"""Every scikit-learn classifier and regressor keeps the same promises."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.svm import SVC

from retrodict.models import Classifier, Regressor, load_model
from retrodict.models.noise import Gamma, Gaussian, Laplace, Poisson, noise_of
from tests.families.sklearn.model.sweep import BINARY_ONLY, fitted, names_of

CASES = [(name, k) for name in names_of("classifier") for k in (2, 3) if k == 2 or name not in BINARY_ONLY]


@pytest.mark.filterwarnings("error:X does not have valid feature names")
@pytest.mark.parametrize(("name", "k"), CASES)
def test_classifier(name: str, k: int) -> None:
    try:
        estimator, X = fitted("classifier", name, k)
    except ValueError as error:
        if k == 2:
            raise
        pytest.skip(f"binary only: {error}")
    model = load_model(estimator)
    out = model.log_proba(X)
    assert isinstance(model, Classifier)
    assert out.shape == (len(X), k)
    assert out.dtype == np.float64
    assert model.schema.target.classes == ("a", "b", "c")[:k]
    np.testing.assert_allclose(np.exp(out).sum(axis=1), 1.0, atol=1e-9)
    if hasattr(estimator, "predict_proba"):
        assert model.likelihood.startswith("exact")
        np.testing.assert_allclose(np.exp(out), estimator.predict_proba(X), atol=1e-9)
    else:
        assert model.likelihood.startswith(("assumed link", "hard label"))
        assert (estimator.classes_[out.argmax(axis=1)] == estimator.predict(X)).all()
    assert model.log_proba(X[:0]).shape == (0, k)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.log_proba(X[:5]), model.log_proba(X[:5]))


_NOISES: dict[str, type] = {"GammaRegressor": Gamma, "PoissonRegressor": Poisson, "QuantileRegressor": Laplace}
"""Those whose default loss is not squared error (a Tweedie regressor's default power is 0, which is)."""


@pytest.mark.parametrize("name", names_of("regressor"))
def test_regressor(name: str) -> None:
    estimator, X = fitted("regressor", name)
    model = load_model(estimator)
    assert isinstance(model, Regressor)
    np.testing.assert_array_equal(model.predict(X), np.ravel(estimator.predict(X)))
    assert model.predict(X[:0]).shape == (0,)
    assert model.noise_scale is None or model.noise_scale > 0
    assert model.noise_source
    noise = noise_of(model)
    assert noise is not None
    assert type(noise) is _NOISES.get(name, Gaussian)
    assert noise.name in model.likelihood
    if noise.scaled:
        assert model.with_noise(2.0, "stated").noise_scale == 2.0


@pytest.mark.parametrize("name", ["GaussianNB", "DecisionTreeClassifier", "KNeighborsClassifier", "DummyClassifier"])
def test_single_class(name: str) -> None:
    X = np.zeros((5, 2))
    estimator = fitted("classifier", name)[0].fit(X, ["only"] * 5)
    np.testing.assert_array_equal(load_model(estimator).log_proba(X), np.zeros((5, 1)))


def test_zero_probability_is_minus_infinity() -> None:
    estimator, X = fitted("classifier", "DecisionTreeClassifier")
    out = load_model(estimator).log_proba(X)
    assert set(np.unique(out)) == {-np.inf, 0.0}


def test_scores_of_pairs_fall_to_labels() -> None:
    estimator, X = fitted("classifier", "SVC", 3)
    estimator = SVC(decision_function_shape="ovo").fit(X, estimator.predict(X))
    model = load_model(estimator, error_rate=0.1)
    out = np.exp(model.log_proba(X))
    assert model.likelihood == "hard label, error rate 0.1"
    np.testing.assert_allclose(np.sort(out, axis=1), np.tile([0.05, 0.05, 0.9], (len(X), 1)))
