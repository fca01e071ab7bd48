"""Files of every release that is supported are read, predict as that release did, and state their table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.disclosures import ClassShares, Gaps, NodeSums, Range, SampleSize
from tests.families.lightgbm.fixtures import FIXTURES
from tests.families.lightgbm.make_files import N, table


@pytest.mark.parametrize("name", FIXTURES)
def test_predictions_are_those_of_the_release_that_wrote_it(name: str) -> None:
    model = rd.load_model(FIXTURES[name].path)
    assert FIXTURES[name].same(model)


@pytest.mark.parametrize("name", FIXTURES)
def test_what_is_stated_is_so(name: str) -> None:
    found, train = rd.inspect_model(FIXTURES[name].path), table()
    assert found.unread == ()
    ranges = {fact.features[0]: (fact.low, fact.high) for fact in found.of(Range)}
    assert ranges == {name: (train[name].min(), train[name].max()) for name in ("age", "dose")}
    if not name.startswith("forest"):
        assert [fact.n for fact in found.of(SampleSize)] == [N]
    if name.startswith(("binary", "classes")):
        (shares,) = found.of(ClassShares)
        target = pd.qcut(train["target"], len(shares.classes), labels=False)
        assert (shares.exact, shares.shares) == (True, tuple(np.bincount(target) / N))
        assert {fact.statistic for fact in found.of(NodeSums)} == {"hessian", "gradient", "gain", "value"}
    if not name.startswith("linear"):
        assert [fact.features for fact in found.of(Gaps)] == [("dose",)]
