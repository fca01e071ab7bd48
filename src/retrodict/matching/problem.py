"""A table to be found: what its rows may hold, and the node counts that they must reproduce."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Problem:
    """The rows and labels that would give a set of trees their node counts.

    Every raw feature is cut into cells at the split points of all trees, and a row is one code a feature, its cell. A
    listed feature has one code a category, so a group of indicator columns is one code and can't break. Numbers have
    their codes in order of value; where rows may be missing, that is the last code.

    Parameters
    ----------
    n
        Rows of the table.
    cells
        Codes of each feature: 0 to ``cells[f] - 1``, shape (d,).
    ordered
        Whether neighbouring codes are neighbouring values (the missing code aside), shape (d,).
    missing
        The code of a missing value, always the last, or -1 where none can be, shape (d,).
    roots
        The first node of each tree, shape (T,); a tree's nodes lie together.
    feature, low, high
        A row goes right where ``low < code[feature] <= high``; at a leaf, `feature` is -1. Shape (nodes,).
    left, right
        The children; -1 at a leaf. Shape (nodes,).
    draws
        How often each row was drawn for each tree (1 for all without a bootstrap), shape (T, n).
    seen
        How many different rows reached the node, shape (nodes,).
    mass
        Sums over the rows that reached the node, draws counted, shape (nodes, C): a classifier's class counts, or a
        regressor's sum of standardised targets, C = 1.
    labelled
        Whether the tree's `mass` is known; else only `seen` is, shape (T,).
    classes
        How many classes; 0 for a regressor.
    levels
        A regressor's possible targets, standardised, sorted, shape (m,): a label is an index into them. Empty for a
        classifier, whose label is the class.
    chances
        What is assumed of the codes before any count is matched: one array a feature, shape (cells[f],), sum 1.
    label_chances
        The same for the labels, shape (classes,) or (m,).
    """

    n: int
    cells: Int[Array, " d"]
    ordered: Bool[Array, " d"]
    missing: Int[Array, " d"]
    roots: Int[Array, " T"]
    feature: Int[Array, " nodes"]
    low: Int[Array, " nodes"]
    high: Int[Array, " nodes"]
    left: Int[Array, " nodes"]
    right: Int[Array, " nodes"]
    draws: Int[Array, "T n"]
    seen: Float[Array, " nodes"]
    mass: Float[Array, "nodes C"]
    labelled: Bool[Array, " T"]
    classes: int
    levels: Float[Array, " m"]
    chances: tuple[Float[Array, " k"], ...]
    label_chances: Float[Array, " c"]

    @property
    def trees(self) -> int:
        """How many trees."""
        return len(self.roots)

    @property
    def labels(self) -> int:
        """How many label codes."""
        return self.classes or len(self.levels)
