"""Boosted trees as far as a defence changes them: their shape, what leaves add to a score, and rows of nodes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class LeafTree:
    """One tree: nodes below a leaf are no longer in it.

    Parameters
    ----------
    left, right
        Children of every node, behind their parents; -1 at leaves. The root is the first.
    values
        What each leaf adds to scores, shape (nodes, outputs); what stands at inner nodes means nothing.
    rows
        Training rows (or their weight) at each node; ``None`` where that is not stated.
    by_level
        Whether all nodes of a depth are split, or none is: such a tree loses whole levels.
    """

    left: Int[Array, " nodes"]
    right: Int[Array, " nodes"]
    values: Float[Array, "nodes outputs"]
    rows: Float[Array, " nodes"] | None = None
    by_level: bool = False

    @cached_property
    def reached(self) -> Bool[Array, " nodes"]:
        """Which nodes rows can come to."""
        out = np.zeros(len(self.left), dtype=bool)
        out[0] = True
        for level in self.levels:
            out[self.left[level]] = out[self.right[level]] = True
        return out

    @cached_property
    def leaf(self) -> Bool[Array, " nodes"]:
        """Which nodes are leaves that rows can come to."""
        return self.reached & (self.left < 0)

    @cached_property
    def levels(self) -> list[Int[Array, " l"]]:
        """The inner nodes, level by level from the root."""
        out, level = [], np.zeros(1, dtype=np.int64)
        while len(level := level[self.left[level] >= 0]):
            out.append(level)
            level = np.concatenate([self.left[level], self.right[level]])
        return out

    @cached_property
    def places(self) -> Int[Array, " nodes"]:
        """The number of each node among those that rows can come to; -1 of others."""
        return np.where(self.reached, np.cumsum(self.reached) - 1, -1)

    def renumbered(self) -> tuple[Int[Array, " kept"], Int[Array, " kept"]]:
        """Return children over the nodes that rows can come to, numbered anew in their order; -1 at leaves."""
        own = (np.where(side < 0, -1, self.places[side])[self.reached] for side in (self.left, self.right))
        left, right = own
        return left, right


@dataclass(frozen=True, eq=False)
class LeafTrees:
    """The boosted trees that predictions are made of.

    Parameters
    ----------
    trees
        In the order in which they were grown.
    each_round
        Trees of one round: one a score of a row, or several.
    """

    trees: tuple[LeafTree, ...]
    each_round: int = 1

    @property
    def rounds(self) -> int:
        """Rounds of boosting."""
        return len(self.trees) // self.each_round

    @property
    def leaves(self) -> int:
        """Leaves of all trees."""
        return sum(int(tree.leaf.sum()) for tree in self.trees)
