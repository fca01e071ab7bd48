"""Splits of many trees at once, against a walk down each tree by itself."""

from __future__ import annotations

import numpy as np
import pytest

from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees import cuts as module
from retrodict.disclosures.trees.chains import grid_values
from retrodict.disclosures.trees.cuts import cuts_of
from retrodict.disclosures.trees.points import points_of
from retrodict.disclosures.trees.stretches import stretches
from retrodict.disclosures.trees.tree import Tree

COLUMNS = tuple(Column.start(name) for name in "abc")


def grown(seed: int, inner: int) -> Tree:
    """Return a tree of chance, from long chains to even ones; one column in four is no number."""
    rng = np.random.default_rng(seed)
    left, right = np.full(2 * inner + 1, -1), np.full(2 * inner + 1, -1)
    leaves = [0]
    for i in range(inner):
        at = leaves.pop(-1 if seed % 2 else int(rng.integers(len(leaves))))
        left[at], right[at] = 2 * i + 1, 2 * i + 2
        leaves += [2 * i + 1, 2 * i + 2]
    feature = np.where(left < 0, -2, rng.integers(-1, 3, len(left)))
    points = rng.integers(-6, 7, len(left)) / 2.0
    points[rng.random(len(left)) < 0.1] = np.inf
    return Tree(COLUMNS, feature, points, left, right, rng.integers(0, 5, len(left)), midpoints=True)


TREES = [grown(seed, 3 + 7 * seed) for seed in range(8)]


def walked(tree: Tree) -> list[tuple[int, list[tuple[int, bool]]]]:
    """Return every node with the way to it: each split above, and whether it lies right."""
    found, stack = [], [(0, [])]
    while stack:
        node, way = stack.pop()
        found.append((node, way))
        if tree.left[node] >= 0:
            stack += [(int(tree.left[node]), [*way, (node, False)]), (int(tree.right[node]), [*way, (node, True)])]
    return found


def ends(tree: Tree, way: list[tuple[int, bool]], i: int) -> tuple[float, float]:
    own = [(float(tree.threshold[node]), right) for node, right in way if tree.feature[node] == i]
    return max((p for p, right in own if right), default=-np.inf), min((p for p, r in own if not r), default=np.inf)


@pytest.mark.parametrize("at_once", [1, 200, module._AT_ONCE])
def test_stretches_are_those_of_each_leaf(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", at_once)
    expected: dict[str, dict[tuple[float, float], float]] = {column.name: {} for column in COLUMNS}
    for tree in TREES:
        for node, way in walked(tree):
            for i in set(tree.used.tolist()) if tree.left[node] < 0 else ():
                pair = ends(tree, way, i)
                if np.isfinite(pair).any():
                    own = expected[COLUMNS[i].name]
                    own[pair] = own.get(pair, 0.0) + tree.rows[node]
    for fact in stretches(TREES, Place("", COLUMNS), "trees"):
        found = list(zip(fact.lows.tolist(), fact.highs.tolist(), strict=True))
        assert found == sorted(expected[fact.features[0]])
        assert fact.counts.tolist() == [expected[fact.features[0]][pair] for pair in found]


def test_each_split_knows_what_is_above_and_below_it() -> None:
    for cuts in cuts_of(TREES, lambda column: column.name != "b"):
        low, high = cuts.ends(cuts.point, -np.inf, np.inf)
        greatest, least = cuts.reach()
        found = {int(node): k for k, node in enumerate(cuts.node)}
        for tree, start in zip(TREES, cuts.starts, strict=True):
            ways = walked(tree)
            for node, way in ways:
                i = int(tree.feature[node])
                if tree.left[node] < 0 or i not in (0, 2):
                    assert int(start) + node not in found
                    continue
                k = found.pop(int(start) + node)
                assert (low[k], high[k]) == ends(tree, way, i)
                inner = [(n, w) for n, w in ways if tree.left[n] >= 0 and tree.feature[n] == i]
                assert greatest[k] == max((tree.threshold[n] for n, w in inner if (node, False) in w), default=-np.inf)
                assert least[k] == min((tree.threshold[n] for n, w in inner if (node, True) in w), default=np.inf)
        assert not found


def test_points_come_in_the_order_of_trees() -> None:
    late = Tree(
        COLUMNS, np.array([2, -1, -1]), np.array([7.5, 0, 0]), *np.array([[1, -1, -1], [2, -1, -1]]), np.ones(3)
    )
    found = list(points_of([late, *TREES]))
    assert [column.name for column, _ in found] == ["c", "a", "b"]
    for column, points in found:
        i = COLUMNS.index(column)
        own = [tree.threshold[(tree.feature == i) & np.isfinite(tree.threshold)] for tree in (late, *TREES)]
        assert points.tolist() == np.unique(np.concatenate(own)).tolist()


def test_values_on_a_grid_lie_on_both_sides_of_a_split_without_room() -> None:
    sides = (np.array([1, 3, -1, -1, -1]), np.array([2, 4, -1, -1, -1]))
    tree = Tree(COLUMNS, np.array([0, 0, -1, -1, -1]), np.array([2.5, 1.5, 0, 0, 0]), *sides, np.ones(5))
    assert grid_values([tree], {"a": 1.0})["a"].tolist() == [1.0, 2.0, 3.0]
