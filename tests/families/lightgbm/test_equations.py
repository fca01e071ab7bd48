"""The table that a model was trained on meets its equations, whatever training was set to, and comes back from them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest

from retrodict.errors import ModelError
from retrodict.families.lightgbm.booster import copied, rewrite, text_of
from retrodict.families.lightgbm.columns import columns_of
from retrodict.families.lightgbm.strip import bare
from retrodict.families.lightgbm.trees.draws import drawn_rows
from retrodict.matching.linear.routing import leaves_of
from retrodict.matching.solving import Solving
from tests.families.lightgbm.tables import QUIET
from tests.matching.planted_equations import check, found, in_codes, read

N = 120


def table(n: int = N, seed: int = 1, listed: bool = True) -> tuple[pd.DataFrame, pd.Series[Any]]:
    """Return numbers of few values with gaps, a category of many values, and a value to predict."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.integers(0, 4, (n, 4)).astype(float), columns=list("abcd"))
    value = X["a"] + X["b"] * X["c"] / 2 - X["d"] + rng.normal(size=n)
    if listed:
        X["site"] = pd.Categorical(rng.choice(list("stuvwx"), n))
        value += X["site"].isin(["s", "v"])
        X.loc[rng.random(n) < 0.2, "a"] = np.nan
    return X, value


def of_classes(value: pd.Series[Any]) -> pd.Series[Any]:
    return (value > value.quantile(0.6)).astype(int)


def of_three(value: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series(np.digitize(value, value.quantile([0.3, 0.65])))


def trained(params: dict[str, Any], X: pd.DataFrame, y: Any, rounds: int = 20, **data: Any) -> lightgbm.Booster:
    told = {"num_leaves": 8, "min_data_in_leaf": 4, "min_data_per_group": 4, **QUIET, **params}
    return lightgbm.train(told, lightgbm.Dataset(X, y, **data), num_boost_round=rounds)


BINARY: dict[str, dict[str, Any]] = {
    "defaults": {},
    "sigmoid": {"sigmoid": 0.5},
    "L2": {"lambda_l2": 1.5},
    "a rate of many digits": {"learning_rate": 1 / 7, "lambda_l1": 0.1},
    "L1": {"lambda_l1": 0.7, "lambda_l2": 0.3},
    "steps cut off": {"max_delta_step": 1.2},
    "one class counts more": {"scale_pos_weight": 2.5},
    "the rarer class counts more": {"is_unbalance": True},
    "no start": {"boost_from_average": False},
    "splits at random": {"extra_trees": True, "feature_fraction": 0.6},
    "codes one by one": {"max_cat_to_onehot": 32},
    "trees that split nothing": {"min_gain_to_split": 3.0},
    "draws": {"bagging_fraction": 0.8, "bagging_freq": 1},
    "draws, L1": {"bagging_fraction": 0.6, "bagging_freq": 2, "lambda_l1": 0.2},
    "one-sided draws": {"data_sample_strategy": "goss"},
    "forest": {"boosting": "rf", "bagging_fraction": 0.7, "bagging_freq": 1},
    "DART": {"boosting": "dart"},
    "DART, uniform": {"boosting": "dart", "uniform_drop": True, "drop_rate": 0.3, "skip_drop": 0.2},
    "DART as XGBoost": {"boosting": "dart", "xgboost_dart_mode": True, "drop_rate": 0.3},
    "cross-entropy": {"objective": "cross_entropy"},
    "cross-entropy of rates": {"objective": "cross_entropy_lambda"},
}


@pytest.mark.parametrize("name", BINARY)
def test_two_classes(name: str) -> None:
    X, value = table()
    y = of_classes(value)
    reading = check(trained({"objective": "binary", **BINARY[name]}, X, y), X, y)
    stated = {statement.name for tree in reading.boosting.trees for statement in tree.statements}
    assert stated == {"rows", "gradients", "hessians"}


@pytest.mark.parametrize("params", [{"objective": "multiclass"}, {"objective": "multiclassova"}])
@pytest.mark.parametrize("more", [{}, {"bagging_fraction": 0.8, "bagging_freq": 1}, {"boosting": "dart"}])
def test_several_classes(params: dict[str, Any], more: dict[str, Any]) -> None:
    X, value = table()
    y = of_three(value)
    check(trained({"num_class": 3, **params, **more}, X, y, 10), X, y)


def test_one_against_the_others_counts_more() -> None:
    X, value = table()
    y = of_three(value)
    check(trained({"objective": "multiclassova", "num_class": 3, "scale_pos_weight": 2.0}, X, y, 10), X, y)


def test_weights_of_classes_are_found() -> None:
    X, value = table()
    y = of_classes(value)
    booster = trained({"objective": "binary"}, X, y, weight=np.where(y == 1, 2.3, 0.7))
    reading = check(booster, X, y)
    assert reading.boosting.loss.weights == ((float(np.float32(0.7)), float(np.float32(2.3))),)  # type: ignore[attr-defined]


@pytest.mark.parametrize("objective", ["multiclass", "multiclassova"])
@pytest.mark.parametrize("weights", [(1.0, 2.0, 0.5), None], ids=["given", "balanced"])
def test_weights_of_several_classes_are_found(objective: str, weights: tuple[float, ...] | None) -> None:
    X, value = table(240)
    y = of_three(value)
    told = np.array(weights or N * 2 / 3 / np.bincount(y))
    reading = check(trained({"objective": objective, "num_class": 3}, X, y, 10, weight=told[y]), X, y)
    assert reading.boosting.loss.weights[0] == tuple(np.float32(told).astype(float))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("params", "target"),
    [
        ({"objective": "regression"}, lambda value: value.round(1)),
        ({"objective": "regression", "lambda_l1": 0.5, "lambda_l2": 1.0}, lambda value: value.round(1)),
        ({"objective": "regression", "bagging_fraction": 0.8, "bagging_freq": 1}, lambda value: value.round(1)),
        ({"objective": "regression", "path_smooth": 2.0, "lambda_l2": 0.5}, lambda value: value.round(1)),
        ({"objective": "poisson"}, lambda value: value.round().clip(0)),
        ({"objective": "gamma"}, lambda value: np.exp(value / 2).round(2)),
        ({"objective": "tweedie", "tweedie_variance_power": 1.3}, lambda value: value.round().clip(0)),
    ],
)
def test_values(params: dict[str, Any], target: Any) -> None:
    X, value = table()
    y = target(value)
    reading = check(trained(params, X, y), X, y, labelled=False)
    low, high = reading.boosting.levels
    assert low < y.min() < y.max() < high or (low == 0.0 and y.max() < high)


@pytest.mark.parametrize(
    ("params", "kept"),
    [
        ({"objective": "binary", "path_smooth": 2.0}, {"rows", "hessians"}),
        ({"objective": "binary", "monotone_constraints": [1, 0, 0, 0, 0]}, {"rows", "hessians"}),
        ({"objective": "binary", "use_quantized_grad": True}, {"rows"}),
        ({"objective": "regression_l1"}, {"rows"}),
        ({"objective": "quantile"}, {"rows"}),
        ({"objective": "huber"}, {"rows"}),
    ],
)
def test_what_holds_whatever_leaf_values_are(params: dict[str, Any], kept: set[str]) -> None:
    X, value = table()
    y = of_classes(value) if params["objective"] == "binary" else value
    reading = check(trained(params, X, y), X, y, labelled=False)
    assert {statement.name for tree in reading.boosting.trees for statement in tree.statements} == kept
    assert "labels_untold" in {note.code for note in reading.notes}


def test_linear_leaves_leave_counts() -> None:
    X, value = table(listed=False)
    y = of_classes(value)
    reading = check(trained({"objective": "binary", "linear_tree": True}, X, y), X, y, labelled=False)
    assert "counts_alone" in {note.code for note in reading.notes}


@pytest.mark.parametrize(
    "data", [{"weight": np.linspace(0.5, 1.5, N)}, {"init_score": np.linspace(-1.0, 1.0, N)}], ids=["weights", "starts"]
)
def test_rows_of_their_own_weights_or_starts_leave_counts(data: dict[str, Any]) -> None:
    X, value = table()
    y = of_classes(value)
    reading = check(trained({"objective": "binary"}, X, y, **data), X, y, labelled=False)
    assert {statement.name for tree in reading.boosting.trees for statement in tree.statements} == {"rows"}


def test_leaves_that_were_set_anew_leave_counts() -> None:
    X, value = table()
    y = of_classes(value)
    reading = check(trained({"objective": "binary"}, X, y).refit(X, 1 - y), X, y, labelled=False)
    assert {statement.name for tree in reading.boosting.trees for statement in tree.statements} == {"rows"}


@pytest.mark.parametrize("n", [300, 2_500])
@pytest.mark.parametrize("often", [1, 3])
def test_draws_are_repeated(n: int, often: int) -> None:
    X, value = table(n, listed=False)
    booster = trained(
        {"objective": "binary", "bagging_fraction": 0.7, "bagging_freq": often, "bagging_seed": 11},
        X,
        of_classes(value),
    )
    text = text_of(booster)
    drawn = drawn_rows(text)
    assert drawn is not None
    assert drawn.shape == (20, n)
    leaf = np.asarray(booster.predict(X, pred_leaf=True), dtype=np.int64)
    for t, tree in enumerate(text.trees):
        assert tree.count is not None
        assert np.bincount(leaf[drawn[t], t], minlength=tree.leaves).tolist() == tree.count.tolist()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"pos_bagging_fraction": 0.5, "neg_bagging_fraction": 0.8, "bagging_freq": 1}, "draws that can't be repeated"),
        ({"zero_as_missing": True}, "zero counted as missing"),
    ],
)
def test_refused(params: dict[str, Any], words: str) -> None:
    X, value = table()
    with pytest.raises(ModelError, match=words):
        read(trained({"objective": "binary", **params}, X, of_classes(value)))


def test_another_number_of_rows_than_stated_is_refused() -> None:
    X, value = table()
    with pytest.raises(ModelError, match="121 rows are asked for"):
        read(trained({"objective": "binary"}, X, of_classes(value)), rows=121)


def without(booster: lightgbm.Booster, parts: set[str]) -> lightgbm.Booster:
    """Return a booster without some parts of its text."""
    text = text_of(booster)
    made = copied(booster)
    rewrite(made, bare(text, columns_of(text), parts))
    return made


ALL = {"feature_infos", "parameters"} | {
    f"trees[*].{name}" for name in ("leaf_count", "leaf_weight", "internal_value", "split_gain", "shrinkage")
}
"""All that predictions do without."""


@pytest.mark.slow
@pytest.mark.parametrize("params", [{"objective": "binary"}, {"objective": "binary", "learning_rate": 0.05}])
def test_leaf_values_alone(params: dict[str, Any]) -> None:
    X, value = table(80)
    y = of_classes(value)
    bare_booster = without(trained({**params, "num_leaves": 12}, X, y, 60), ALL)
    reading = check(bare_booster, X, y, "values", 80)
    assert {statement.name for tree in reading.boosting.trees for statement in tree.statements} == {
        "leaf values",
        "rows",
    }
    assert found(reading, X, y) == 1.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ({"parameters"}, {"rows", "gradients", "hessians"}),
        ({"parameters", "trees[*].leaf_weight"}, {"rows", "leaf values"}),
        ({"parameters", "trees[*].leaf_count", "trees[*].shrinkage"}, {"rows", "gradients", "hessians"}),
    ],
)
def test_what_is_left_of_a_file_is_used(gone: set[str], left: set[str]) -> None:
    X, value = table(80)
    y = of_classes(value)
    reading = check(without(trained({"objective": "binary", "num_leaves": 12}, X, y, 60), gone), X, y, rows=80)
    assert {statement.name for tree in reading.boosting.trees for statement in tree.statements} == left


@pytest.mark.slow
@pytest.mark.parametrize(
    ("params", "target"),
    [
        ({"objective": "binary"}, of_classes),
        ({"objective": "binary", "scale_pos_weight": 2.5}, of_classes),
        ({"objective": "binary", "boosting": "dart"}, of_classes),
        ({"objective": "multiclass", "num_class": 3}, of_three),
    ],
)
def test_a_planted_table_comes_back(params: dict[str, Any], target: Any) -> None:
    X, value = table(80)
    y = target(value)
    assert found(read(trained({**params, "num_leaves": 12}, X, y, 40)), X, y) == 1.0


@pytest.mark.slow
def test_a_table_with_values_comes_back() -> None:
    X, value = table(80)
    y = value.round(1)
    reading = read(trained({"objective": "regression", "num_leaves": 12}, X, y, 60))
    solution = Solving(seconds=60.0).solve(reading, np.random.SeedSequence(0)).solution
    codes, _ = in_codes(reading, X, y)
    sums: list[Counter[bytes]] = []
    for own, targets in ((codes, y), (solution.codes, reading.target(solution.labels))):
        sums.append(Counter())
        for leaves, target in zip(leaves_of(reading.equations.routes, own).T, targets, strict=True):
            sums[-1][leaves.tobytes()] += target  # of rows that are equal for all trees the sum is known
    assert sums[0].keys() == sums[1].keys()
    assert all(abs(sums[0][key] - sums[1][key]) < 1e-4 for key in sums[0])
