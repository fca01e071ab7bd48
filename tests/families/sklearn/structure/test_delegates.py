"""An estimator predicts as its delegate does, on rows that were carried there and back to its target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import is_regressor
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import StackingClassifier, StackingRegressor
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import BayesianRidge, LinearRegression, LogisticRegression, RANSACRegressor
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, PowerTransformer, StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from retrodict.families.sklearn.structure.delegates import DELEGATES, delegate_of
from retrodict.models import load_model
from retrodict.sanitizing import sanitize

_RNG = np.random.default_rng(4)
X = _RNG.normal(size=(150, 3))
VALUES = 3.0 + X @ [1.0, -2.0, 0.5] + 0.3 * _RNG.normal(size=150)
CLASSES = np.where(VALUES > 3.0, "yes", "no")
_CODES = (VALUES > 3.0).astype(int)
_GRID: dict[str, Any] = {"C": [0.5, 2.0]}

FITTED: dict[type, Any] = {
    type(estimator): estimator
    for estimator in (
        make_pipeline(StandardScaler(), "passthrough", LogisticRegression()).fit(X, CLASSES),
        TransformedTargetRegressor(BayesianRidge(), transformer=PowerTransformer()).fit(X, VALUES),
        FrozenEstimator(LogisticRegression().fit(X, CLASSES)),
        SelfTrainingClassifier(LogisticRegression()).fit(X, np.where(X[:, 2] > 1.0, -1, _CODES)),
        RANSACRegressor(LinearRegression(), random_state=0).fit(X, VALUES),
        GridSearchCV(LogisticRegression(), _GRID).fit(X, CLASSES),
        RandomizedSearchCV(LogisticRegression(), _GRID, n_iter=1, random_state=0).fit(X, CLASSES),
        HalvingGridSearchCV(LogisticRegression(), _GRID, random_state=0).fit(X, CLASSES),
        HalvingRandomSearchCV(LogisticRegression(), _GRID, random_state=0).fit(X, CLASSES),
        FixedThresholdClassifier(LogisticRegression()).fit(X, CLASSES),
        TunedThresholdClassifierCV(LogisticRegression()).fit(X, CLASSES),
        StackingClassifier([("tree", DecisionTreeClassifier(max_depth=2))], passthrough=True).fit(X, CLASSES),
        StackingRegressor([("tree", DecisionTreeRegressor(max_depth=2))]).fit(X, VALUES),
    )
}


def test_every_delegate_is_tested() -> None:
    assert set(FITTED) == set(DELEGATES)


@pytest.mark.parametrize("estimator", FITTED.values(), ids=lambda e: type(e).__name__)
def test_the_whole_predicts_as_its_delegate(estimator: Any) -> None:
    delegate = delegate_of(estimator)
    assert delegate is not None
    rows = X if delegate.reach is None else delegate.reach(X)
    if is_regressor(estimator):
        out = delegate.estimator.predict(rows)
        out = out if delegate.target is None else delegate.target(out)
        np.testing.assert_array_equal(out, estimator.predict(X))
    else:
        np.testing.assert_array_equal(delegate.estimator.predict_proba(rows), estimator.predict_proba(X))


def test_what_predicts_itself_or_otherwise_has_none() -> None:
    class Doubled(Pipeline):
        def predict(self, X: Any) -> Any:
            return 2.0 * super().predict(X)

    steps = [("scale", StandardScaler()), ("fit", LinearRegression())]
    assert delegate_of(LinearRegression().fit(X, VALUES)) is None
    assert delegate_of(Doubled(steps).fit(X, VALUES)) is None
    assert delegate_of(make_pipeline(StandardScaler(), "passthrough").fit(X)) is None


def test_noise_follows_delegates_that_saw_all_rows() -> None:
    plain = load_model(BayesianRidge().fit(X, VALUES))
    scaled = make_pipeline(StandardScaler(), MinMaxScaler((-1, 1)))
    for whole in (
        HalvingGridSearchCV(BayesianRidge(), {"max_iter": [200, 300]}, random_state=0),
        TransformedTargetRegressor(BayesianRidge(), transformer=scaled),
    ):
        assert load_model(whole.fit(X, VALUES)).noise_scale == pytest.approx(plain.noise_scale, rel=1e-3)
    inliers = load_model(RANSACRegressor(BayesianRidge(), min_samples=20, random_state=0).fit(X, VALUES))
    assert (inliers.noise_scale, inliers.noise_source) == (None, "not stored by RANSACRegressor")


def test_a_name_goes_in_as_far_as_rows_stay_as_they_are() -> None:
    names = {cls.__name__: load_model(estimator).family for cls, estimator in FITTED.items()}
    assert names["HalvingGridSearchCV"] == "HalvingGridSearchCV(LogisticRegression)"
    assert names["TransformedTargetRegressor"] == "TransformedTargetRegressor(BayesianRidge)"
    assert names["Pipeline"] == "Pipeline(StandardScaler, LogisticRegression)"
    assert names["StackingClassifier"] == "StackingClassifier"


def test_a_halving_search_loses_its_table_of_scores() -> None:
    clean = sanitize(FITTED[HalvingGridSearchCV])
    assert not hasattr(clean.model.estimator, "cv_results_")
    assert clean.identical
