"""The trees of a model text as arrays over their nodes: inner nodes as they are numbered, then leaves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.sets import SetSplit
from retrodict.disclosures.trees.tree import Tree
from retrodict.families.lightgbm.columns import Columns
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import (
    DEFAULT_LEFT,
    NAN_MISSING,
    NO_MISSING,
    ZERO_MISSING,
    TreeText,
)

Array = np.ndarray

NEAR_ZERO = 1e-34
"""The library parts zero from numbers next to it at 1e-35 and -1e-35, which are midway between no values."""
NO_END = 1e300
"""What the library writes for an infinite threshold, which parts missing values from all others."""


def trees_of(text: ModelText, place: Place, kinds: Columns) -> list[Tree]:
    """Return all trees, round by round.

    Parameters
    ----------
    text
        The model.
    place
        Where it stands: its columns.
    kinds
        Of its columns: a listed one holds places in its list.
    """
    columns = tuple(
        _listed(column, kinds.lists[i]) if i in kinds.lists and column.number else column
        for i, column in enumerate(place.columns)
    )
    return [_tree(tree, columns) for tree in text.trees]


def _listed(column: Column, values: tuple[object, ...]) -> Column:
    return replace(column, categories=values)


def _tree(tree: TreeText, columns: tuple[Column, ...]) -> Tree:
    """Return one tree."""
    left, right = tree.sides
    by_set, ends = tree.categorical, tree.leaves
    feature = np.concatenate([np.where(by_set, -1, tree.feature), np.full(ends, -1)])
    threshold = np.where(by_set, np.nan, tree.threshold)
    threshold = np.where(np.abs(threshold) >= NO_END, np.copysign(np.inf, threshold), threshold)
    default = (tree.decision & DEFAULT_LEFT) > 0
    as_zero = np.where(np.isnan(threshold), False, threshold >= 0.0)
    missing_left = np.where(tree.missing == NO_MISSING, as_zero, default) & ~by_set
    return Tree(
        columns,
        feature,
        np.concatenate([threshold, np.full(ends, np.nan)]),
        left,
        right,
        rows_of(tree),
        missing_left=np.concatenate([missing_left, np.zeros(ends, dtype=bool)]),
        double=True,
        sets=_sets(tree),
    )


def _sets(tree: TreeText) -> dict[int, SetSplit]:
    """Return the splits by sets of codes; missing values and codes that are not known go right with the others."""
    nodes = np.flatnonzero(tree.categorical).tolist()
    return {i: SetSplit(int(tree.feature[i]), frozenset(tree.codes(i).tolist()), left=True) for i in nodes}


def rows_of(tree: TreeText) -> Array:
    """Return how many rows reached each node; zeros where that is not stated."""
    if tree.count is None or not tree.count.any():
        return np.zeros(2 * tree.leaves - 1, dtype=np.int64)
    inner = tree.inner_count if tree.inner_count is not None else _added(tree, tree.count.astype(np.float64))
    return np.concatenate([np.asarray(inner, dtype=np.int64), tree.count])


def summed(tree: TreeText, of_leaves: Float[Array, " leaves"]) -> Float[Array, " nodes"]:
    """Return sums over nodes from those of leaves, inner nodes first.

    The text rounds what it states of inner nodes to six digits, and some releases write nothing for the root.
    """
    return np.concatenate([_added(tree, of_leaves), of_leaves])


def _added(tree: TreeText, of_leaves: Float[Array, " leaves"]) -> Float[Array, " inner"]:
    inner, (left, right) = tree.leaves - 1, tree.sides
    found = np.concatenate([np.zeros(inner), of_leaves])
    with np.errstate(invalid="ignore"):  # a file may hold infinite sums
        for level in reversed(tree.levels):
            found[level] = found[left[level]] + found[right[level]]
    return found[:inner]


def met_gaps(text: ModelText) -> list[int]:
    """Return the columns that had missing values: a split of numbers that has a side for NaN says so."""
    found = {int(i) for tree in text.trees for i in tree.feature[~tree.categorical & (tree.missing == NAN_MISSING)]}
    return sorted(found)


def parts_zero(text: ModelText) -> bool:
    """Whether zero counted as missing."""
    return any(bool((tree.missing[~tree.categorical] == ZERO_MISSING).any()) for tree in text.trees)
