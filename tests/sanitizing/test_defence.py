"""Defences change trees as they say, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import retrodict as rd
from retrodict.errors import RequestError
from retrodict.sanitizing import Defence
from retrodict.sanitizing.defence import defences_of
from retrodict.sanitizing.leaf_trees import LeafTree, LeafTrees

DRAW = np.random.default_rng(0)
# the root has a leaf of 6 rows and a node whose leaves have 1 and 3
TREE = LeafTree(
    np.array([1, -1, 3, -1, -1]),
    np.array([2, -1, 4, -1, -1]),
    np.array([[0.0], [5.0], [0.0], [1.0], [2.0]]),
    np.array([10.0, 6.0, 4.0, 1.0, 3.0]),
)
# three leaves have rows; the last level parts off one of 2
BY_LEVEL = LeafTree(
    np.array([1, 3, 4, -1, -1, -1, -1]),
    np.array([2, 5, 6, -1, -1, -1, -1]),
    np.array([[0.0], [0.0], [0.0], [1.0], [2.0], [3.0], [4.0]]),
    np.array([10.0, 4.0, 6.0, 2.0, 6.0, 2.0, 0.0]),
    by_level=True,
)


def applied(told: str, tree: LeafTree) -> LeafTree:
    (made,) = Defence.of(told).applied(LeafTrees((tree,)), DRAW).trees
    return made


def test_leaves_of_few_rows_become_the_mean_of_their_rows() -> None:
    made = applied("leaves=2", TREE)
    assert np.flatnonzero(made.leaf).tolist() == [1, 2]
    assert made.values[2, 0] == pytest.approx((1 * 1.0 + 3 * 2.0) / 4)
    assert [side.tolist() for side in made.renumbered()] == [[1, -1, -1], [2, -1, -1]]
    root = applied("leaves=5", TREE)
    assert root.leaf.tolist() == [True, False, False, False, False]
    assert root.values[0, 0] == pytest.approx((6 * 5.0 + 1 * 1.0 + 3 * 2.0) / 10)


def test_trees_by_level_lose_whole_levels() -> None:
    made = applied("leaves=3", BY_LEVEL)
    assert np.flatnonzero(made.leaf).tolist() == [1, 2]
    assert made.values[1:3, 0].tolist() == [2.0, 2.0]
    assert applied("leaves=2", BY_LEVEL).leaf.sum() == 4


def test_noise_is_of_the_size_that_is_stated() -> None:
    n = 4_000
    chain = np.arange(n - 1)
    left, right = np.full(2 * n - 1, -1), np.full(2 * n - 1, -1)
    left[2 * chain], right[2 * chain] = 2 * chain + 1, 2 * chain + 2
    tree = LeafTree(left, right, np.where(left < 0, np.arange(2 * n - 1) % 3, 0.0)[:, None] + 100.0)
    change = (applied("noise=0.1", tree).values - tree.values)[tree.leaf]
    spread = np.std(tree.values[tree.leaf])
    assert np.std(change) == pytest.approx(0.1 * spread, rel=0.05)
    assert abs(change.mean()) < 0.01 * spread


def test_the_first_rounds_are_kept() -> None:
    every = LeafTrees((TREE, BY_LEVEL, TREE, BY_LEVEL), each_round=2)
    assert Defence("trees", 1).applied(every, DRAW).trees == every.trees[:2]
    with pytest.raises(RequestError, match="has 2 rounds of trees"):
        Defence("trees", 2).applied(every, DRAW)


def test_leaves_whose_rows_are_not_stated_are_not_joined() -> None:
    with pytest.raises(RequestError, match="does not state how many training rows"):
        applied("leaves=2", replace(TREE, rows=None))


@pytest.mark.parametrize(
    "told", ["trees", "trees=x", "trees=nan", "trees=0", "trees=2.5", "noise=-1", "leaves=1", "x=3"]
)
def test_what_names_no_defence_is_refused(told: str) -> None:
    with pytest.raises(RequestError):
        Defence.of(told)


def test_several_defences_are_named_as_they_are_written() -> None:
    assert [str(one) for one in defences_of(["trees=25", Defence("noise", 0.1)])] == ["trees=25", "noise=0.1"]
    assert defences_of(None) == ()


def test_a_model_without_boosted_trees_is_refused() -> None:
    from sklearn.linear_model import LogisticRegression

    made = LogisticRegression().fit(DRAW.normal(size=(30, 2)), np.arange(30) % 2)
    with pytest.raises(RequestError, match="holds no boosted trees"):
        rd.sanitize(made, defend="trees=2")
