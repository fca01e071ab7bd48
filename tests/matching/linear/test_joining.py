"""Rows that are put together part by part are those of the whole list that reach no empty leaf."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retrodict.matching.linear import states
from retrodict.matching.linear.joining import empty_leaves
from retrodict.matching.linear.routing import leaves_of
from retrodict.matching.linear.states import listed_states
from tests.matching.planted_equations import in_codes, read


def fitted() -> tuple[Any, pd.DataFrame, np.ndarray]:
    catboost = pytest.importorskip("catboost")
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.integers(0, 3, (60, 6)).astype(float), columns=list("abcdef"))
    y = (X["a"] + X["b"] * X["c"] + rng.normal(size=60) > 2).astype(int).to_numpy()
    quiet = {"verbose": 0, "allow_writing_files": False, "thread_count": 1}
    return catboost.CatBoostClassifier(iterations=20, depth=5, **quiet).fit(X, y), X, y


def test_joined_rows_are_the_possible_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    model, X, y = fitted()
    reading = read(model)
    equations = reading.equations
    joined = listed_states(equations)
    monkeypatch.setattr(states, "MOST_JOINED", 0)  # as if too many were left
    listed = listed_states(equations)
    assert joined is not None
    assert listed is not None
    for name in ("codes", "alike", "share"):
        assert np.array_equal(getattr(joined, name), getattr(listed, name))
    empty, codes = empty_leaves(equations), in_codes(reading, X, y)[0]
    for own in (joined.codes, codes):  # neither they nor the table reach an empty leaf
        leaves = leaves_of(equations.routes, own)
        assert not empty[np.arange(len(leaves))[:, None], leaves].any()
    everything = listed_states(replace(equations, blocks=replace(equations.blocks, totals=equations.blocks.totals + 1)))
    assert everything is not None
    assert len(everything) > 2 * len(joined)  # without empty leaves nothing is shut out


def test_too_many_rows_are_not_listed() -> None:
    assert listed_states(read(fitted()[0]).equations, 10) is None
