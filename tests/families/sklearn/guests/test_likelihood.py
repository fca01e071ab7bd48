"""Boosted models of other libraries inside scikit-learn models: likelihoods from margins, noise of objectives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from retrodict.models.contract import noise_scale
from retrodict.models.noise import Laplace, Poisson, noise_of
from tests.families.sklearn.guests.boosters import LIBRARIES, booster, mixed, table

MARGINS, MEMBERS, OUTPUT = "exact (margins)", "exact (members' logits)", "exact (predict_proba)"

WRAPPERS: dict[str, tuple[Any, str, int]] = {
    "mixed": (mixed, MARGINS, 3),
    "calibrated": (lambda one: CalibratedClassifierCV(one, cv=2), OUTPUT, 2),
    "search": (lambda one: GridSearchCV(one, {}, cv=2), MARGINS, 2),
    "voting": (lambda one: VotingClassifier([("b", one), ("l", LogisticRegression())], voting="soft"), MEMBERS, 3),
    "stacked": (lambda one: StackingClassifier([("l", LogisticRegression())], one, cv=2), MARGINS, 3),
    "bagged": (lambda one: BaggingClassifier(one, 3, max_features=2, random_state=0), MEMBERS, 2),
    "one against the rest": (OneVsRestClassifier, MEMBERS, 3),
    "one of two": (OneVsRestClassifier, MEMBERS, 2),
    "thresholded": (lambda one: FixedThresholdClassifier(one, threshold=0.3), MARGINS, 2),
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_likelihood_is_what_the_whole_says(library: str, wrapper: str) -> None:
    wrap, route, classes = WRAPPERS[wrapper]
    frame, score = table()
    y = np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))
    X: Any = frame if wrapper == "mixed" else frame[["age", "bmi"]].fillna(25.0).to_numpy()
    estimator = wrap(booster(library)).fit(X, y)
    model: Any = rd.load_model(estimator)
    rows = model.schema.encode(X) if wrapper == "mixed" else X
    assert model.likelihood == route
    np.testing.assert_allclose(np.exp(model.log_proba(rows)), estimator.predict_proba(X), atol=3e-7)
    np.testing.assert_allclose(np.exp(model.log_proba(rows)).sum(axis=1), 1.0, atol=1e-12)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_frozen_guest_is_scored_as_itself(library: str) -> None:
    frame, score = table()
    X = frame[["age"]].to_numpy()
    own = booster(library).fit(X, (score > 3).astype(int))
    model: Any = rd.load_model(FrozenEstimator(own))
    alone: Any = rd.load_model(own)
    np.testing.assert_array_equal(model.log_proba(X), alone.log_proba(X))


@pytest.mark.parametrize("library", LIBRARIES)
def test_tails_are_kept_where_probabilities_of_32_bits_are_one(library: str) -> None:
    X = np.repeat([[0.0], [1.0]], 200, axis=0)
    y = np.repeat([0, 1], 200)
    sure: dict[str, dict[str, Any]] = {
        "catboost": {"learning_rate": 1.0, "iterations": 200, "l2_leaf_reg": 0},
        "lightgbm": {"learning_rate": 0.9, "n_estimators": 60, "min_child_weight": 1e-12},
        "xgboost": {"learning_rate": 1.0, "n_estimators": 60, "min_child_weight": 0, "reg_lambda": 0},
    }
    estimator = make_pipeline(StandardScaler(), booster(library, **sure[library])).fit(X, y)
    model: Any = rd.load_model(estimator)
    least = model.log_proba(X)[:, 1].min()
    assert np.isfinite(least)
    assert least < -10.0


@pytest.mark.parametrize("library", LIBRARIES)
def test_noise_is_that_of_the_inner_objective(library: str) -> None:
    frame, score = table()
    X = frame[["age"]].to_numpy()
    counts = {"xgboost": {"objective": "count:poisson"}, "lightgbm": {"objective": "poisson"}}
    counts["catboost"] = {"loss_function": "Poisson"}
    middle = {"xgboost": {"objective": "reg:absoluteerror"}, "lightgbm": {"objective": "l1"}}
    middle["catboost"] = {"loss_function": "MAE"}
    whole = make_pipeline(StandardScaler(), booster(library, False, **counts[library])).fit(X, np.round(score + 2))
    median = make_pipeline(StandardScaler(), booster(library, False, **middle[library])).fit(X, score)
    model: Any = rd.load_model(whole)
    assert noise_of(model) == Poisson()
    np.testing.assert_array_equal(model.predict(X), whole.predict(X))
    assert isinstance(noise_of(rd.load_model(median)), Laplace)
    scaled = TransformedTargetRegressor(booster(library, False), transformer=StandardScaler()).fit(X, score)
    model = rd.load_model(scaled)
    np.testing.assert_array_equal(model.predict(X), scaled.predict(X))
    searched = GridSearchCV(booster(library, False), {}, cv=2, scoring="neg_mean_squared_error").fit(X, score)
    assert noise_scale(rd.load_model(searched)) == pytest.approx(np.sqrt(-searched.best_score_))


def test_a_subclass_that_changes_its_probabilities_is_asked_itself() -> None:
    xgboost = pytest.importorskip("xgboost")

    class Shrunk(xgboost.XGBClassifier):  # type: ignore[misc, name-defined]
        def predict_proba(self, X: Any, **settings: Any) -> Any:
            return 0.5 * super().predict_proba(X, **settings) + 0.25

    frame, score = table()
    X = frame[["age"]].to_numpy()
    estimator = make_pipeline(StandardScaler(), Shrunk(n_estimators=3, n_jobs=1)).fit(X, (score > 3).astype(int))
    model: Any = rd.load_model(estimator)
    np.testing.assert_allclose(np.exp(model.log_proba(X)), estimator.predict_proba(X), atol=1e-7)


def test_what_a_family_refuses_alone_is_refused_inside_too() -> None:
    xgboost = pytest.importorskip("xgboost")
    frame, score = table()
    X = frame[["age"]].to_numpy()
    survival = xgboost.XGBRegressor(objective="survival:cox", n_estimators=3, n_jobs=1)
    estimator = make_pipeline(StandardScaler(), survival).fit(X, np.abs(score))
    with pytest.raises(rd.errors.ModelError, match=r"surviv|cox"):
        rd.load_model(estimator)
