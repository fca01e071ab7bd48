"""Facts of transformers, against the data they were fitted on."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA, FactorAnalysis, FastICA, IncrementalPCA, TruncatedSVD
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from tests.families.sklearn.disclose.checks import TIGHT, by_feature, check_moments, check_rows, inspect, one
from tests.families.sklearn.disclose.tables import BINARY, FRAME, LINEAR, MIXED, NAMES, VALUE, N, X, Y, holed


def test_standard_scaler() -> None:
    found = inspect(StandardScaler().fit(FRAME))
    check_moments(found, FRAME)
    assert one(found, "SampleSize").n == N
    assert found.of("Moments")[0].source == "mean_"
    assert found.of("Moments")[0].exact is True


def test_standard_scaler_with_gaps_counts_each_column() -> None:
    frame = holed()
    found = inspect(StandardScaler().fit(frame))
    check_moments(found, frame)
    assert {name: fact.n for name, fact in by_feature(found, "Moments").items()} == frame.count().to_dict()


def test_weighted_scaler_says_so() -> None:
    weights = np.linspace(0.5, 3.0, N)
    found = inspect(StandardScaler().fit(FRAME, sample_weight=weights))
    fact = by_feature(found, "Moments")["age"]
    np.testing.assert_allclose(fact.mean, np.average(FRAME["age"], weights=weights), **TIGHT)
    assert fact.exact == "of the rows as weighted"
    assert not found.of("SampleSize")


def test_min_max_and_max_abs() -> None:
    ranges = by_feature(inspect(MinMaxScaler((-2, 5)).fit(FRAME)), "Range")
    for name in NAMES:
        assert (ranges[name].low, ranges[name].high) == (FRAME[name].min(), FRAME[name].max())
    largest = by_feature(inspect(MaxAbsScaler().fit(FRAME)), "Range")
    for name in NAMES:
        assert (-largest[name].low, largest[name].high) == (FRAME[name].abs().max(),) * 2
        assert largest[name].exact == "one end is reached"


def test_robust_scaler() -> None:
    facts = by_feature(inspect(RobustScaler(quantile_range=(10, 80)).fit(FRAME)), "Quantiles")
    for name in NAMES:
        np.testing.assert_allclose(facts[name].quantiles, [FRAME[name].median()], **TIGHT)
        np.testing.assert_allclose(facts[name].width, np.subtract(*np.percentile(FRAME[name], [80, 10])), **TIGHT)
        assert facts[name].width_between == (0.1, 0.8)


def test_quantile_transformer_with_a_quantile_a_row_is_the_column() -> None:
    frame = FRAME.assign(even=np.arange(N) // 2 % 5)  # each value of the last column is held by many rows
    with pytest.warns(UserWarning, match="n_quantiles"):
        found = inspect(QuantileTransformer().fit(frame))
    for name, fact in by_feature(found, "Quantiles").items():
        np.testing.assert_allclose(fact.quantiles, np.sort(frame[name]), **TIGHT)
        assert fact.personal is (name != "even")
        assert fact.exact is True
    assert one(found, "SampleSize").n == N


def test_quantile_transformer() -> None:
    found = inspect(QuantileTransformer(n_quantiles=11).fit(FRAME))
    for name, fact in by_feature(found, "Quantiles").items():
        np.testing.assert_allclose(fact.quantiles, np.quantile(FRAME[name], np.linspace(0, 1, 11)), **TIGHT)
        assert not fact.personal
        assert fact.exact == "of at most 10000 rows"
    assert not found.of("SampleSize")


def test_power_transformer_speaks_of_the_transformed_column() -> None:
    step = PowerTransformer(method="yeo-johnson").fit(FRAME)
    facts = by_feature(inspect(step), "Moments")
    bare = PowerTransformer(standardize=False).fit_transform(FRAME)
    for i, name in enumerate(NAMES):
        np.testing.assert_allclose(facts[f"yeo-johnson({name})"].mean, bare[:, i].mean(), rtol=1e-6)


def test_discretiser() -> None:
    found = inspect(KBinsDiscretizer(4, encode="ordinal", strategy="uniform").fit(FRAME))
    for name in NAMES:
        low, high = FRAME[name].min(), FRAME[name].max()
        np.testing.assert_allclose(by_feature(found, "BinEdges")[name].edges, np.linspace(low, high, 5), **TIGHT)
        fact = by_feature(found, "Range")[name]
        np.testing.assert_allclose([fact.low, fact.high], [low, high], **TIGHT)
    step = KBinsDiscretizer(4, encode="ordinal", strategy="quantile", **LINEAR).fit(FRAME)
    for name, fact in by_feature(inspect(step), "Quantiles").items():
        np.testing.assert_allclose(fact.quantiles, np.quantile(FRAME[name], [0, 0.25, 0.5, 0.75, 1]), **TIGHT)


@pytest.mark.parametrize("encoder", [OneHotEncoder(), OrdinalEncoder()], ids=["one-hot", "ordinal"])
def test_encoders(encoder: object) -> None:
    facts = by_feature(inspect(encoder.fit(MIXED[["job", "sex"]])), "Categories")  # type: ignore[attr-defined]
    assert facts["job"].categories == ("clerk", "cook", "nurse")
    assert facts["sex"].categories == ("f", "m")


def test_target_encoder_without_smoothing_gives_the_means() -> None:
    found = inspect(TargetEncoder(smooth=0.0).fit(MIXED[["job"]], VALUE))
    means = MIXED.assign(y=VALUE).groupby("job")["y"].mean()
    fact = one(found, "TargetMeans")
    np.testing.assert_allclose(dict(zip(fact.categories, fact.means, strict=True))["cook"], means["cook"], **TIGHT)
    np.testing.assert_allclose(one(found, "TargetMoments").mean, VALUE.mean(), **TIGHT)
    assert one(inspect(TargetEncoder().fit(MIXED[["job"]], BINARY)), "TargetMeans").exact is False
    several = inspect(TargetEncoder(smooth=0.0).fit(MIXED[["job", "sex"]], Y)).of("TargetMeans")
    assert len(several) == 6
    for fact in several:
        name = fact.features[0]
        expected = (fact.within == Y)[MIXED[name] == fact.categories[0]].mean()
        np.testing.assert_allclose(fact.means[0], expected, **TIGHT)


def test_simple_imputer() -> None:
    frame = holed()
    check_moments(inspect(SimpleImputer().fit(frame)), frame, ddof=None)
    medians = by_feature(inspect(SimpleImputer(strategy="median").fit(frame)), "Quantiles")
    assert {name: fact.quantiles[0] for name, fact in medians.items()} == frame.median().to_dict()


def test_neighbour_imputer_holds_the_table_gaps_included() -> None:
    frame = holed()
    check_rows(one(inspect(KNNImputer().fit(frame)), "Rows"), frame)


def test_imputer_behind_a_scaler_goes_back_to_raw_rows() -> None:
    found = inspect(make_pipeline(StandardScaler(), KNNImputer()).fit(holed()))
    check_rows(one(found, "Rows"), holed())
    assert one(found, "Rows").source == "named_steps['knnimputer']._fit_X"


def test_iterative_imputer_reads_its_start_and_its_regressions() -> None:
    frame = holed()
    found = inspect(IterativeImputer(random_state=0, max_iter=2).fit(frame))
    start = {f.features[0]: f.mean for f in found.of("Moments") if f.source.startswith("initial_imputer_")}
    np.testing.assert_allclose([start[name] for name in NAMES], frame.mean(), **TIGHT)
    assert any("gaps filled" in str(f.exact) for f in found)


@pytest.mark.parametrize("step", [PCA(), IncrementalPCA(batch_size=N)], ids=["pca", "incremental"])
def test_full_projection_gives_the_covariance(step: object) -> None:
    found = inspect(step.fit(FRAME))  # type: ignore[attr-defined]
    check_moments(found, FRAME, ddof=None)
    fact = one(found, "Covariance")
    np.testing.assert_allclose(fact.matrix, np.cov(X.T), rtol=1e-8, atol=1e-8)
    assert (fact.exact, fact.ddof, fact.n) == (True, 1, N)


def test_projection_behind_a_scaler_speaks_in_raw_units() -> None:
    found = inspect(make_pipeline(MinMaxScaler(), PCA()).fit(FRAME))
    np.testing.assert_allclose(one(found, "Covariance").matrix, np.cov(X.T), rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(one(found, "Covariance").mean, X.mean(0), **TIGHT)


def test_fewer_components_are_said_to_be_approximate() -> None:
    assert one(inspect(PCA(2).fit(FRAME)), "Covariance").exact is False
    assert not inspect(TruncatedSVD(2).fit(FRAME)).of("Covariance")
    assert one(inspect(FactorAnalysis(1).fit(FRAME)), "Covariance").exact is False
    check_moments(inspect(FastICA(2, random_state=0).fit(FRAME)), FRAME, ddof=None)


def test_polynomials_state_nothing_and_pass_single_columns() -> None:
    assert not len(inspect(PolynomialFeatures(2).fit(FRAME)))
    found = inspect(make_pipeline(PolynomialFeatures(2, include_bias=False), StandardScaler()).fit(FRAME))
    facts = by_feature(found, "Moments")
    np.testing.assert_allclose(facts["age"].mean, FRAME["age"].mean(), **TIGHT)
    assert "polynomialfeatures[3]" in facts
