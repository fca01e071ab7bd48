"""Matched and aligned errors against exact answers."""

import json
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrodict.errors import RequestError, SchemaError
from retrodict.evaluation import aligned_error, matched_error
from retrodict.evaluation.assignment import assign
from retrodict.schema import Feature, Schema, Target
from retrodict.tables.cells import row_errors

AGES = pd.DataFrame({"age": [20.0, 40.0, 60.0], "sex": ["f", "m", "f"]})

cell = st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, np.nan])
row = st.tuples(cell, st.sampled_from(["a", "b", "c", None]), st.booleans())


def frame(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["x", "c", "b"]).astype({"x": "float64", "c": "object", "b": "bool"})


def by_hand(one: pd.Series, other: pd.Series, real: pd.DataFrame) -> float:
    """The mean error of two rows as the docstring defines it."""
    errors = []
    for name in real.columns:
        a, b = one[name], other[name]
        if pd.isna(a) or pd.isna(b):
            errors.append(float(pd.isna(a) != pd.isna(b)))
        elif name == "x" and real.x.nunique() > 1:
            errors.append(min(abs(a - b) / (real.x.max() - real.x.min()), 1.0))
        else:
            errors.append(float(a != b))
    return float(np.mean(errors))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 5), st.integers(1, 5))
def test_the_error_is_the_least_over_all_permutations(data, n, m):
    rebuilt = frame(data.draw(st.lists(row, min_size=n, max_size=n)))
    real = frame(data.draw(st.lists(row, min_size=m, max_size=m)))
    cost = np.array([[by_hand(rebuilt.iloc[i], real.iloc[j], real) for j in range(m)] for i in range(n)])
    cost = cost.T if n > m else cost
    least = min(cost[range(len(cost)), list(p)].mean() for p in permutations(range(cost.shape[1]), len(cost)))
    found = matched_error(rebuilt, real)
    assert found.error == pytest.approx(least, abs=1e-12)
    assert found.n == min(n, m)
    assert found.pairing == "least"
    assert np.mean(list(found.per_feature.values())) == pytest.approx(found.error, abs=1e-12)
    paired = [by_hand(rebuilt.iloc[i], real.iloc[j], real) for i, j in found.pairs]
    assert np.mean(paired) == pytest.approx(found.error, abs=1e-12)
    assert found.exact_rows == np.mean(np.array(paired) == 0)


@settings(max_examples=50, deadline=None)
@given(st.lists(row, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_a_table_in_another_order_is_the_same_table(rows, random):
    real = frame(rows)
    other = real.iloc[random.sample(range(len(rows)), len(rows))]
    found = matched_error(other, real)
    assert found.error == 0
    assert found.exact_rows == 1


def test_known_errors():
    rebuilt = pd.DataFrame({"sex": ["m", "m", "f"], "age": [41.0, 58.0, 20.0]})
    found = matched_error(rebuilt, AGES)
    assert found.pairs.tolist() == [[0, 1], [1, 2], [2, 0]]
    assert found.per_feature == pytest.approx({"age": (1 + 2) / 40 / 3, "sex": 1 / 3})
    assert found.exact_rows == pytest.approx(1 / 3)
    assert found.label_agreement is None


def test_rows_in_order():
    rebuilt = AGES.iloc[[1, 0, 2]].reset_index(drop=True)
    assert matched_error(rebuilt, AGES).error == 0
    found = aligned_error(rebuilt, AGES)
    assert found.error == pytest.approx((0.5 + 1 + 0.5 + 1) / 6)
    assert found.exact_rows == pytest.approx(1 / 3)
    with pytest.raises(RequestError, match="2 rows and the training one 3; rows in order need as many"):
        aligned_error(rebuilt[:2], AGES)


def test_a_number_beyond_the_range_is_wholly_wrong_and_no_more():
    assert matched_error(AGES.assign(age=1e9), AGES).per_feature["age"] == 1


def test_numbers_agree_within_the_tolerance():
    near = AGES.assign(age=AGES.age + 40 * 1e-4)
    assert matched_error(near, AGES).exact_rows == 0
    assert matched_error(near, AGES, tolerance=1.1e-4).exact_rows == 1


def test_a_constant_column_is_right_or_wrong():
    real = pd.DataFrame({"k": [3.0, 3.0], "x": [0.0, 1.0]})
    rebuilt = pd.DataFrame({"k": [3.0, 3.1], "x": [0.0, 1.0]})
    assert matched_error(rebuilt, real).per_feature == {"k": 0.5, "x": 0.0}


def test_missing_meets_missing():
    real = pd.DataFrame({"x": [np.nan, 1.0, 2.0]})
    rebuilt = pd.DataFrame({"x": [np.nan, np.nan, 1.0]})
    assert matched_error(rebuilt, real).error == pytest.approx(1 / 3)
    nowhere = pd.DataFrame({"x": [np.nan, np.nan]})
    assert matched_error(nowhere, nowhere).error == 0
    assert matched_error(pd.DataFrame({"x": [0.0, np.nan]}), nowhere).error == 0.5


def test_the_target_is_not_in_the_error_and_breaks_ties():
    real = pd.DataFrame({"x": [1, 1, 2], "y": ["no", "yes", "no"]})
    rebuilt = pd.DataFrame({"x": [1, 1, 2], "y": ["yes", "no", "yes"], "confidence": 1.0})
    found = matched_error(rebuilt, real, target="y")
    assert found.error == 0
    assert found.label_agreement == pytest.approx(2 / 3)
    assert matched_error(rebuilt, real).error == pytest.approx(1 / 6)  # a feature like any other


def test_a_schema_says_which_numbers_are_listed():
    schema = Schema((Feature("x", "categorical", categories=(1, 2, 9)),), Target("y", ("a", "b")))
    real = pd.DataFrame({"x": [1, 2, 9], "y": ["a", "b", "b"]})
    rebuilt = pd.DataFrame({"x": pd.Categorical([1, 1, 9]), "y": ["a", "b", "a"]})
    found = matched_error(rebuilt, real, schema)
    assert found.error == pytest.approx(1 / 3)
    assert found.label_agreement == pytest.approx(2 / 3)


@pytest.mark.parametrize("dtype", ["category", "string", "object"])
def test_dtypes_of_listed_columns_may_differ(dtype):
    assert matched_error(AGES.astype({"sex": dtype}), AGES).error == 0


def test_numbered_columns_and_categories_of_numbers():
    real = pd.DataFrame([[1, 2], [3, 4]])
    assert matched_error(real.set_axis(["0", "1"], axis=1).astype("category"), real).error == 0


@pytest.mark.parametrize(
    ("rebuilt", "real", "error", "text"),
    [
        (AGES[:0], AGES, RequestError, "the reconstruction: there are no rows; give at least one"),
        (AGES, AGES[:0], RequestError, "the training rows: there are no rows; give at least one"),
        (AGES[["age"]], AGES, SchemaError, "the reconstruction: features are absent: sex"),
        (AGES[[]], AGES[[]], SchemaError, "the tables have no feature to compare"),
        (AGES.assign(age="old"), AGES, SchemaError, "column 'age' holds numbers in the training table and "),
        (AGES.assign(age=np.inf), AGES, SchemaError, "column 'age' holds infinite values; replace or drop them"),
    ],
)
def test_what_can_not_be_matched_is_one_line(rebuilt, real, error, text):
    with pytest.raises(error) as caught:
        matched_error(rebuilt, real)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_target_that_is_no_column():
    with pytest.raises(SchemaError, match="the training rows: there is no target column 'z'"):
        matched_error(AGES, AGES, target="z")


def test_large_tables_are_matched_among_near_rows():
    rng = np.random.default_rng(0)
    real = rng.random((400, 3))
    order = rng.permutation(400)
    shaken = np.vstack([real[order] + rng.normal(0, 1e-4, real.shape), rng.random((50, 3))])
    pairs, exact = assign(shaken, real, limit=60)
    assert not exact
    assert sorted(pairs[:, 1]) == list(range(400))
    best, _ = assign(shaken, real)
    cost = row_errors(shaken, real)
    assert cost[tuple(pairs.T)].mean() <= 1.05 * cost[tuple(best.T)].mean()


def test_a_result_prints_itself():
    found = matched_error(AGES, AGES, target="sex")
    assert repr(found) == "RecordMatch: 3 pairs, error 0.0000, 100.0% exact, 100.0% of labels agree"
    assert json.loads(json.dumps(found.to_dict()))["n"] == 3
