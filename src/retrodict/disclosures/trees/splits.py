"""What a tree's splits say of a column at each of its nodes."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray


def node_ends(tree: Tree, used: Int[Array, " k"]) -> tuple[Float[Array, "n k"], Float[Array, "n k"]]:
    """Return, for every node, the ends that the splits above it set to each used column."""
    lows = np.full((len(tree.feature), len(used)), -np.inf)
    highs = np.full_like(lows, np.inf)
    slot = np.searchsorted(used, tree.feature)
    for level in tree.levels():
        left, right = tree.left[level], tree.right[level]
        for child in (left, right):
            lows[child], highs[child] = lows[level], highs[level]
        cut = np.isin(tree.feature[level], used)
        at, points = slot[level[cut]], tree.threshold[level[cut]]
        highs[left[cut], at] = np.minimum(highs[left[cut], at], points)
        lows[right[cut], at] = np.maximum(lows[right[cut], at], points)
    return lows, highs


def subtree_ends(tree: Tree, used: Int[Array, " k"]) -> tuple[Float[Array, "n k"], Float[Array, "n k"]]:
    """Return the least and the greatest split point of each used column at or below every node."""
    least = np.full((len(tree.feature), len(used)), np.inf)
    greatest = np.full_like(least, -np.inf)
    inner = np.flatnonzero(~tree.leaf & np.isin(tree.feature, used))
    at = np.searchsorted(used, tree.feature[inner])
    least[inner, at] = greatest[inner, at] = tree.threshold[inner]
    for level in reversed(tree.levels()):
        for child in (tree.left[level], tree.right[level]):
            least[level] = np.minimum(least[level], least[child])
            greatest[level] = np.maximum(greatest[level], greatest[child])
    return least, greatest
