"""Facts of selectors, knots, classes and trees grown at random, against the data they were fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import NMF, DictionaryLearning
from sklearn.ensemble import RandomTreesEmbedding
from sklearn.feature_selection import SelectKBest, SelectPercentile, VarianceThreshold, f_classif, f_regression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    LabelBinarizer,
    LabelEncoder,
    MinMaxScaler,
    MultiLabelBinarizer,
    SplineTransformer,
    StandardScaler,
)

from retrodict.disclosures.place import Place
from retrodict.disclosures.reading import facts_of
from tests.families.sklearn.disclose.checks import TIGHT, by_feature, inspect, one
from tests.families.sklearn.disclose.tables import FRAME, NAMES, VALUE, N, X, Y


def test_scores_of_columns() -> None:
    facts = by_feature(inspect(SelectKBest(k=1).fit(FRAME, Y)), "Association")
    scores, p_values = f_classif(X, Y)
    np.testing.assert_allclose([facts[name].score for name in NAMES], scores, **TIGHT)
    np.testing.assert_allclose([facts[name].p_value for name in NAMES], p_values, **TIGHT)
    constant = FRAME.assign(same=1.0)
    facts = by_feature(inspect(SelectPercentile(f_regression).fit(constant, VALUE)), "Association")
    assert {fact.measure for fact in facts.values()} == {"f_regression"}
    assert set(NAMES) <= set(facts)


def test_variances_that_columns_were_chosen_by() -> None:
    step = make_pipeline(MinMaxScaler(), VarianceThreshold(1e-3)).fit(FRAME)
    facts = {fact.features[0]: fact for fact in inspect(step).of("Moments")}
    np.testing.assert_allclose([facts[name].variance for name in NAMES], X.var(axis=0), rtol=1e-9)
    assert "range" in str(inspect(VarianceThreshold().fit(FRAME)).of("Moments")[0].exact)


@pytest.mark.parametrize("extrapolation", ["constant", "periodic"])
def test_knots(extrapolation: Any) -> None:
    for knots in ("quantile", "uniform"):
        step = SplineTransformer(n_knots=5, knots=knots, extrapolation=extrapolation)
        found = inspect(make_pipeline(StandardScaler(), step).fit(FRAME))
        for name, fact in by_feature(found, "Range").items():
            np.testing.assert_allclose([fact.low, fact.high], [FRAME[name].min(), FRAME[name].max()], **TIGHT)
        facts = by_feature(found, "Quantiles")
        assert set(facts) == (set(NAMES) if knots == "quantile" else set())
        for name, fact in facts.items():
            np.testing.assert_allclose(fact.quantiles, np.quantile(FRAME[name], np.linspace(0, 1, 5)), **TIGHT)
    given = SplineTransformer(knots=np.array([[0.0] * 3, [1.0] * 3])).fit(FRAME)
    assert not len(inspect(given))


def test_classes_of_the_target() -> None:
    for step in (LabelEncoder().fit(Y), LabelBinarizer().fit(Y), MultiLabelBinarizer().fit([[label] for label in Y])):
        (fact,) = facts_of(step, Place("", ()))
        assert fact.categories == tuple(sorted(set(Y)))  # type: ignore[union-attr]
        assert fact.exact is True  # type: ignore[union-attr]
    (fact,) = facts_of(MultiLabelBinarizer(classes=["a", "b"]).fit([["a"]]), Place("", ()))
    assert fact.exact == "as given to the encoder"  # type: ignore[union-attr]


def test_trees_grown_at_random_count_rows_and_state_no_target() -> None:
    found = inspect(make_pipeline(RandomTreesEmbedding(3, max_depth=3, random_state=0)).fit(FRAME))
    fact = one(found, "NodeCounts")
    assert [int(counts[0]) for counts in fact.counts] == [N] * 3
    assert one(found, "SampleSize").n == N
    assert not found.of("TargetMoments")
    assert not any(fact.midpoints for fact in found.of("Thresholds"))


def test_errors_of_factors() -> None:
    step = NMF(2, random_state=0, max_iter=2000).fit(FRAME.abs())
    np.testing.assert_allclose(one(inspect(step), "TrainingErrors").errors, [step.reconstruction_err_])
    assert len(one(inspect(DictionaryLearning(2, max_iter=3).fit(FRAME)), "TrainingErrors").errors)
