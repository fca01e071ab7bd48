"""The table that a model was trained on meets its equations, whatever training was set to, and comes back from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

catboost = pytest.importorskip("catboost")

import retrodict as rd  # noqa: E402
from retrodict.errors import ModelError  # noqa: E402
from retrodict.matching.inferring.first_leaves import first_steps  # noqa: E402
from retrodict.matching.linear_reading import LinearReading  # noqa: E402
from retrodict.matching.solving import Solving  # noqa: E402
from tests.matching.planted_equations import check, found, in_codes, misfit, read  # noqa: E402

N = 120
QUIET: dict[str, Any] = {"verbose": 0, "allow_writing_files": False, "thread_count": 1, "random_seed": 3}


def table(n: int = N, *, gaps: bool = True) -> tuple[pd.DataFrame, pd.Series[Any]]:
    """Return numbers of few values with gaps, a category of two values, and a value to predict of 32 bits."""
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.integers(0, 3, (n, 4)).astype(float), columns=list("abcd"))
    X["side"] = rng.choice(["left", "right"], n)
    value = X["a"] + X["b"] * X["c"] / 2 - X["d"] + 2 * (X["side"] == "left") + rng.normal(size=n)
    if gaps:
        X.loc[rng.random(n) < 0.2, "a"] = np.nan
    return X, value.astype(np.float32).astype(np.float64)


def of_classes(value: pd.Series[Any]) -> pd.Series[Any]:
    return (value > value.quantile(0.6)).astype(int)


def of_three(value: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series(np.digitize(value, value.quantile([0.3, 0.65])))


def trained(params: dict[str, Any], X: pd.DataFrame, y: Any, **data: Any) -> Any:
    told = {"loss_function": "Logloss", "iterations": 15, "depth": 4, **QUIET, **params}
    kind = catboost.CatBoostClassifier if told["loss_function"] in CLASSES else catboost.CatBoostRegressor
    listed = [name for name in X if not pd.api.types.is_numeric_dtype(X[name])]
    made = kind(**told, cat_features=listed).fit(X, y, **data)
    return rd.load_model(made, schema=rd.Schema.from_frame(X.astype(dict.fromkeys(listed, "category"))))


CLASSES = ("Logloss", "CrossEntropy", "MultiClass", "MultiClassOneVsAll")
BINARY: dict[str, dict[str, Any]] = {
    "defaults": {},
    "a rate": {"learning_rate": 0.3},
    "no penalty": {"l2_leaf_reg": 0.0},
    "gradients by rows": {"leaf_estimation_method": "Gradient"},
    "level by level": {"grow_policy": "Depthwise"},
    "leaf by leaf": {"grow_policy": "Lossguide", "max_leaves": 9},
    "ordered": {"boosting_type": "Ordered"},
    "from the average": {"boost_from_average": True},
    "draws": {"bootstrap_type": "Bernoulli", "subsample": 0.5},
    "weights by draws": {"bootstrap_type": "Bayesian"},
    "column sampling": {"rsm": 0.5},
    "missing values above all": {"nan_mode": "Max"},
    "cross-entropy": {"loss_function": "CrossEntropy"},
}


@pytest.mark.parametrize("name", BINARY)
def test_two_classes(name: str) -> None:
    X, value = table()
    y = of_classes(value)
    reading = check(trained(BINARY[name], X, y), X, y)
    assert _stated(reading) == {"rows", "leaf values"}


@pytest.mark.parametrize("loss", ["MultiClass", "MultiClassOneVsAll"])
@pytest.mark.parametrize("method", ["Newton", "Gradient"])
def test_several_classes(loss: str, method: str) -> None:
    X, value = table()
    y = of_three(value)
    check(trained({"loss_function": loss, "leaf_estimation_method": method}, X, y), X, y)


@pytest.mark.parametrize(
    ("params", "target"),
    [
        ({"loss_function": "RMSE"}, lambda value: value),
        ({"loss_function": "RMSE", "boost_from_average": False}, lambda value: value),
        ({"loss_function": "RMSE", "leaf_estimation_method": "Gradient"}, lambda value: value),
        ({"loss_function": "Poisson"}, lambda value: value.round().clip(0.0) + 0.0),
        ({"loss_function": "Tweedie:variance_power=1.3"}, lambda value: value.round().clip(0.0) + 0.0),
    ],
)
@pytest.mark.parametrize("source", ["file", "values"])
def test_values(params: dict[str, Any], target: Any, source: Any) -> None:
    X, value = table(gaps=source == "file")  # that there are gaps is not among what predictions need
    y = target(value)
    params = params | {"learning_rate": 0.1}
    if source == "values" and "leaf_estimation_method" in params:
        return  # it is not stated how leaf values were found
    reading = check(trained(params, X, y), X, y, source, N, labelled=False)
    low, high = reading.boosting.levels
    assert low <= y.min() < y.max() < high


@pytest.mark.parametrize(
    ("params", "target"),
    [
        ({"loss_function": "MAE"}, lambda value: value),
        ({"loss_function": "Quantile:alpha=0.3"}, lambda value: value),
        ({"loss_function": "Huber:delta=1"}, lambda value: value),
        ({"loss_function": "RMSE", "leaf_estimation_iterations": 3}, lambda value: value),
        ({"loss_function": "MultiClass", "leaf_estimation_iterations": 3}, of_three),
        ({"model_shrink_rate": 0.1}, of_classes),
        ({"langevin": True}, of_classes),
    ],
)
def test_leaf_values_of_another_kind_leave_counts(params: dict[str, Any], target: Any) -> None:
    X, value = table()
    y = target(value)
    reading = check(trained(params, X, y), X, y, labelled=False)
    assert _stated(reading) == {"rows"}
    assert "leaf_values_unused" in {note.code for note in reading.notes}


def test_without_counts_such_leaf_values_are_refused() -> None:
    X, value = table()
    with pytest.raises(ModelError, match="no counts of rows, and leaf values give no equations"):
        read(rd.sanitize(trained({"loss_function": "MAE"}, X, value)).model, "file", N)
    y = of_classes(value)
    with pytest.raises(ModelError, match="sum of 10 steps"):
        read(trained({"leaf_estimation_iterations": 10}, X, y), "values", N)


def test_values_in_order_leave_counts() -> None:
    X, value = table(gaps=False)
    X, y = X[list("abcd")], of_classes(value)
    reading = check(trained({"monotone_constraints": [1, 0, 0, -1]}, X, y), X, y, labelled=False)
    assert _stated(reading) == {"rows"}


@pytest.mark.parametrize("form", ["cbm", "json"])
def test_files(form: str, tmp_path: Path) -> None:
    X, value = table()
    y = of_classes(value)
    path = tmp_path / "model"
    trained({}, X, y).made.save_model(path, format=form)
    schema = rd.Schema.from_frame(X.astype({"side": "category"}))
    model: Any = rd.load_model(path, schema=schema)
    reading = model.table_equations(rd.inspect_model(model), "file")
    assert misfit(reading, *in_codes(reading, X, y)) < 1e-11


def test_trees_that_were_cut_off() -> None:
    X, value = table()
    y = of_classes(value)
    made = trained({"iterations": 60}, X, y, eval_set=(X[:40], 1 - y[:40]), use_best_model=True)
    assert made.made.tree_count_ < 60
    check(made, X, y)


@pytest.mark.parametrize("params", [{}, {"leaf_estimation_method": "Gradient"}, {"leaf_estimation_backtracking": "No"}])
def test_leaves_of_several_steps(params: dict[str, Any]) -> None:
    X, value = table()
    y = of_classes(value)
    reading = read(trained({"leaf_estimation_iterations": 8, **params}, X, y))
    codes, labels = in_codes(reading, X, y)
    assert _stated(reading) == {"rows"}
    assert reading.further is not None
    more = reading.further(reading, codes, labels)  # around the right table, all equations are right
    assert more is not None
    assert _stated(more) == {"rows", "leaf values"}
    assert misfit(more, codes, labels) < 1e-6
    assert misfit(more, codes, 1.0 - labels) > 1e-3
    assert more.further is not None
    assert more.further(more, codes, labels) is None
    turned = labels.copy()
    turned[0] = 1.0 - turned[0]
    assert more.further(more, codes, turned) is not None  # a broken table is not taken


def test_trees_that_ask_for_statistics() -> None:
    rng = np.random.default_rng(0)
    X, value = table(gaps=False)
    site = rng.choice(list("stuvwx"), N)
    y = of_classes(value + 2 * np.isin(site, ["s", "t"]))
    made = trained({"iterations": 12, "depth": 2}, X.assign(site=site), y)
    reading = read(made)
    (told,) = [note for note in reading.notes if note.code == "statistics_of_categories"]
    first, lost = told.values["first"], told.values["trees"]
    turns = [tree.turn for tree in reading.boosting.trees]
    assert turns == [t for t in range(12) if t not in lost]
    valued = [tree.turn for tree in reading.boosting.trees if len(tree.statements) == 2]
    assert valued == list(range(first))  # no score is known behind the first
    assert misfit(reading, *in_codes(reading, X.assign(site=site), y)) < 1e-11
    with pytest.raises(ModelError, match="statistics of categories"):
        read(trained({"iterations": 3}, pd.DataFrame({"site": site}), y))


def test_weighted_rows_are_refused() -> None:
    X, value = table()
    with pytest.raises(ModelError, match="weighted"):
        read(trained({}, X, of_classes(value), sample_weight=np.linspace(0.5, 1.5, N)))


def test_another_number_of_rows_than_stated_is_refused() -> None:
    X, value = table()
    with pytest.raises(ModelError, match="states 120 rows"):
        read(trained({}, X, of_classes(value)), "file", N + 1)


@pytest.mark.parametrize(
    ("params", "target"),
    [
        ({}, of_classes),
        ({"grow_policy": "Depthwise"}, of_classes),
        ({"loss_function": "MultiClass"}, of_three),
    ],
)
def test_planted_tables_come_back(params: dict[str, Any], target: Any) -> None:
    X, value = table()
    y = target(value)
    reading = read(trained({"iterations": 40, **params}, X, y))
    assert found(reading, X, y) == 1.0


@pytest.mark.slow
def test_planted_tables_come_back_from_several_steps() -> None:
    X, value = table()
    y = of_classes(value)
    reading = read(trained({"iterations": 60, "leaf_estimation_iterations": 10}, X, y))
    solved = Solving().solve(reading, np.random.SeedSequence(0))
    assert solved.solution.energy < 1e-6
    codes, labels = in_codes(solved.reading, X, y)
    truth, got = (
        sorted(np.column_stack([own, of]).tolist())
        for own, of in ((codes, labels), (solved.solution.codes, solved.solution.labels))
    )
    assert truth == got


@pytest.mark.slow
@pytest.mark.parametrize("params", [{}, {"learning_rate": 0.07, "l2_leaf_reg": 3.0}])
def test_planted_tables_come_back_from_leaf_values_alone(params: dict[str, Any]) -> None:
    X, value = table()
    y = of_classes(value)
    bare = rd.sanitize(trained({"iterations": 60, **params}, X, y)).model
    reading = read(bare, "values", N)
    assert _stated(reading) <= {"rows", "leaf values"}
    assert found(reading, X, y) == 1.0


def _stated(reading: LinearReading) -> set[str]:
    return {statement.name for tree in reading.boosting.trees for statement in tree.statements}


@pytest.mark.parametrize(("rate", "many"), [(0.07, 1), (0.3, 10)])
def test_the_first_tree_shows_the_rate(rate: float, many: int) -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(1, 40, 12).astype(float)
    second = np.rint(rows * rng.random(12))
    moved = np.zeros(12)
    for _ in range(many):
        share = 1.0 / (1.0 + np.exp(-moved))
        moved += (second - rows * share) / (rows * share * (1.0 - share) + 3.0)
    values = float(np.float32(rate)) * moved
    found = first_steps(values, 0.0, (3.0, 1.0), (1, 10))
    assert (float(np.float32(rate)), many) in {(own.rate, own.many) for own in found}
    assert first_steps(values * rng.uniform(0.9, 1.1, 12), 0.0, (3.0, 1.0), (1, 10)) == ()  # set anew
