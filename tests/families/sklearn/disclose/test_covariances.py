"""Facts of covariance estimators, against the data they were fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.covariance import (
    OAS,
    EllipticEnvelope,
    EmpiricalCovariance,
    GraphicalLasso,
    LedoitWolf,
    MinCovDet,
    ShrunkCovariance,
)
from sklearn.decomposition import FastICA, TruncatedSVD
from sklearn.mixture import BayesianGaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.families.sklearn.disclose.checks import TIGHT, check_moments, inspect, one
from tests.families.sklearn.disclose.tables import FRAME, N, X


@pytest.mark.parametrize("cls", [EmpiricalCovariance, ShrunkCovariance, LedoitWolf, OAS])
def test_shrinking_is_undone(cls: Any) -> None:
    found = inspect(cls().fit(FRAME))
    check_moments(found, FRAME, ddof=None)
    fact = one(found, "Covariance")
    np.testing.assert_allclose(fact.matrix, np.cov(X.T, ddof=0), rtol=1e-8, atol=1e-8)
    assert fact.exact is True


def test_no_mean_is_told_where_none_was_taken_off() -> None:
    found = inspect(LedoitWolf(assume_centered=True).fit(FRAME))
    assert not found.of("Moments")
    assert one(found, "Covariance").exact is False
    assert one(inspect(GraphicalLasso(alpha=1.0).fit(FRAME)), "Covariance").exact is False


@pytest.mark.parametrize("cls", [MinCovDet, EllipticEnvelope])
def test_rows_taken_for_no_outliers(cls: Any) -> None:
    model = cls(random_state=0).fit(FRAME)
    found = inspect(model)
    facts = {fact.source: fact for fact in found.of("RowEntries")}
    inliers = FRAME[facts["support_"].entries]
    check_moments(found, inliers, ddof=None)
    assert facts["dist_"].entries.shape == (N,)
    assert one(found, "SampleSize").n == N


def test_independent_components_give_the_covariance() -> None:
    found = inspect(make_pipeline(StandardScaler(), FastICA(random_state=0, max_iter=1000)).fit(FRAME))
    fact = one(found, "Covariance")
    np.testing.assert_allclose(fact.matrix, np.cov(X.T, ddof=0), rtol=1e-6, atol=1e-6)
    assert not inspect(FastICA(2, random_state=0, max_iter=1000).fit(FRAME)).of("Covariance")


def test_variances_along_components() -> None:
    step = TruncatedSVD(2, random_state=0)
    spread = step.fit_transform(FRAME).var(axis=0)
    np.testing.assert_allclose([fact.variance for fact in inspect(step).of("Moments")], spread, **TIGHT)


def test_a_mixture_with_a_prior_is_near_the_moments() -> None:
    found = inspect(BayesianGaussianMixture(n_components=2, random_state=0, max_iter=500).fit(FRAME))
    assert {fact.exact for fact in found.of("Moments")} == {False}
    means = {fact.features[0]: fact.mean for fact in found.of("Moments")}
    assert abs(means["height"] - FRAME["height"].mean()) < 1.0
    assert one(found, "Centres").personal is None
