"""One fitted tree as arrays over its nodes, whatever library grew it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.trees.sets import SetSplit

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Tree:
    """One fitted tree as arrays over its nodes, the root first, as a family builds it from its library's own.

    Parameters
    ----------
    columns
        Its input columns.
    feature
        The position of the column that a node splits; negative where it splits none by a number.
    threshold
        Values up to it go left, once rounded to 32 bits (see `double`); an infinite one parts missing values from all
        others.
    left, right
        The children, further back than their parent; negative at leaves.
    rows
        How many different rows reached the node; not positive where counts were stripped.
    missing_left
        Whether missing values go left; ``None`` where the tree takes none.
    met_missing
        Whether missing values have reached the node for sure; ``None`` where the tree does not show any.
    weights
        The summed weights of the rows that reached the node; ``None`` where each counts once.
    value
        What the file states of the target there, shape (nodes, outputs, classes); ``None`` where that is nothing.
    impurity
        The spread of the target there, as the tree measured it; ``None`` where it is not stated.
    midpoints
        Whether thresholds lie midway between two values of the node's rows, not at random or on a grid of bins.
    double
        Whether values are compared as they are, in 64 bits, and thresholds are stated to 64 bits.
    asked
        Feature and threshold of each different split, where these are known without a look at all nodes.
    sets
        The splits by sets of categories, by node; their `feature` is negative.
    """

    columns: Columns
    feature: Int[Array, " nodes"]
    threshold: Float[Array, " nodes"]
    left: Int[Array, " nodes"]
    right: Int[Array, " nodes"]
    rows: Int[Array, " nodes"]
    missing_left: Bool[Array, " nodes"] | None = None
    met_missing: Bool[Array, " nodes"] | None = None
    weights: Float[Array, " nodes"] | None = None
    value: Float[Array, "nodes outputs C"] | None = None
    impurity: Float[Array, " nodes"] | None = None
    midpoints: bool = False
    double: bool = False
    asked: tuple[Int[Array, " q"], Float[Array, " q"]] | None = None
    sets: Mapping[int, SetSplit] = field(default_factory=dict)

    @property
    def leaf(self) -> Bool[Array, " nodes"]:
        """Which nodes are leaves."""
        return self.left < 0

    @property
    def splits(self) -> tuple[Int[Array, " q"], Float[Array, " q"]]:
        """Feature and threshold of each split by a number, among others that have a negative feature."""
        return (self.feature, self.threshold) if self.asked is None else self.asked

    @cached_property
    def used(self) -> Int[Array, " k"]:
        """The columns that are split by a number, sorted."""
        if self.asked is not None:  # a handful
            return np.array(sorted({i for i in self.asked[0].tolist() if i >= 0}), dtype=np.int64)
        return np.unique(self.feature[self.feature >= 0])

    @property
    def stripped(self) -> bool:
        """Whether its node counts were taken out, and with them what inner nodes would predict."""
        return not len(self.rows) or int(self.rows[0]) <= 0

    @property
    def weighted(self) -> bool:
        """Whether rows counted unequally (or several times: a bootstrap draw)."""
        return self.weights is not None and not np.array_equal(self.weights, self.rows)

    def levels(self) -> list[Int[Array, " m"]]:
        """Return the inner nodes, level by level from the root."""
        out = []
        level = np.zeros(1, dtype=np.int64)
        while len(level := level[~self.leaf[level]]):
            out.append(level)
            level = np.concatenate([self.left[level], self.right[level]])
        return out
