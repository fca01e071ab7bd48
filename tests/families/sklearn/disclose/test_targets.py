"""What models state of the target: means, medians and quantiles, for each loss and each constant."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import QuantileRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, NearestCentroid
from sklearn.tree import DecisionTreeRegressor

from tests.families.sklearn.disclose.checks import TIGHT, check_shares, inspect, one
from tests.families.sklearn.disclose.tables import BINARY, FRAME, NAMES, VALUE, N, Y, shares

POSITIVE = np.exp(VALUE / 100.0)


@pytest.mark.parametrize(("loss", "at"), [("absolute_error", 0.5), ("quantile", 0.3), ("huber", 0.5)])
def test_boosting_starts_from_a_quantile(loss: str, at: float) -> None:
    models: list[Any] = [GradientBoostingRegressor(loss=loss, alpha=0.3 if loss == "quantile" else 0.9, n_estimators=2)]
    if loss != "huber":
        quantile = at if loss == "quantile" else None
        models.append(HistGradientBoostingRegressor(loss=loss, quantile=quantile, max_iter=2, early_stopping=False))
    for model in models:
        found = inspect(model.fit(FRAME, VALUE))
        fact = one(found, "TargetQuantiles")
        assert fact.probabilities == (at,)
        np.testing.assert_allclose(fact.quantiles, [np.quantile(VALUE, at)], **TIGHT)
        assert not found.of("TargetMoments")


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_boosting_of_counts_starts_from_the_logarithm_of_the_mean(loss: Any) -> None:
    found = inspect(HistGradientBoostingRegressor(loss=loss, max_iter=2, early_stopping=False).fit(FRAME, POSITIVE))
    np.testing.assert_allclose(one(found, "TargetMoments").mean, POSITIVE.mean(), rtol=1e-7)


def test_roots_of_trees() -> None:
    found = inspect(DecisionTreeRegressor(criterion="absolute_error", max_depth=2).fit(FRAME, VALUE))
    np.testing.assert_allclose(one(found, "TargetQuantiles").quantiles, [np.median(VALUE)], **TIGHT)
    assert one(found, "TargetQuantiles").exact is True
    fact = one(inspect(DecisionTreeRegressor(criterion="poisson", max_depth=2).fit(FRAME, POSITIVE)), "TargetMoments")
    np.testing.assert_allclose(fact.mean, POSITIVE.mean(), **TIGHT)
    assert fact.variance is None
    forest = RandomForestRegressor(3, criterion="absolute_error", max_depth=2, random_state=0).fit(FRAME, VALUE)
    assert one(inspect(forest), "TargetQuantiles").exact is False


@pytest.mark.parametrize(
    ("settings", "at"), [({"strategy": "median"}, 0.5), ({"strategy": "quantile", "quantile": 0.2}, 0.2)]
)
def test_constants(settings: dict[str, Any], at: float) -> None:
    fact = one(inspect(DummyRegressor(**settings).fit(FRAME, VALUE)), "TargetQuantiles")
    np.testing.assert_allclose(fact.quantiles, [np.quantile(VALUE, at)], rtol=0.05)
    assert fact.probabilities == (at,)


def test_constants_of_several_targets_and_of_none() -> None:
    both = np.column_stack([VALUE, POSITIVE])
    found = inspect(DummyRegressor().fit(FRAME, both)).of("TargetMoments")
    np.testing.assert_allclose([fact.mean for fact in found], both.mean(axis=0), **TIGHT)
    assert not len(inspect(DummyRegressor(strategy="constant", constant=3.0).fit(FRAME, VALUE)))


def test_a_median_goes_back_through_a_curve_and_a_mean_does_not() -> None:
    for strategy in ("median", "mean"):
        model = TransformedTargetRegressor(DummyRegressor(strategy=strategy), func=np.log, inverse_func=np.exp)
        found = inspect(model.fit(FRAME.iloc[:89], POSITIVE[:89]))
        if strategy == "median":
            np.testing.assert_allclose(one(found, "TargetQuantiles").quantiles, [np.median(POSITIVE[:89])], rtol=1e-9)
        else:
            assert not found.of("TargetMoments")


def test_a_flat_plane_is_a_quantile() -> None:
    model = QuantileRegressor(quantile=0.25, alpha=1e6).fit(FRAME, VALUE)
    fact = one(inspect(model), "TargetQuantiles")
    assert abs((fact.quantiles[0] >= VALUE).mean() - 0.25) <= 1.0 / N + 1e-9
    assert not len(inspect(QuantileRegressor(alpha=0.0).fit(FRAME, VALUE)))


def test_isotonic_steps_are_values_that_rows_take() -> None:
    found = inspect(IsotonicRegression().fit(FRAME[["age"]], VALUE))
    fact = one(found, "Values")
    assert set(fact.taken.tolist()) <= set(FRAME["age"])
    assert fact.personal is None
    means = one(found, "TargetMeans")
    inner = dict(zip(means.categories, means.means, strict=True))
    assert min(inner.values()) >= VALUE.min()
    assert max(inner.values()) <= VALUE.max()


def test_curves_of_calibration_are_read() -> None:
    found = inspect(CalibratedClassifierCV(GaussianNB(), method="isotonic", cv=2).fit(FRAME, BINARY))
    facts = [fact for fact in found.of("Values") if "calibrators" in fact.source]
    assert len(facts) == 2
    assert {fact.features for fact in facts} == {("score[0]",)}
    assert {fact.exact for fact in facts} == {"of the rows of one fold"}
    assert found.unread == ()
    assert inspect(CalibratedClassifierCV(GaussianNB(), cv=2).fit(FRAME, BINARY)).unread == ()


def test_class_medians() -> None:
    facts = inspect(NearestCentroid(metric="manhattan").fit(FRAME, Y)).of("Quantiles")
    told = {(fact.within, fact.features[0]): fact.quantiles[0] for fact in facts}
    assert told == {(label, name): FRAME[name][label == Y].median() for label in set(Y) for name in NAMES}


def test_several_targets_at_once() -> None:
    labels = np.column_stack([Y, BINARY]).astype(object)
    fact = one(inspect(KNeighborsClassifier().fit(FRAME, labels)), "Rows")
    assert list(fact.labels) == [tuple(row) for row in labels.tolist()]
    both = np.column_stack([VALUE, POSITIVE])
    fact = one(inspect(KNeighborsRegressor().fit(FRAME, both)), "Rows")
    assert list(fact.labels) == [tuple(row) for row in both.tolist()]
    facts = {fact.within: fact for fact in inspect(DummyClassifier().fit(FRAME, labels)).of("ClassShares")}
    check_shares(facts["target 0"], shares(Y))
    check_shares(facts["target 1"], shares(BINARY))
    codes = np.column_stack([Y == "hi", BINARY == "no"]).astype(int)
    assert not inspect(RandomForestClassifier(3, random_state=0).fit(FRAME, codes)).of("ClassShares")
