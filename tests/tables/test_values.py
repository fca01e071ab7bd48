"""Values as people have them are read as what they are: dtypes with gaps of their own, dates, labels of other types."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.results.notes import of_code
from retrodict.schema import Feature, Schema, Target
from retrodict.tables.encoded import encoded
from retrodict.tables.labelled import read_bare, read_labelled
from retrodict.tables.titles import HOLDOUT, REBUILT, TRAIN

SCHEMA = Schema(
    (Feature("n", "integer"), Feature("x"), Feature("s", categories=("a", "b"), kind="categorical")),
    Target("y", (0, 1)),
)
PLAIN = pd.DataFrame({"n": [1, 2, 3, 4], "x": [0.5, np.nan, 1.5, 2.5], "s": ["a", None, "b", "a"], "y": [0, 1, 1, 0]})
CODES = np.array([[1, 0.5, 0, 0], [2, np.nan, np.nan, 1], [3, 1.5, 1, 1], [4, 2.5, 0, 0]])


@pytest.mark.parametrize(
    "dtypes",
    [
        {},
        {"n": "Int64", "x": "Float64", "s": "string", "y": "Int64"},
        {"n": "float64", "s": "category", "y": "category"},
        {"n": "object", "x": "object", "y": "str"},
        {"n": "int64[pyarrow]", "x": "double[pyarrow]", "s": "string[pyarrow]", "y": "int64[pyarrow]"},
        {"y": "bool"},
        {"y": "boolean"},
        {"y": "float64"},
    ],
    ids=str,
)
def test_every_dtype_is_the_same_table(dtypes: dict[str, str]) -> None:
    read = read_labelled(SCHEMA, {TRAIN: PLAIN.astype(dtypes)})
    found = encoded(read)
    np.testing.assert_array_equal(found.tables[TRAIN], CODES)
    assert not read.notes


def test_rows_without_a_target_leave_their_places() -> None:
    gaps = PLAIN.assign(y=[0, None, 1, np.nan]).set_axis(list("pqrs"), axis="index")
    read = read_labelled(SCHEMA, {TRAIN: gaps})
    assert read.places(TRAIN).tolist() == [0, 2]
    np.testing.assert_array_equal(encoded(read).tables[TRAIN], CODES[[0, 2]])


def test_columns_in_any_order_and_by_position() -> None:
    read = read_labelled(SCHEMA, {TRAIN: PLAIN[["y", "s", "x", "n"]]})
    np.testing.assert_array_equal(encoded(read).tables[TRAIN], CODES)
    made_up = Schema(SCHEMA.features, SCHEMA.target, named=False)
    own = PLAIN.rename(columns={"n": "age", "x": "bmi", "s": "site"})
    read = read_labelled(made_up, {TRAIN: own.assign(**{"Unnamed: 0": range(4)})})
    np.testing.assert_array_equal(encoded(read).tables[TRAIN], CODES)
    assert [note.code for note in read.notes] == ["by_position", "row_numbers"]
    with pytest.raises(rd.errors.SchemaError, match="on 3 columns, and there are 4 beside the target 'y'"):
        read_labelled(made_up, {TRAIN: own.assign(more=1)})


def test_dates_beside_lists_of_text_are_that_text() -> None:
    schema = Schema((Feature("d", "categorical", categories=("2020-01-01", "2020-01-02")),), Target("y", (0, 1)))
    rows = pd.DataFrame({"d": pd.to_datetime(["2020-01-02", None, "2020-01-01"]), "y": [0, 1, 1]})
    read = read_labelled(schema, {TRAIN: rows})
    np.testing.assert_array_equal(encoded(read).tables[TRAIN], [[1, 0], [np.nan, 1], [0, 1]])
    late = rows.assign(d=rows["d"] + pd.Timedelta(days=9))
    with pytest.raises(rd.errors.SchemaError, match="'d' of the training rows holds none of the values that are known"):
        read_labelled(schema, {TRAIN: late})


@pytest.mark.parametrize("kind", ["stamps", "zoned", "days", "objects", "spans"])
def test_dates_of_tables_that_nothing_is_known_of_are_days(kind: str) -> None:
    stamps = pd.Series(pd.to_datetime(["1970-01-02T00:00", "1970-01-01T12:00", None, "1969-12-31T00:00"]))
    made: dict[str, Any] = {
        "stamps": stamps,
        "zoned": stamps.dt.tz_localize("UTC"),
        "days": stamps.dt.to_period("h"),
        "objects": stamps.astype(object).where(stamps.notna(), None),
        "spans": stamps - pd.Timestamp(0),
    }
    rows = pd.DataFrame({"d": made[kind], "y": [0, 1, 1, 0]})
    read = read_bare({REBUILT: rows, TRAIN: rows}, "y")
    np.testing.assert_array_equal(read.frames[TRAIN]["d"].to_numpy(dtype=float), [1.0, 0.5, np.nan, -1.0])
    assert [note.values["columns"] for note in of_code(read.notes, "dates")] == [["d"], ["d"]]
    match = rd.matched_error(rows, rows.iloc[::-1])
    assert (match.error, match.exact_rows) == (0.0, 1.0)
    for other in (["a", "b", "c", "d"], [1, 2, 3, 4]):
        with pytest.raises(rd.errors.SchemaError, match="column 'd' holds dates in another table; write them alike"):
            read_bare({REBUILT: rows, TRAIN: rows.assign(d=other)}, "y")
    text = read_bare({REBUILT: rows, TRAIN: rows.assign(d=["1970-01-02", None, "1970-01-03", "1970-01-01"])}, "y")
    if kind != "spans":
        assert text.frames[TRAIN]["d"].tolist()[2:] == [2.0, 0.0]


def test_a_bare_table_takes_its_features_from_itself_and_its_values_from_real_rows() -> None:
    rebuilt = PLAIN.assign(confidence=0.5, **{"Unnamed: 0": range(4)})
    read = read_bare({REBUILT: rebuilt, TRAIN: PLAIN.assign(s="b", more=1), HOLDOUT: PLAIN}, "y")
    assert read.schema.names == ("n", "x", "s")
    assert read.schema["s"].categories == ("b",)
    assert [(note.code, note.values["title"]) for note in read.notes] == [
        ("row_numbers", REBUILT),
        ("columns_left_out", REBUILT),
        ("columns_left_out", TRAIN),
    ]
    with pytest.raises(rd.errors.RequestError, match="whose columns are n, x, s, y; name its target column"):
        read_bare({REBUILT: PLAIN, TRAIN: PLAIN}, None)


def test_fractions_of_a_gap_are_no_real_values() -> None:
    many = pd.concat([PLAIN] * 5, ignore_index=True)
    gaps = many.assign(y=[None, *many["y"][1:]])  # whole numbers beside a gap are fractions to pandas
    assert gaps["y"].dtype == "float64"
    assert read_bare({REBUILT: many, TRAIN: gaps}, "y").schema.target.classes == (0, 1)


def test_a_target_called_as_a_feature_is() -> None:
    schema = Schema((Feature("target"), Feature("x")), Target("target", (0, 1)))
    rows = pd.DataFrame({"target": [0.5, 1.5], "x": [1.0, 2.0], "price": [0, 1]})
    read = read_labelled(schema, {TRAIN: rows})
    assert read.schema.target.name == "target_"
    assert read.frames[TRAIN].columns.tolist() == ["target", "x", "target_"]
    with pytest.raises(rd.errors.SchemaError, match="the target 'x' is a feature; name another column"):
        read_labelled(schema, {TRAIN: rows}, "x")


def test_lists_are_no_values() -> None:
    for name in ("s", "y"):
        odd = PLAIN.assign(**{name: [[1], [2], [3], [4]]})
        with pytest.raises(rd.errors.SchemaError, match=f"the training rows: column '{name}' holds lists or the like"):
            read_labelled(SCHEMA, {TRAIN: odd})
