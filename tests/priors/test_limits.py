"""Rows under the implied prior stay where the file shows that rows are: in ranges, on grids, on a side of zero."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri
from scipy.stats import truncnorm
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import retrodict as rd
from retrodict.disclosures import Covariance, Disclosures, Grid, Moments, Quantiles, Range, Thresholds
from retrodict.priors.marginals import Normal, Truncated, within_bounds

N = 300
_RNG = np.random.default_rng(11)
TABLE = pd.DataFrame(
    {
        "area": _RNG.lognormal(4.0, 1.0, N),
        "visits": _RNG.poisson(1.5, N).astype(float),
        "gain": np.where(_RNG.random(N) < 0.8, 0.0, _RNG.lognormal(8, 1, N)).round(),
        "share": _RNG.beta(0.4, 0.6, N),
        "price": (_RNG.lognormal(1.0, 0.6, N)).round(1),
        "fives": 5.0 * _RNG.integers(0, 40, N),
        "shift": _RNG.normal(0.0, 1.0, N),
    }
)
LABEL = (np.log(TABLE.area) + TABLE.visits + TABLE["shift"] > 5.5).astype(int)
FOREST = RandomForestClassifier(25, random_state=0)

MODELS: dict[str, Any] = {
    "range": make_pipeline(MinMaxScaler(), LogisticRegression()),
    "range, then a forest": make_pipeline(MinMaxScaler(), FOREST),
    "range and moments": make_pipeline(make_union(MinMaxScaler(), StandardScaler()), LogisticRegression()),
    "range, then classes": make_pipeline(MinMaxScaler(), GaussianNB()),
    "range, then covariances": make_pipeline(MinMaxScaler(), LinearDiscriminantAnalysis(solver="lsqr")),
    "range, then covariances of classes": make_pipeline(MinMaxScaler(), QuadraticDiscriminantAnalysis(reg_param=0.1)),
    "range, then vectors": make_pipeline(MinMaxScaler(), SVC()),
    "vectors": SVC(),
    "scaled vectors": make_pipeline(StandardScaler(), SVC()),
    "largest": make_pipeline(MaxAbsScaler(), LogisticRegression()),
    "quartiles and range": make_pipeline(MinMaxScaler(), RobustScaler(), LogisticRegression()),
    "quantiles": make_pipeline(QuantileTransformer(n_quantiles=30), LogisticRegression()),
    "bins": make_pipeline(KBinsDiscretizer(8, encode="ordinal"), LogisticRegression()),
    "forest": FOREST,
    "scaled forest": make_pipeline(StandardScaler(), FOREST),
    "trees in bags": BaggingClassifier(DecisionTreeClassifier(max_features=1), 8, random_state=0),
    "drawn splits": ExtraTreesClassifier(15, random_state=0),
    "boosted": GradientBoostingClassifier(n_estimators=20, max_features=1, random_state=0),
    "histogram": HistGradientBoostingClassifier(max_iter=15, early_stopping=False),
    "neighbours": KNeighborsClassifier(),
    "neighbours of parts": BaggingClassifier(KNeighborsClassifier(), 3, max_samples=0.5, random_state=0),
    "vectors and a forest": VotingClassifier([("v", SVC()), ("f", FOREST)]),
}


@pytest.mark.parametrize("name", MODELS)
def test_no_row_leaves_a_range_or_a_grid_that_the_file_states(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = MODELS[name].fit(TABLE, LABEL)
        found = rd.inspect_model(fitted)
        prior = rd.implied_prior(rd.load_model(fitted))
    rows = pd.DataFrame(prior.sample(5_000, np.random.default_rng(0)), columns=list(prior.schema.names))
    for fact in found.of(Range):
        if fact.exact is True and fact.features[0] in rows:
            slack = 1e-9 * max(abs(fact.low), abs(fact.high))
            assert rows[fact.features[0]].between(fact.low - slack, fact.high + slack).all(), fact.features
    for fact in found.of(Grid):
        steps = (rows[fact.features[0]] - fact.offset) / fact.step
        assert (abs(steps - steps.round()) < 1e-6).all(), fact.features
    if name not in ("bins", "largest"):  # what scales by the mean alone shows no side of zero
        shown = found.of(Thresholds) or found.of("BinEdges") or found.of("Rows") or found.of(Range)
        for column in ("area", "visits", "gain", "share", "price", "fives"):
            assert not shown or rows[column].min() >= 0, column
    if found.of(Range) or found.of(Thresholds):
        assert rows["shift"].min() < 0 < rows["shift"].max()


def facts(*given: Any) -> Disclosures:
    return Disclosures(tuple(given), ("x",))


def drawn(found: Disclosures, feature: rd.Feature | None = None) -> np.ndarray:
    schema = None if feature is None else rd.Schema((feature,))
    return rd.implied_prior(found, schema).sample(20_000, np.random.default_rng(0))[:, 0]


X: dict[str, Any] = {"features": ("x",), "source": "s"}


def test_grids_with_a_step_and_an_offset_hold_whatever_tells_the_spread() -> None:
    spreads = [
        Moments(20.0, 64.0, **X),
        Range(0.0, 60.0, **X),
        Quantiles((0.25, 0.5, 0.75), (8.0, 20.0, 31.0), **X),
        Thresholds(np.array([2.5, 7.5, 12.5, 22.5, 41.0]), **X),
    ]
    for step, offset in ((5.0, 0.0), (5.0, 2.0), (0.25, 0.0), (0.5, 0.25), (1.0, 0.0), (1.0, 0.5)):
        for spread in spreads:
            x = drawn(facts(spread, Grid(step, offset, 9, **X)))
            at = (x - offset) / step
            np.testing.assert_allclose(at, np.rint(at), atol=1e-8)
            assert len(np.unique(x)) > 5
            x = drawn(facts(spread, Range(3.3, 33.3, **X), Grid(step, offset, 9, **X)))
            at = (x - offset) / step
            np.testing.assert_allclose(at, np.rint(at), atol=1e-8)
            assert 3.3 <= x.min() <= x.max() <= 33.3


def test_bounds_cut_and_do_not_pile_up() -> None:
    """Quantiles that leave the range: what lies within keeps its shape, and nothing collects at the ends."""
    x = drawn(facts(Quantiles((0.0, 0.5, 1.0), (-10.0, 0.0, 10.0), exact="one fold", **X), Range(-2.0, 4.0, **X)))
    assert -2.0 <= x.min() < x.max() <= 4.0
    assert ((x == -2.0) | (x == 4.0)).mean() < 1e-3
    assert np.mean(x) == pytest.approx(1.0, abs=0.05)  # uniform between -2 and 4
    z = ndtri((np.arange(1000) + 0.5) / 1000)
    cut = within_bounds(Normal(0.0, 1.0), -0.5, 3.0)
    assert isinstance(cut, Truncated)
    np.testing.assert_allclose(cut.quantile_z(z), truncnorm(-0.5, 3.0).ppf((np.arange(1000) + 0.5) / 1000), atol=1e-9)
    far = within_bounds(Normal(0.0, 1.0), 5.0, None)
    np.testing.assert_allclose(far.quantile_z(z), truncnorm(5.0, np.inf).ppf((np.arange(1000) + 0.5) / 1000), rtol=1e-6)
    assert within_bounds(Normal(0.0, 1.0), None, None) == Normal(0.0, 1.0)


def test_the_narrower_of_a_schema_and_an_exact_range_holds() -> None:
    spread = Moments(20.0, 64.0, **X)
    for low, high in ((0.0, 100.0), (5.0, 30.0), (-5.0, 12.0)):
        x = drawn(facts(spread, Range(3.0, 50.0, **X)), rd.Feature("x", low=low, high=high))
        assert max(low, 3.0) <= x.min() < x.max() <= min(high, 50.0)


def test_zero_is_an_end_only_where_enough_split_points_show_it() -> None:
    counts = np.array([0.5, 3.5, 9.5, 30.5, 31.5, 77.5])
    assert drawn(facts(Thresholds(counts, **X), Grid(1.0, 0.0, 6, **X))).min() == 0.0
    assert drawn(facts(Thresholds(np.linspace(0.1, 90.0, 8), **X))).min() >= 0.0
    assert drawn(facts(Thresholds(-np.linspace(0.1, 90.0, 8), **X))).max() <= 0.0
    assert drawn(facts(Thresholds(np.array([0.3, 0.7]), **X))).min() < 0.0  # two splits may be above zero by chance
    found = rd.implied_prior(facts(Thresholds(np.linspace(0.1, 90.0, 8), **X)))
    assert any("taken as not negative, as no split point is" in note for note in found.notes)


def test_covariances_keep_to_the_range() -> None:
    shared = {"features": ("x", "y"), "source": "s"}
    told = Covariance(np.array([[4.0, 3.0], [3.0, 9.0]]), np.array([1.0, 2.0]), **shared)
    ranges = [Range(0.0, 6.0, features=(name,), source="s") for name in ("x", "y")]
    rows = rd.implied_prior(Disclosures((told, *ranges), ("x", "y"))).sample(5_000, np.random.default_rng(0))
    assert rows.min() >= 0.0
    assert rows.max() <= 6.0
    assert np.corrcoef(rows.T)[0, 1] == pytest.approx(0.5, abs=0.05)


def test_uniform_priors_keep_to_their_bounds() -> None:
    features = (
        rd.Feature("whole", "integer", 0.2, 7.9),
        rd.Feature("tight", low=0.1, high=0.1 + 2**-54),
        rd.Feature("wide", "integer", 0, 10**7),
        rd.Feature("one", low=3.0, high=3.0),
    )
    rows = rd.uniform_prior(rd.Schema(features)).sample(20_000, np.random.default_rng(0))
    for feature, column in zip(features, rows.T, strict=True):
        assert feature.low <= column.min() <= column.max() <= feature.high
        assert feature.kind != "integer" or (column == np.rint(column)).all()
