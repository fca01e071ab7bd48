"""CatBoost's trees with other leaf values, fewer levels, or fewer rounds."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int

from retrodict.errors import RequestError
from retrodict.families.catboost.content import Content
from retrodict.sanitizing.leaf_trees import LeafTree, LeafTrees

Array = np.ndarray


def leaf_trees(content: Content) -> LeafTrees:
    """Return the trees of a model; those that are not symmetric as their leaves alone, whose rows are not told.

    Raises
    ------
    RequestError
        If it has no trees.
    """
    trees = content.trees
    if not len(trees.sizes):
        raise RequestError("the model has no trees, and no defence of it is known")
    values = trees.values.reshape(-1, content.dimension)
    ends = _leaf_ends(content)
    weights = trees.weights if len(trees.weights) else None
    found = []
    for i, (first, last) in enumerate(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)):
        own = values[first:last]
        if trees.symmetric:
            found.append(_by_level(int(trees.sizes[i]), own, None if weights is None else weights[first:last]))
        else:
            found.append(_any_shape(own))
    return LeafTrees(tuple(found))


def with_leaf_trees(content: Content, every: LeafTrees) -> Content:
    """Return a model with changed trees; see `Defensible`."""
    trees, kept = content.trees, len(every.trees)
    values = np.concatenate([tree.values[tree.leaf] for tree in every.trees]).ravel()
    if not trees.symmetric:
        nodes = int(trees.sizes[:kept].sum())
        return _with_trees(
            content,
            sizes=trees.sizes[:kept],
            starts=trees.starts[:kept],
            splits=trees.splits[:nodes],
            steps=trees.steps[:nodes],
            leaf_of=trees.leaf_of[:nodes],
            values=values,
        )
    sizes = np.array([len(tree.levels) for tree in every.trees], dtype=trees.sizes.dtype)
    starts = (np.cumsum(sizes) - sizes).astype(trees.starts.dtype)
    chosen = [trees.splits[first : first + size] for first, size in zip(trees.starts.tolist(), sizes, strict=False)]
    return _with_trees(content, sizes=sizes, starts=starts, splits=np.concatenate(chosen), values=values)


def _with_trees(content: Content, **changes: Any) -> Content:
    """Return it with other trees, of which it is not told how many rows reached each leaf."""
    return content.with_trees(**changes, weights=content.trees.weights[:0])


def _leaf_ends(content: Content) -> Int[Array, " trees"]:
    """Return where each tree's leaves end among all."""
    trees = content.trees
    if trees.symmetric:
        return np.cumsum(1 << trees.sizes.astype(np.int64))
    stays = (trees.steps == 0).any(axis=1)
    return np.cumsum(np.add.reduceat(stays.astype(np.int64), trees.starts.astype(np.int64)))


def _by_level(depth: int, values: Array, weights: Float[Array, " leaves"] | None) -> LeafTree:
    """Return a symmetric tree, level after level: bit ``j`` of a leaf's number is the answer at level ``j``."""
    inner, nodes = (1 << depth) - 1, (2 << depth) - 1
    left, right = np.full(nodes, -1, dtype=np.int64), np.full(nodes, -1, dtype=np.int64)
    every, rows = np.zeros((nodes, values.shape[1])), np.zeros(nodes)
    every[inner:] = values
    rows[inner:] = 0.0 if weights is None else weights
    for level in reversed(range(depth)):
        own = (1 << level) - 1 + np.arange(1 << level)
        left[own] = own + (1 << level)
        right[own] = own + (2 << level)
        rows[own] = rows[left[own]] + rows[right[own]]
    return LeafTree(left, right, every, None if weights is None else rows, by_level=True)


def _any_shape(values: Array) -> LeafTree:
    """Return leaves that hang on one another in any way: what they put out is all that is changed."""
    n = len(values)
    left, right = np.full(2 * n - 1, -1, dtype=np.int64), np.full(2 * n - 1, -1, dtype=np.int64)
    left[: 2 * n - 2 : 2] = np.arange(1, 2 * n - 1, 2)
    right[: 2 * n - 2 : 2] = np.arange(2, 2 * n, 2)
    every = np.zeros((2 * n - 1, values.shape[1]))
    every[left < 0] = values
    return LeafTree(left, right, every)
