"""Every model that can be trained again comes out of the same type, on the same schema, and by its seed alone."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from retrodict.errors import SchemaError
from retrodict.models.contract import Retrainable, about, has_likelihood
from retrodict.models.metering import score
from retrodict.tables.encoded import encoded
from retrodict.tables.labelled import read_labelled
from tests.conformance.members import check_members, globals_untouched
from tests.conformance.models import Example

pytestmark = pytest.mark.slow  # in all it takes over ten seconds; each part has fast tests of its own


@pytest.fixture
def rows(example: Example) -> tuple[Any, np.ndarray, np.ndarray]:
    """A model bound to its table, and the table's codes."""
    model = example.model
    if not isinstance(model, Retrainable) or not has_likelihood(model):
        pytest.skip("not a model that can be trained again")
    try:
        read = read_labelled(model.schema, {"rows": example.train}, None, undetermined=about(model).undetermined)
    except SchemaError as error:  # its categories are known by their hashes alone
        pytest.skip(str(error))
    inputs = encoded(read)
    table = inputs.rows("rows")
    model = model.bind(inputs.schema)
    order = [model.schema.target.classes.index(one) for one in inputs.schema.target.classes]
    if len(np.unique(table.y)) < 2:
        pytest.skip("the example's rows are of one class")
    y = np.array(order, dtype=float)[table.y.astype(int)] if order else table.y
    return model, table.X, y


def test_it_has_the_member(rows: tuple[Any, np.ndarray, np.ndarray]) -> None:
    check_members(rows[0], Retrainable)


def test_it_is_of_the_same_type_on_the_same_schema(rows: tuple[Any, np.ndarray, np.ndarray]) -> None:
    model, X, y = rows
    before = score(model)(X)
    with globals_untouched():
        made = model.retrained(X[::2], y[::2], 1)
    assert type(made) is type(model)
    assert made.schema == model.schema
    said = score(made)(X)
    assert said.shape == before.shape
    assert not np.isnan(said).any()
    np.testing.assert_array_equal(score(model)(X), before)  # it is not changed itself


def test_the_same_seed_gives_the_same_model_and_other_rows_another(rows: tuple[Any, np.ndarray, np.ndarray]) -> None:
    model, X, y = rows
    first, again = model.retrained(X[::2], y[::2], 1), copy.copy(model).retrained(X[::2], y[::2], 1)
    assert first.fingerprint == again.fingerprint
    np.testing.assert_array_equal(score(first)(X), score(again)(X))
    other = model.retrained(X[1::2], y[1::2], 1)
    assert other.fingerprint != first.fingerprint
    assert not np.array_equal(score(first)(X), score(other)(X))


def test_a_class_that_the_rows_lack_has_no_probability(rows: tuple[Any, np.ndarray, np.ndarray]) -> None:
    model, X, y = rows
    classes = model.schema.target.classes
    if len(classes) < 3:
        pytest.skip("needs three classes")
    kept = y != 1
    made = model.retrained(X[kept], y[kept], 1)
    assert made.schema.target.classes == classes
    said = score(made)(X)
    assert said.shape == (len(X), len(classes))
    assert (np.exp(said[:, 1]) < 0.05).all()
    np.testing.assert_allclose(np.exp(said).sum(axis=1), 1.0, atol=1e-6)
