"""Planted tables meet every equation that scikit-learn's trees state of them, and come back from these alone."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.tree import DecisionTreeClassifier

from retrodict.errors import ModelError, RequestError
from tests.matching.planted_equations import check, found, read

ROWS = 120


def binary(classes: int = 2, seed: int = 0, n: int = ROWS) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a table of nine binary columns and labels that follow some of them."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.integers(0, 2, (n, 9)).astype(float), columns=[f"x{i}" for i in range(9)])
    score = X["x0"] + 2 * X["x1"] * X["x2"] - X["x3"] + rng.normal(0.0, 0.8, n)
    edges = np.quantile(score, np.arange(1, classes) / classes)
    return X, np.searchsorted(edges, score)


def listed() -> tuple[pd.DataFrame, np.ndarray]:
    """Return a table of two lists, one with gaps, and a number."""
    rng = np.random.default_rng(1)
    X = pd.DataFrame(
        {
            "a": pd.Categorical(rng.choice(list("pqrst"), ROWS)),
            "b": rng.integers(0, 4, ROWS).astype(float),
            "c": pd.Categorical(rng.choice([3, 7, 9, 11], ROWS)),
        }
    )
    X.loc[rng.random(ROWS) < 0.1, "a"] = np.nan
    return X, (X["a"].isin(["p", "r"]) ^ (X["b"] > 1) ^ (rng.random(ROWS) < 0.2)).astype(int).to_numpy()


def counted() -> tuple[pd.DataFrame, np.ndarray]:
    """Return a table of two counts whose effects rise."""
    rng = np.random.default_rng(2)
    X = pd.DataFrame({"u": rng.integers(0, 6, ROWS) * 1.0, "v": rng.integers(0, 5, ROWS) * 1.0})
    return X, (X.sum(axis=1) + rng.normal(0.0, 2.0, ROWS) > 5.0).astype(int).to_numpy()


H, G = HistGradientBoostingClassifier, GradientBoostingClassifier
SMALL: dict[str, Any] = {"max_iter": 30, "min_samples_leaf": 5}

OPTIONS = {
    "defaults": H(max_iter=30),
    "small leaves, fast": H(**SMALL, learning_rate=0.5),
    "l2": H(**SMALL, l2_regularization=2.5),
    "weights": H(**SMALL, class_weight={0: 1.0, 1: 3.7}),
    "balanced": H(**SMALL, class_weight="balanced"),
    "drawn columns": H(**SMALL, max_features=0.3, random_state=0),
    "parted columns": H(**SMALL, interaction_cst=[{0, 1, 2}, {3, 4, 5, 6, 7, 8}]),
    "stops early": H(max_iter=30, early_stopping=True, validation_fraction=None),
    "one split a tree": H(max_iter=30, max_leaf_nodes=2),
    "trees": G(n_estimators=30),
    "trees from even odds": G(n_estimators=30, init="zero"),
    "deep pruned trees": G(n_estimators=20, max_depth=6, max_features="sqrt", ccp_alpha=0.001, random_state=0),
    "trees by leaves": G(n_estimators=20, max_leaf_nodes=9, max_depth=None),
    "pipeline": make_pipeline(MinMaxScaler((-1, 3)), G(n_estimators=20)),
    "forest": RandomForestClassifier(30, bootstrap=False, random_state=0),
    "weighed forest": RandomForestClassifier(30, bootstrap=False, class_weight="balanced", random_state=0),
    "extra trees": ExtraTreesClassifier(30, max_depth=4, random_state=0),
    "one tree": DecisionTreeClassifier(max_depth=4, criterion="entropy"),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_the_table_meets_all_that_a_model_of_two_classes_states(name: str) -> None:
    X, y = binary()
    check(OPTIONS[name].fit(X, y), X, y)


@pytest.mark.parametrize(
    "model",
    [
        H(**SMALL),
        H(**SMALL, class_weight={0: 2.0, 1: 0.3, 2: 1.0}),
        G(n_estimators=20),
        RandomForestClassifier(20, bootstrap=False, random_state=0),
    ],
)
def test_the_table_meets_all_that_a_model_of_three_classes_states(model: Any) -> None:
    X, y = binary(3)
    check(model.fit(X, np.array(["a", "b", "c"])[y]), X, np.array(["a", "b", "c"])[y])


def test_gaps_lists_and_clipped_values() -> None:
    X, y = binary()
    X = X.mask(np.random.default_rng(3).random(X.shape) < 0.15)
    check(H(**SMALL).fit(X, y), X, y)
    check(DecisionTreeClassifier(max_depth=5).fit(X, y), X, y)
    X, y = listed()
    check(H(**SMALL, categorical_features="from_dtype").fit(X, y), X, y)
    X, y = counted()
    for signs in ({"u": 1, "v": 1}, {"u": -1}):
        check(H(**SMALL, monotonic_cst=signs).fit(X, y), X, y)


@pytest.mark.parametrize("loss", ["squared_error", "poisson", "gamma"])
def test_the_table_meets_the_sums_of_targets(loss: str) -> None:
    X, _ = binary()
    target = np.exp(0.3 * X.sum(axis=1).to_numpy() + np.random.default_rng(4).normal(0.0, 0.3, ROWS))
    check(HistGradientBoostingRegressor(**SMALL, loss=loss).fit(X, target), X, target)  # type: ignore[arg-type]


def test_the_table_meets_the_means_of_trees() -> None:
    X, y = binary()
    target = y + np.random.default_rng(4).normal(0.0, 0.3, ROWS)
    check(GradientBoostingRegressor(n_estimators=20).fit(X, target), X, target)
    reading = check(ExtraTreesRegressor(20, max_depth=3, random_state=0).fit(X, target), X, target)
    low, high = reading.equations.labels
    assert low <= target.min() < target.max() <= high


@pytest.mark.parametrize(
    "model",
    [
        H(**SMALL),
        G(n_estimators=60),
        RandomForestClassifier(60, bootstrap=False, random_state=0),
        ExtraTreesClassifier(60, random_state=0),
    ],
)
def test_a_planted_table_comes_back(model: Any) -> None:
    X, y = binary()
    reading = read(pickle.loads(pickle.dumps(model.fit(X, y))))
    assert found(reading, X, y) == 1.0


def test_a_planted_table_comes_back_from_leaf_values_alone() -> None:
    X, y = binary()
    for model in (H(max_iter=100, min_samples_leaf=5), G(n_estimators=100)):
        reading = check(model.fit(X, y), X, y, "values", ROWS)
        assert {name for each in reading.boosting.trees for name in (own.name for own in each.statements)} <= {
            *("leaf values", "rows", "classes")
        }
        assert found(reading, X, y) == 1.0


@pytest.mark.parametrize(
    "model", [H(**SMALL).set_params(loss="log_loss"), G(n_estimators=10, loss="exponential")], ids=["weights", "loss"]
)
def test_where_leaf_values_are_no_known_sums_counts_are_taken_and_that_is_said(model: Any) -> None:
    X, y = binary()
    weights = np.random.default_rng(5).random(ROWS) if isinstance(model, H) else None
    fitted = model.fit(X, y, sample_weight=weights)
    reading = check(fitted, X, y, labelled=False)
    assert "counts_alone" in {note.code for note in reading.notes}
    with pytest.raises(ModelError, match="not sums over its rows that are known"):
        read(fitted, "values", ROWS)


def test_rows_that_were_held_back_are_said_to_be() -> None:
    X, y = binary(n=400)
    reading = read(H(max_iter=10, early_stopping=True, validation_fraction=0.25, random_state=0).fit(X, y))
    assert reading.boosting.rows == 300
    assert "rows_held_back" in {note.code for note in reading.notes}


def test_what_is_no_equation_is_refused_in_one_line() -> None:
    X, y = binary()
    with pytest.raises(ModelError, match="drew rows for each tree"):
        read(RandomForestClassifier(5).fit(X, y))
    with pytest.raises(ModelError, match="no decision trees"):
        read(LogisticRegression().fit(X, y))
    with pytest.raises(RequestError, match="count 120 rows, but rows=99"):
        read(H(**SMALL).fit(X, y), "file", 99)
