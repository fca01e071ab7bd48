"""What a model states of its training table is so, as far as it says that it is exact; nothing of it is made up."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.disclosures import Disclosure, Range, Rows, SampleSize, Unread
from retrodict.disclosures.capability import Disclosing
from retrodict.disclosures.known_rows import KnownRows
from retrodict.models.contract import own_schema
from tests.conformance.handmade import KEEPER, Keeper
from tests.conformance.members import check_members
from tests.conformance.models import Example


def check_disclosing(model: Any, train: pd.DataFrame) -> None:
    """Check a model's facts against its training table."""
    check_members(model, Disclosing)
    names = own_schema(model).names
    told = list(model.disclose())
    assert all(isinstance(one, Disclosure | Unread) for one in told)
    found = rd.inspect_model(model)
    assert found.names == names
    assert json.dumps(found.to_dicts(), allow_nan=False) == json.dumps(rd.inspect_model(model).to_dicts())
    assert all(one.source is not None and one.personal in (True, False, None) for one in found)
    for size in found.of(SampleSize):
        assert size.exact is not True or size.n == len(train)
    for fact in found.of(Range):
        column = train[fact.features[0]]
        assert fact.exact is not True or (fact.low, fact.high) == (column.min(), column.max())
    known = KnownRows.of(train, names)
    stated = {tuple(row) for row in train[list(names)].astype(object).to_numpy().tolist()}
    for rows in found.of(Rows):
        assert rows.personal is True
        if rows.exact is True and set(rows.features) == set(names):
            own = pd.DataFrame(rows.rows, columns=list(rows.features))[list(names)].astype(object).to_numpy().tolist()
            assert {tuple(row) for row in own} <= stated, "rows that the table does not have"
    beside = [one for one in model.disclose(known) if isinstance(one, Disclosure)]
    assert {type(one) for one in told if isinstance(one, Disclosure)} <= {type(one) for one in beside}


def test_disclosing(example: Example) -> None:
    if isinstance(example.model, Disclosing):
        check_disclosing(example.model, example.train)
    else:
        assert [one.path for one in rd.inspect_model(example.model).unread] == [""]  # said, not passed over


class _Boasting(Keeper):
    """A twin that states a row which it never saw."""

    def disclose(self, train: Any = None) -> list[Any]:
        rows, size = super().disclose(train)
        return [Rows(rows=np.array([[0.1, "a"]], dtype=object), features=rows.features, source="", personal=True), size]


class _Miscounting(Keeper):
    """A twin that states a wrong number of rows."""

    def disclose(self, train: Any = None) -> list[Any]:
        return [SampleSize(7, features=(), source="n")]


class _Deaf(Keeper):
    """A twin that takes no training rows to look for."""

    def disclose(self) -> list[Any]:  # type: ignore[override]
        return super().disclose()


@pytest.mark.parametrize("twin", [_Boasting, _Miscounting, _Deaf])
def test_a_broken_twin_is_found(twin: type) -> None:
    with pytest.raises(AssertionError):
        check_disclosing(twin(KEEPER.schema), KEEPER.train)
