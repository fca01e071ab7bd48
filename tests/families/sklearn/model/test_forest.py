"""Compiled walks of forests: the library's own outputs to the last bit, and the library where not all is plain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from retrodict.families.sklearn.model import forest

pytest.importorskip("numba")

X, Y = load_iris(return_X_y=True)
FORESTS: dict[str, Any] = {
    "forest": RandomForestClassifier(20, random_state=0),
    "extra trees": ExtraTreesClassifier(20, random_state=0, class_weight="balanced"),
    "stumps and leaves": RandomForestClassifier(20, max_depth=1, min_samples_leaf=60, random_state=0),
    "leaves alone": RandomForestClassifier(3, min_samples_leaf=150, bootstrap=False),
    "values": RandomForestRegressor(20, random_state=0),
    "values of extra trees": ExtraTreesRegressor(20, random_state=0, criterion="absolute_error"),
}


def rows() -> np.ndarray:
    """Return rows near the training table's and far from it, and on the trees' own split points."""
    rng = np.random.default_rng(0)
    far = rng.normal(size=(700, 4)) * 10.0 ** rng.integers(-30, 30, (700, 1))
    points = np.unique(RandomForestClassifier(5, random_state=0).fit(X, Y).estimators_[0].tree_.threshold)
    return np.concatenate([X, far, rng.choice(points, (600, 4)), X.mean(0) + X.std(0) * rng.normal(size=(700, 4))])


def outputs(estimator: Any) -> forest.ForestOutputs:
    return forest.ForestOutputs(estimator, getattr(estimator, "predict_proba", estimator.predict))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forest, "WORTH", 1)


@pytest.mark.parametrize("name", FORESTS)
def test_outputs_are_the_librarys_to_the_last_bit(name: str) -> None:
    fitted = FORESTS[name].fit(X, Y)
    ours = outputs(fitted)
    ours(X)
    assert ours.tables is not None
    np.testing.assert_array_equal(ours(rows()), ours.own(rows()))


def test_models_use_them_behind_other_steps_and_in_frames() -> None:
    table = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    made = make_pipeline(StandardScaler(), RandomForestClassifier(10, random_state=0)).fit(table, Y)
    model = rd.load_model(made)
    for _ in range(2):
        with np.errstate(divide="ignore"):
            own = np.log(made.predict_proba(table))
        np.testing.assert_array_equal(model.log_proba(X), own)


def test_a_forest_whose_walk_gives_another_bit_is_left_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = FORESTS["forest"].fit(X, Y)
    good = forest.tables_of(fitted)
    assert good is not None
    bad = replace(good, values=np.nextafter(good.values, 2.0))
    monkeypatch.setattr(forest, "tables_of", lambda _: bad)
    ours = outputs(fitted)
    ours(X)
    assert ours.tried
    assert ours.tables is None


def test_rows_that_are_no_plain_numbers_are_the_librarys() -> None:
    ours = outputs(FORESTS["forest"].fit(X, Y))
    ours(X)
    for value in (np.inf, 1e300):
        with pytest.raises(ValueError, match="infinity"):
            ours(np.full((2, 4), value))
    gap = X.copy()
    gap[0, 0] = np.nan
    np.testing.assert_array_equal(ours(gap), ours.own(gap))


def test_a_forest_that_is_fitted_anew_is_not_answered_for_by_what_it_was() -> None:
    fitted = RandomForestClassifier(5, random_state=0).fit(X, Y)
    ours = outputs(fitted)
    ours(X)
    assert ours.tables is not None
    fitted.fit(X, 2 - Y)
    np.testing.assert_array_equal(ours(X), fitted.predict_proba(X))
    fitted.set_params(n_estimators=8, warm_start=True).fit(X, 2 - Y)  # which keeps the list, and its first trees
    np.testing.assert_array_equal(ours(X), fitted.predict_proba(X))
    np.testing.assert_array_equal(ours(X), fitted.predict_proba(X))


def test_what_is_no_plain_forest() -> None:
    class Own(RandomForestClassifier):
        pass

    assert not forest.plain_forest(Own(2).fit(X, Y))
    assert not forest.plain_forest(RandomForestClassifier(2, n_jobs=2).fit(X, Y))
    assert not forest.plain_forest(RandomForestClassifier(2).fit(X, np.column_stack([Y, Y])))
    assert not forest.plain_forest(StandardScaler())


def test_nodes_that_are_no_tree_are_refused() -> None:
    class Nodes:
        children_left, children_right = np.array([1, 0, -1]), np.array([2, 2, -1])
        feature, threshold = np.array([0, 0, -2]), np.zeros(3)
        node_count, value = 3, np.zeros((3, 1, 2))

    loop, outside = Nodes(), Nodes()
    outside.children_left, outside.children_right = np.array([1, -1, -1]), np.array([7, -1, -1])
    twice = Nodes()
    twice.children_left, twice.children_right = np.array([1, 2, -1]), np.array([1, 2, -1])
    assert [forest._nodes(one, 4, 0) for one in (loop, outside, twice)] == [None] * 3
