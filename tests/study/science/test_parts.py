"""No row is in two parts, whatever the table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrodict.errors import RunError
from retrodict.study.design import load_design
from retrodict.study.setting import setting_of
from retrodict.study.specs import PartShares
from retrodict.study.split import Parts, duplicates, split


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(30, 300),
    k=st.integers(0, 5),
    shares=st.tuples(*[st.floats(0.05, 0.33)] * 3),
    seed=st.integers(0, 2**16),
)
def test_parts_are_disjoint_and_of_the_sizes_asked_for(
    n: int, k: int, shares: tuple[float, float, float], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    y = rng.integers(k, size=n).astype(float) if k else rng.standard_normal(n)
    wanted = PartShares(train=shares[0], public=shares[1], holdout=shares[2])
    parts = split(y, bool(k), wanted, rng)
    places = np.concatenate([parts.train, parts.public, parts.holdout])
    assert len(set(places.tolist())) == len(places) <= n
    for part, share in zip((parts.train, parts.public, parts.holdout), shares, strict=True):
        assert abs(len(part) - share * n) <= max(k, 1)  # rounded once a class


def test_a_row_in_two_parts_is_refused() -> None:
    with pytest.raises(RunError, match="two of the parts"):
        Parts(np.array([0, 1]), np.array([1, 2]), np.array([3]))


def test_a_design_whose_parts_must_overlap_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        PartShares(train=0.5, public=0.4, holdout=0.3)


@pytest.mark.parametrize("dataset", ["iris", "wine", "diabetes", "world_random_1"])
def test_the_parts_of_a_study_hold_different_rows(dataset: str) -> None:
    """Values show it too: iris holds one pair of equal flowers, the other tables none."""
    here = setting_of(load_design("smoke"), dataset, 0)
    parts = [here.X[part] for part in (here.parts.train, here.parts.public, here.parts.holdout)]
    assert sum(map(len, parts)) <= len(here.X)
    if here.table.truth is None:
        equal = sum(duplicates(a, b) for a in parts for b in parts if a is not b)
        assert equal <= (2 if dataset == "iris" else 0)


def test_duplicates_are_counted() -> None:
    a = np.array([[1.0, np.nan], [0.0, 2.0], [-0.0, 2.0]])
    assert duplicates(a, np.array([[0.0, 2.0]])) == 2
    assert duplicates(a, np.array([[1.0, np.nan]])) == 1
