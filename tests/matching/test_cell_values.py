"""Values inside cells follow from the midpoints that trees split at."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

from retrodict.matching import Reading, read_problem
from tests.matching.planted import planted


def read(model: Any, table: Any, target: Any) -> tuple[Reading, np.ndarray, np.ndarray]:
    reading = read_problem(model)
    _, codes, labels = planted(reading, table, target)
    return reading, codes, labels


def residuals(reading: Reading, codes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return how far each split point is from the midpoint of the two values around it, walking rows one by one."""
    problem, out = reading.problem, []
    for t, root in enumerate(problem.trees.roots):
        pending = [(int(root), np.flatnonzero(problem.trees.multiplicities[t] > 0))]
        while pending:
            v, here = pending.pop()
            f = problem.trees.feature[v]
            if f < 0:
                continue
            right = (codes[here, f] > problem.trees.low[v]) & (codes[here, f] <= problem.trees.high[v])
            value = rows[here, reading.schema.names.index(reading.codebook.features[f])]
            if np.isfinite(reading.midpoints[v]):
                out.append(abs((value[~right].max() + value[right].min()) / 2.0 - reading.midpoints[v]))
            pending += [(int(problem.trees.left[v]), here[~right]), (int(problem.trees.right[v]), here[right])]
    return np.array(out)


@pytest.mark.parametrize("scaled", [False, True])
def test_every_midpoint_holds_where_each_row_has_a_cell_of_its_own(scaled: bool) -> None:
    rng = np.random.default_rng(3)
    table, target = rng.normal(50.0, 9.0, (120, 1)), rng.normal(size=120)
    forest: Any = RandomForestRegressor(60, random_state=0)
    model = make_pipeline(StandardScaler(), forest) if scaled else forest
    reading, codes, labels = read(model.fit(table, target), table, target)
    drawn = reading.codebook.decode(codes, np.random.default_rng(0))
    rows = reading.rows(codes, labels, np.random.default_rng(0))
    assert residuals(reading, codes, rows).max() < 1e-4
    assert np.quantile(residuals(reading, codes, drawn), 0.5) > 1e-2  # the same check catches values merely drawn
    assert np.abs(rows - table).mean() < 0.25 * np.abs(drawn - table).mean()


def test_values_on_a_grid_with_holes_come_back() -> None:
    """A category written as 3, 6 or 7: its midpoints 4.5, 5 and 6.5 leave no other values."""
    rng = np.random.default_rng(0)
    n = 150
    table = np.column_stack([rng.choice([3, 6, 7], n), rng.integers(1, 3, n), rng.integers(30, 80, n)]).astype(float)
    target = (rng.random(n) < 0.3 + 0.1 * (table[:, 0] - 3.0)).astype(int)
    reading, codes, labels = read(RandomForestClassifier(100, random_state=0).fit(table, target), table, target)
    rows = reading.rows(codes, labels, np.random.default_rng(0))
    drawn = reading.codebook.decode(codes, np.random.default_rng(0))
    assert (rows[:, :2] == table[:, :2]).all()
    assert (rows == table).all(axis=1).mean() > 0.95
    assert (drawn == table).all(axis=1).mean() < 0.5


def test_a_few_wrong_rows_do_not_spoil_the_others() -> None:
    rng = np.random.default_rng(1)
    n = 120
    table = np.column_stack([rng.choice([2, 5, 6, 20], n), rng.integers(0, 40, n)]).astype(float)
    target = rng.integers(0, 2, n)
    reading, codes, labels = read(RandomForestClassifier(100, random_state=0).fit(table, target), table, target)
    wrong = codes.copy()
    wrong[:6] = codes[6:12]
    rows = reading.rows(wrong, labels, np.random.default_rng(0))
    assert (rows[6:, 0] == table[6:, 0]).all()
    assert (rows[6:, 1] == table[6:, 1]).mean() > 0.8


def test_values_of_shallow_trees_stay_apart() -> None:
    """Trees of limited depth leave many values in a cell; one for all would lose their spread."""
    rng = np.random.default_rng(2)
    table, n = rng.integers(18, 90, (400, 1)).astype(float), 400
    target = (table[:, 0] + rng.normal(0, 30, n) > 50).astype(int)
    model = RandomForestClassifier(50, max_depth=1, bootstrap=False, random_state=0).fit(table, target)
    reading, codes, labels = read(model, table, target)
    rows = reading.rows(codes, labels, np.random.default_rng(0))
    assert len(np.unique(rows)) > 20


def test_random_split_points_are_no_midpoints() -> None:
    rng = np.random.default_rng(0)
    table, target = rng.normal(size=(80, 3)), rng.integers(0, 2, 80)
    reading, codes, labels = read(ExtraTreesClassifier(20, random_state=0).fit(table, target), table, target)
    assert np.isnan(reading.midpoints).all()
    drawn = reading.codebook.decode(codes, np.random.default_rng(5))
    np.testing.assert_array_equal(reading.rows(codes, labels, np.random.default_rng(5)), drawn)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from([None, 0, 1, 2]))
def test_codes_and_gaps_stay_whatever_the_codes(seed: int, gaps: bool, digits: int | None) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 120))
    table = rng.normal(0.0, 10.0 ** rng.integers(-2, 4), (n, 3))
    table = table if digits is None else table.round(digits)
    if gaps:
        table[rng.random((n, 3)) < 0.2] = np.nan
    table[:, 0], target = np.arange(n), rng.integers(0, 3, n)  # some feature can be split
    reading = read_problem(RandomForestClassifier(15, random_state=0).fit(table, target))
    codes = np.column_stack([rng.integers(0, cells, n) for cells in reading.problem.table.sizes])
    rows = reading.rows(codes, rng.integers(0, 3, n), rng)
    np.testing.assert_array_equal(reading.codebook.encode(rows), codes)


def test_one_tree_and_constant_columns() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0, 4.0, 8.0], "b": 5.0})
    target = np.array([0.0, 1.0, 2.0, 3.0])
    reading, codes, labels = read(DecisionTreeRegressor(random_state=0).fit(table, target), table, target)
    rows = reading.rows(codes, labels, np.random.default_rng(0))
    assert residuals(reading, codes, rows).max() < 1e-6


def test_a_feature_of_which_only_gaps_are_parted_from_values() -> None:
    rng = np.random.default_rng(0)
    target = rng.integers(0, 2, 60)
    table = np.column_stack([np.where(target == 1, np.nan, 3.0), rng.normal(size=60)])
    model = RandomForestClassifier(10, random_state=0).fit(table, target)
    if not any((tree.tree_.feature == 0).any() for tree in model.estimators_):
        pytest.skip("trees of scikit-learn before 1.8 never part gaps from one value")
    reading, codes, labels = read(model, table, target)
    rows = reading.rows(codes, labels, np.random.default_rng(0))
    np.testing.assert_array_equal(np.isnan(rows[:, 0]), target == 1)
