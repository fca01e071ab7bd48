"""A table goes through the matrix, and a schema through plain data, without loss."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from retrodict.schema import Feature, Schema, load_schema, reconcile

from .frames import frames


@settings(max_examples=150, deadline=None)
@given(frames())
def test_frame_to_matrix_and_back(frame: pd.DataFrame) -> None:
    schema = Schema.from_frame(frame)
    X = schema.encode(frame)
    assert X.dtype == np.float64
    assert X.shape == frame.shape
    back = schema.decode(X)
    pd.testing.assert_frame_equal(back, frame, check_exact=True)
    np.testing.assert_array_equal(schema.encode(back), X)
    np.testing.assert_array_equal(np.isnan(X), frame.isna().to_numpy())


@settings(max_examples=60, deadline=None)
@given(frames(), st.randoms(use_true_random=False))
def test_rows_of_one_kind_keep_their_dtype(frame: pd.DataFrame, chance: object) -> None:
    """Rows that happen to have no missing value, or none but missing ones, decode to the dtypes of the whole table."""
    schema = Schema.from_frame(frame)
    X = schema.encode(frame)
    for i in range(len(frame)):
        assert (schema.decode(X[[i]]).dtypes == frame.dtypes).all()


@settings(max_examples=100, deadline=None)
@given(frames())
def test_schema_to_plain_data_and_back(frame: pd.DataFrame) -> None:
    schema = Schema.from_frame(frame)
    assert Schema.from_dict(schema.to_dict()) == schema
    text = json.dumps(schema.to_dict())
    assert Schema.from_dict(json.loads(text)) == schema
    assert Schema.from_dict(yaml.safe_load(yaml.safe_dump(schema.to_dict(), sort_keys=False))) == schema


@settings(max_examples=50, deadline=None)
@given(frames(), st.data())
def test_a_schema_reconciles_with_itself_in_any_order(frame: pd.DataFrame, data: st.DataObject) -> None:
    schema = Schema.from_frame(frame)
    order = data.draw(st.permutations(range(len(schema))))
    turned = Schema(tuple(schema.features[i] for i in order))
    assert reconcile(schema, turned) == turned
    np.testing.assert_array_equal(turned.encode(frame), schema.encode(frame)[:, order])


def test_schema_files(tmp_path: object) -> None:
    schema = Schema((Feature("a", "integer", 0, 9), Feature("b", "binary", categories=("f", "m"), missing=0.25)))
    path = tmp_path / "schema.yaml"
    path.write_text(yaml.safe_dump(schema.to_dict()))
    assert load_schema(path).features[0] in schema.features
    assert set(load_schema(path).features) == set(schema.features)
