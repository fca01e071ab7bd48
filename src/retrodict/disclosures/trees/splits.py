"""One tree as arrays over its nodes, and what its splits say of a column at each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.disclosures.columns import Columns

Array = np.ndarray


@dataclass(frozen=True)
class Splits:
    """One tree as arrays over its nodes.

    Parameters
    ----------
    columns
        Its input columns.
    feature
        The position of the column that a node splits; negative where it splits none by a number.
    threshold
        Values up to it go left.
    left, right
        The children; negative or equal at leaves.
    counts
        Rows at each node.
    """

    columns: Columns
    feature: Int[Array, " n"]
    threshold: Float[Array, " n"]
    left: Int[Array, " n"]
    right: Int[Array, " n"]
    counts: Int[Array, " n"]

    @property
    def leaf(self) -> Bool[Array, " n"]:
        """Which nodes are leaves."""
        return self.left == self.right

    @property
    def used(self) -> Int[Array, " k"]:
        """The columns that are split by a number, sorted."""
        return np.unique(self.feature[~self.leaf & (self.feature >= 0)])

    def levels(self) -> list[Int[Array, " m"]]:
        """Return the inner nodes, level by level from the root."""
        out = []
        level = np.zeros(1, dtype=np.int64)
        while len(level := level[~self.leaf[level]]):
            out.append(level)
            level = np.concatenate([self.left[level], self.right[level]])
        return out


def node_ends(tree: Splits, used: Int[Array, " k"]) -> tuple[Float[Array, "n k"], Float[Array, "n k"]]:
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


def subtree_ends(tree: Splits, used: Int[Array, " k"]) -> tuple[Float[Array, "n k"], Float[Array, "n k"]]:
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
