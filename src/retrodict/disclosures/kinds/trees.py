"""What the nodes of trees state of the rows that reached them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retrodict.disclosures.fact import Disclosure
from retrodict.results.json_values import plain

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Thresholds(Disclosure):
    """Sorted distinct split points of a feature, in raw units; `midpoints` of two training values, or drawn."""

    thresholds: Array
    midpoints: bool = True


@dataclass(frozen=True, eq=False)
class Stretches(Disclosure):
    """How many training rows lie between two split points of a feature, leaf by leaf.

    Each leaf of a tree that splits on the feature holds as many rows as it counts, with values above one of its split
    points and up to another. Rows without a value are among those of the side they were sent to.

    Parameters
    ----------
    lows, highs
        Shape (m,): the stretches ``(low, high]``, in raw units, infinite where a side is open; positions in
        `categories` where they are given, and 0 or 1 where it is the indicator of `category`.
    counts
        Shape (m,): rows in leaves of this very stretch, summed over the trees.
    """

    lows: Array = field(repr=False)
    highs: Array = field(repr=False)
    counts: Array = field(repr=False)
    categories: tuple[Any, ...] | None = None
    category: Any = None

    def values(self) -> dict[str, Any]:
        """Return a summary; the arrays stay attributes."""
        own = {"categories": plain(self.categories), "category": plain(self.category)}
        head = {"stretches": len(self.counts), "rows_counted": int(self.counts.sum())}
        return head | {name: value for name, value in own.items() if value is not None}


@dataclass(frozen=True, eq=False)
class NodeCounts(Disclosure):
    """How many training rows reached each node of each tree.

    Parameters
    ----------
    counts
        One array a tree, in the tree's own order of nodes; a leaf's neighbours are in the model.
    leaves
        One mask a tree: which nodes are leaves.
    weights
        The same as sums of weights, where stored: in a bootstrap draw a row's weight is how often it was drawn.
    few
        Leaves with at most this many rows count as small.
    trees
        The first of the trees, over raw features (see `disclosures.trees.raw_trees`), where all rows are counted.
    drawn
        The same where only rows of a draw are counted, a bootstrap's, or rows count unequally.
    labels
        Where the trees state the target of a node's rows: the classes in the order of their values, or nothing of
        numbers. ``None`` where they do not, or where it is not the target of the table.
    """

    counts: tuple[Array, ...] = field(repr=False)
    leaves: tuple[Array, ...] = field(repr=False)
    weights: tuple[Array, ...] | None = field(default=None, repr=False)
    few: int = 5
    trees: tuple[Any, ...] = field(default=(), repr=False)
    drawn: tuple[Any, ...] = field(default=(), repr=False)
    labels: tuple[Any, ...] | None = field(default=None, repr=False)

    def values(self) -> dict[str, Any]:
        """Return a summary; the arrays stay attributes."""
        leaf_counts = np.concatenate([c[leaf] for c, leaf in zip(self.counts, self.leaves, strict=True)])
        return {
            "trees": len(self.counts),
            "nodes": int(sum(len(c) for c in self.counts)),
            "leaves": len(leaf_counts),
            "small_leaves": int((leaf_counts <= self.few).sum()),
            "single_row_leaves": int((leaf_counts == 1).sum()),
            "smallest_leaf": int(leaf_counts.min()),
            "n": int(max(c[0] for c in self.counts)),
        }


@dataclass(frozen=True, eq=False)
class GradientSums(Disclosure):
    """Leaf values of boosted trees: each is a sum over the training rows of its leaf, or a quantile of them.

    Before tree ``t`` the score of every possible row is known, and with it the gradient ``g`` and the hessian ``h``
    that it adds to its leaf; the leaf's value ``v`` states ``sum(g) + (v / rate) (sum(h) + penalty) = 0``. Enough of
    these equations have one table as their solution. Absolute and quantile losses (and Huber's) set a leaf to a
    quantile of what is left to predict of its rows, which is that of single rows.

    Parameters
    ----------
    statistic
        `sum` or `quantile`.
    trees
        How many.
    equations
        Leaves of all trees, each an equation about the rows in it.
    rate
        What leaf values were multiplied by (the learning rate); ``None`` where it is not stored.
    penalty
        The L2 penalty on leaf values; ``None`` where it is not stored.
    """

    statistic: str
    trees: int
    equations: int
    rate: float | None = None
    penalty: float | None = None


@dataclass(frozen=True, eq=False)
class NodeSums(Disclosure):
    """A sum over the training rows of each node of each tree that is no count of them.

    Boosted trees sum gradients and hessians of the loss at the score before the tree (see `GradientSums`): each sum is
    an equation about the rows of its node, beside the one that a leaf's value states.

    Parameters
    ----------
    statistic
        What is summed: `hessian`, `gradient`, `gain` (what a split gained, which is a function of the sums of both its
        sides), `weight` ...
    sums
        One array a tree, in the tree's own order of nodes; NaN where a node states none.
    leaves
        One mask a tree: which nodes are leaves.
    """

    statistic: str
    sums: tuple[Array, ...] = field(repr=False)
    leaves: tuple[Array, ...] = field(repr=False)

    def values(self) -> dict[str, Any]:
        """Return a summary; the arrays stay attributes."""
        stated = sum(int(np.isfinite(own).sum()) for own in self.sums)
        return {"statistic": self.statistic, "trees": len(self.sums), "equations": stated}
