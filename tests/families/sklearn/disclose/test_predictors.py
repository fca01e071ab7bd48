"""Facts of predictors that are no trees, against the data they were fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import (
    BayesianRidge,
    HuberRegressor,
    LinearRegression,
    LogisticRegression,
    SGDClassifier,
)
from sklearn.mixture import GaussianMixture
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import (
    KernelDensity,
    KNeighborsClassifier,
    KNeighborsRegressor,
    LocalOutlierFactor,
    NearestCentroid,
    RadiusNeighborsClassifier,
)
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler
from sklearn.svm import SVC, SVR, NuSVC, OneClassSVM

from tests.families.sklearn.disclose.checks import TIGHT, check_moments, check_rows, check_shares, inspect, one
from tests.families.sklearn.disclose.tables import BINARY, FRAME, MIXED, NAMES, VALUE, N, X, Y, shares


def test_gaussian_bayes_less_its_smoothing() -> None:
    found = inspect(GaussianNB(var_smoothing=1e-2).fit(FRAME, Y))
    for label in shares():
        check_moments(found, FRAME[label == Y], within=label)
    check_shares(one(found, "ClassShares"), shares())
    assert one(found, "SampleSize").n == N


@pytest.mark.parametrize("cls", [MultinomialNB, ComplementNB])
def test_count_bayes(cls: Any) -> None:
    frame = FRAME.abs()
    found = inspect(cls().fit(frame, Y))
    for label in shares():
        check_moments(found, frame[label == Y], within=label, ddof=None)
    check_shares(one(found, "ClassShares"), shares())


def test_bernoulli_bayes_names_the_cut() -> None:
    found = inspect(BernoulliNB(binarize=2.5).fit(FRAME, Y))
    facts = {f.features[0]: f.mean for f in found.of("Moments") if f.within == "lo"}
    np.testing.assert_allclose(facts["ratio>2.5"], (FRAME["ratio"] > 2.5)[Y == "lo"].mean(), **TIGHT)


def test_categorical_bayes_counts_categories() -> None:
    found = inspect(make_pipeline(OrdinalEncoder(), CategoricalNB()).fit(MIXED[["job", "sex"]], Y))
    fact = next(f for f in found.of("CategoryCounts") if f.features == ("job",) and f.within == "hi")
    assert dict(zip(fact.categories, fact.counts, strict=True)) == MIXED["job"][Y == "hi"].value_counts().to_dict()


@pytest.mark.parametrize("solver", ["svd", "lsqr", "eigen"])
def test_linear_discriminant(solver: str) -> None:
    found = inspect(LinearDiscriminantAnalysis(solver=solver).fit(FRAME, Y))
    for label in shares():
        check_moments(found, FRAME[label == Y], within=label, ddof=None)
    check_moments(found, FRAME, ddof=None)
    check_shares(one(found, "ClassShares"), shares())
    if solver != "svd":
        within = sum(share * np.cov(X[label == Y].T, ddof=0) for label, share in shares().items())
        np.testing.assert_allclose(one(found, "Covariance").matrix, within, **TIGHT)


def test_quadratic_discriminant_behind_a_scaler() -> None:
    found = inspect(make_pipeline(StandardScaler(), QuadraticDiscriminantAnalysis()).fit(FRAME, Y))
    check_shares(one(found, "ClassShares"), shares())
    for fact in found.of("Covariance"):
        np.testing.assert_allclose(fact.matrix, np.cov(X[fact.within == Y].T, ddof=fact.ddof), rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(fact.mean, X[fact.within == Y].mean(0), **TIGHT)


@pytest.mark.parametrize("kind", ["full", "tied", "diag", "spherical"])
def test_mixture_has_the_moments_of_its_data(kind: str) -> None:
    found = inspect(GaussianMixture(3, covariance_type=kind, random_state=0).fit(FRAME))
    facts = {f.features[0]: f for f in found.of("Moments")}
    np.testing.assert_allclose([facts[name].mean for name in NAMES], X.mean(0), rtol=1e-9)
    if kind != "spherical":
        np.testing.assert_allclose([facts[name].variance for name in NAMES], X.var(0), rtol=1e-6)
    if kind in {"full", "tied"}:
        np.testing.assert_allclose(one(found, "Covariance").matrix, np.cov(X.T, ddof=0), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "model",
    [KNeighborsClassifier(), KNeighborsClassifier(algorithm="brute"), RadiusNeighborsClassifier(50.0)],
    ids=["knn", "brute", "radius"],
)
def test_neighbours_hold_the_labelled_table(model: Any) -> None:
    found = inspect(make_pipeline(StandardScaler(), model).fit(FRAME, Y))
    check_rows(one(found, "Rows"), FRAME, Y)
    check_shares(one(found, "ClassShares"), shares())
    assert found.facts[0].kind == "Rows"


def test_other_stores_of_rows() -> None:
    check_rows(one(inspect(KNeighborsRegressor().fit(FRAME, VALUE)), "Rows"), FRAME, VALUE)
    check_rows(one(inspect(KernelDensity().fit(FRAME)), "Rows"), FRAME)
    check_rows(one(inspect(LocalOutlierFactor(novelty=True).fit(FRAME)), "Rows"), FRAME)
    kernel = make_pipeline(StandardScaler(), KernelRidge(alpha=0.3, kernel="rbf")).fit(FRAME, VALUE)
    check_rows(one(inspect(kernel), "Rows"), FRAME, VALUE)


def test_nearest_centroid() -> None:
    found = inspect(NearestCentroid(priors="empirical").fit(FRAME, Y))
    for label in shares():
        check_moments(found, FRAME[label == Y], within=label, ddof=None)
    check_shares(one(found, "ClassShares"), shares())


@pytest.mark.parametrize("model", [SVC(), NuSVC(nu=0.2)], ids=["svc", "nu"])
def test_support_vectors_are_the_rows_at_their_index(model: Any) -> None:
    fitted = make_pipeline(StandardScaler(), model).fit(FRAME, Y)
    fact = one(inspect(fitted), "Rows")
    assert list(fact.index) == fitted[-1].support_.tolist()
    check_rows(fact, FRAME.iloc[list(fact.index)], Y[list(fact.index)])
    assert one(inspect(fitted[-1]), "SampleSize").n == N


def test_support_vectors_without_labels() -> None:
    for model in (SVR(C=10.0), OneClassSVM()):
        fact = one(inspect(model.fit(FRAME, VALUE)), "Rows")
        check_rows(fact, FRAME.iloc[list(fact.index)])


def test_gaussian_processes() -> None:
    regressor = GaussianProcessRegressor(normalize_y=True, optimizer=None, alpha=1.0).fit(FRAME, VALUE)
    check_rows(one(inspect(regressor), "Rows"), FRAME, VALUE)
    two = GaussianProcessClassifier(optimizer=None).fit(FRAME, BINARY)
    check_rows(one(inspect(two), "Rows"), FRAME, BINARY)
    three = inspect(GaussianProcessClassifier(optimizer=None).fit(FRAME, Y))
    check_rows(one(three, "Rows"), FRAME, Y)
    check_shares(one(three, "ClassShares"), shares())


def test_linear_models_have_an_equation_of_means() -> None:
    found = inspect(make_pipeline(StandardScaler(), LinearRegression()).fit(FRAME, VALUE))
    fact = one(found, "Stationarity")
    np.testing.assert_allclose(fact.intercept + fact.coefficients @ X.mean(0), VALUE.mean(), **TIGHT)
    check_moments(inspect(BayesianRidge().fit(FRAME, VALUE)), FRAME, ddof=None)
    assert one(inspect(HuberRegressor(max_iter=1000).fit(FRAME / 100, VALUE)), "SampleSize").n == N
    assert not len(inspect(LogisticRegression().fit(FRAME / 100, BINARY)))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_rows_seen() -> None:
    for model in (MLPClassifier((3,), max_iter=4), SGDClassifier(max_iter=5)):
        found = inspect(model.fit(FRAME, Y))
        assert one(found, "RowsSeen").visits == N * one(found, "RowsSeen").passes
        assert one(found, "SampleSize").n == N
    assert not len(inspect(MLPClassifier((3,), solver="lbfgs", max_iter=4).fit(FRAME, Y)))


def test_constant_predictors() -> None:
    check_shares(one(inspect(DummyClassifier().fit(FRAME, Y)), "ClassShares"), shares())
    np.testing.assert_allclose(one(inspect(DummyRegressor().fit(FRAME, VALUE)), "TargetMoments").mean, VALUE.mean())
