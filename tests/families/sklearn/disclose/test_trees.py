"""Facts of trees and their ensembles, against the data they were fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from retrodict.disclosures.trees.grids import grid_step
from tests.families.sklearn.disclose.checks import TIGHT, by_feature, check_midpoints, check_shares, inspect, one
from tests.families.sklearn.disclose.tables import BINARY, FRAME, NAMES, VALUE, N, X, Y, shares

LEAN = {"n_estimators": 12, "random_state": 0}


def check_counts(fact: Any, trees: list[Any], rows: Any) -> None:
    """Check each leaf's count against how many training rows it really takes."""
    assert fact.values()["trees"] == len(trees)
    for counts, leaves, tree in zip(fact.counts, fact.leaves, trees, strict=True):
        reached = np.bincount(tree.apply(rows), minlength=len(counts))
        assert (counts[leaves] == reached[leaves]).all()


def test_tree() -> None:
    tree = DecisionTreeClassifier(random_state=0).fit(FRAME, Y)
    found = inspect(tree)
    check_counts(one(found, "NodeCounts"), [tree], FRAME)
    assert one(found, "SampleSize").n == N
    check_shares(one(found, "ClassShares"), shares())
    for name, fact in by_feature(found, "Thresholds").items():
        check_midpoints(fact, FRAME[name])
    assert one(found, "NodeCounts").personal


def test_regression_tree() -> None:
    found = inspect(DecisionTreeRegressor(max_depth=3).fit(FRAME, VALUE))
    target = one(found, "TargetMoments")
    np.testing.assert_allclose([target.mean, target.variance], [VALUE.mean(), VALUE.var()], rtol=1e-9)
    assert target.exact is True


@pytest.mark.parametrize("scaler", [None, StandardScaler(), MinMaxScaler()], ids=["bare", "standard", "min-max"])
def test_forest_thresholds_are_raw_midpoints_and_show_the_grid(scaler: Any) -> None:
    forest = RandomForestClassifier(**LEAN, bootstrap=False)
    found = inspect((make_pipeline(scaler, forest) if scaler else forest).fit(FRAME, Y))
    for name, fact in by_feature(found, "Thresholds").items():
        check_midpoints(fact, FRAME[name])
    grids = by_feature(found, "Grid")
    assert (grids["age"].step, grids["age"].offset, grids["age"].integer) == (1.0, 0.0, True)
    np.testing.assert_allclose(grids["height"].step, 0.1)
    assert "ratio" not in grids
    check_shares(one(found, "ClassShares"), shares())
    assert one(found, "ClassShares").exact is True


def test_bootstrapped_forest() -> None:
    found = inspect(RandomForestClassifier(**LEAN).fit(FRAME, Y))
    assert one(found, "SampleSize").n == N
    assert one(found, "ClassShares").exact is False
    counts = one(found, "NodeCounts")
    assert "bootstrap" in counts.exact
    assert all(w[0] == N for w in counts.weights)
    assert all(c[0] < N for c in counts.counts)
    drawn = inspect(RandomForestRegressor(**LEAN).fit(FRAME, VALUE))
    assert one(drawn, "TargetMoments").exact is False
    np.testing.assert_allclose(one(drawn, "TargetMoments").mean, VALUE.mean(), rtol=0.1)


def test_forest_with_max_samples_still_tells_the_size_of_the_table() -> None:
    found = inspect(RandomForestClassifier(**LEAN, max_samples=0.3).fit(FRAME, Y))
    assert one(found, "SampleSize").n == N
    assert one(found, "NodeCounts").weights[0][0] == 0.3 * N


def test_random_thresholds_are_no_midpoints_and_show_no_grid() -> None:
    found = inspect(ExtraTreesClassifier(**LEAN).fit(FRAME, Y))
    assert not any(fact.midpoints for fact in found.of("Thresholds"))
    assert not found.of("Grid")
    check_shares(one(found, "ClassShares"), shares())
    isolated = inspect(IsolationForest(**LEAN, max_samples=32).fit(FRAME))
    assert one(isolated, "SampleSize").n == N
    assert one(isolated, "NodeCounts").values()["n"] == 32
    assert not isolated.of("Grid")


def test_weights_are_said() -> None:
    weights = np.linspace(1, 2, N)
    assert one(inspect(DecisionTreeClassifier().fit(FRAME, Y, weights)), "ClassShares").exact == (
        "of the rows as weighted"
    )
    balanced = inspect(RandomForestClassifier(**LEAN, bootstrap=False, class_weight="balanced").fit(FRAME, Y))
    assert one(balanced, "ClassShares").exact == "of the rows as weighted"


def test_bagging_reads_its_trees_together() -> None:
    bag = BaggingClassifier(DecisionTreeClassifier(), 8, max_features=2, random_state=0).fit(FRAME, Y)
    found = inspect(bag)
    assert one(found, "SampleSize").n == N
    assert one(found, "NodeCounts").values()["trees"] == 8
    for name, fact in by_feature(found, "Thresholds").items():
        check_midpoints(fact, FRAME[name])


def test_adaptive_boosting_starts_from_equal_weights() -> None:
    found = inspect(AdaBoostClassifier(n_estimators=5, random_state=0).fit(FRAME, Y))
    check_shares(one(found, "ClassShares"), shares())
    assert one(found, "SampleSize").n == N
    assert 0 < one(found, "TrainingErrors").errors[0] < 1
    assert one(inspect(AdaBoostRegressor(n_estimators=5).fit(FRAME, VALUE)), "SampleSize").n == N


@pytest.mark.parametrize("labels", [BINARY, Y], ids=["two", "three"])
def test_gradient_boosting(labels: Any) -> None:
    model = GradientBoostingClassifier(n_estimators=5).fit(FRAME, labels)
    found = inspect(model)
    check_counts(one(found, "NodeCounts"), list(model.estimators_.ravel()), FRAME.to_numpy(dtype=np.float32))
    check_shares(one(found, "ClassShares"), shares(labels))
    assert one(found, "ClassShares").source == "init_.class_prior_"
    assert one(found, "SampleSize").n == N


def test_gradient_boosting_of_values() -> None:
    facts = inspect(GradientBoostingRegressor(n_estimators=3).fit(FRAME, VALUE)).of("TargetMoments")
    np.testing.assert_allclose([f.mean for f in facts], VALUE.mean(), **TIGHT)
    np.testing.assert_allclose([f.variance for f in facts if f.variance], VALUE.var(), rtol=1e-6)


@pytest.mark.parametrize("labels", [BINARY, Y], ids=["two", "three"])
def test_histogram_boosting(labels: Any) -> None:
    found = inspect(make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=3)).fit(FRAME, labels))
    check_shares(one(found, "ClassShares"), shares(labels))
    assert [fact.n for fact in found.of("SampleSize")] == [N, N]
    edges = by_feature(found, "BinEdges")
    for name in NAMES:
        values = np.unique(FRAME[name])
        np.testing.assert_allclose(edges[name].edges, (values[1:] + values[:-1]) / 2, rtol=1e-9, atol=1e-9)
    assert by_feature(found, "Grid")["age"].step == 1.0
    assert one(found, "NodeCounts").counts[0][0] == N


def test_histogram_boosting_of_categories_and_values() -> None:
    frame = FRAME.assign(job=pd.Categorical(np.where(X[:, 0] > 50, "old", "new")))[["age", "job", "ratio"]]
    found = inspect(HistGradientBoostingRegressor(max_iter=3, categorical_features="from_dtype").fit(frame, VALUE))
    assert one(found, "Categories").features == ("job",)
    assert one(found, "Categories").categories == ("new", "old")
    assert set(by_feature(found, "BinEdges")) == {"age", "ratio"}
    np.testing.assert_allclose(one(found, "TargetMoments").mean, VALUE.mean(), **TIGHT)


def test_thresholds_behind_a_curve_are_raw_but_no_midpoints() -> None:
    model = make_pipeline(QuantileTransformer(n_quantiles=40), DecisionTreeClassifier(max_depth=4)).fit(FRAME, Y)
    found = inspect(model)
    assert not found.of("Grid")
    for name, fact in by_feature(found, "Thresholds").items():
        assert not fact.midpoints
        assert FRAME[name].min() <= fact.thresholds.min() <= fact.thresholds.max() <= FRAME[name].max()


def test_degenerate_trees() -> None:
    stump = inspect(DecisionTreeClassifier(max_depth=1).fit(FRAME, Y))
    assert len(one(stump, "Thresholds").thresholds) == 1
    constant = inspect(RandomForestClassifier(**LEAN, bootstrap=False).fit(np.ones((20, 2)), ["a"] * 12 + ["b"] * 8))
    assert not constant.of("Thresholds")
    assert not constant.of("Grid")
    check_shares(one(constant, "ClassShares"), {"a": 0.6, "b": 0.4})
    assert one(constant, "NodeCounts").values()["nodes"] == 12


def test_stripped_model_states_nothing_rather_than_nonsense() -> None:
    forest = RandomForestClassifier(**LEAN).fit(FRAME, Y)
    del forest._n_samples
    for tree in forest.estimators_:
        tree.tree_.__setstate__({**tree.tree_.__getstate__(), "nodes": _without_counts(tree.tree_)})
    found = inspect(forest)
    assert not found.of("NodeCounts")
    assert not found.of("SampleSize")
    assert found.of("Thresholds")


def _without_counts(tree: Any) -> Any:
    nodes = tree.__getstate__()["nodes"].copy()
    nodes["n_node_samples"] = 0
    nodes["weighted_n_node_samples"] = 0.0
    return nodes


@pytest.mark.parametrize("step", [100.0, 10.0, 1.0, 0.5, 0.25, 0.1, 0.05, 0.01])
def test_grid_of_planted_steps(step: float) -> None:
    values = np.unique(np.random.default_rng(1).integers(0, 300, 60)) * step
    assert grid_step((values[1:] + values[:-1]) / 2) == pytest.approx(step)


def test_no_grid_without_evidence() -> None:
    assert grid_step(np.random.default_rng(0).normal(size=30)) is None
    assert grid_step(np.array([0.5])) == 1.0  # an indicator, or an integer
    assert grid_step(np.array([1.0, 2.0, 3.0])) is None  # even gaps of integers, or values that end in a half
    assert grid_step(np.array([5.0])) is None  # one midpoint of integers meets a coarse grid by chance
    large = np.unique(np.random.default_rng(3).integers(0, 5_000_000, 300)).astype(float)
    assert grid_step((large[1:] + large[:-1]) / 2) is None  # 32 bits don't hold their halves
    sparse = np.unique(np.random.default_rng(2).integers(0, 900, 40)) + 0.0
    assert grid_step((sparse[1:] + sparse[:-1]) / 2) == 1.0
