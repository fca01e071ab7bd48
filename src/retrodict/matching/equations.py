"""Boosted trees in codes: where rows go, and the equations that the number of each possible row must fulfil."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.matching.losses import Loss
from retrodict.matching.problem import Table

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Routes:
    """Where rows of codes go: the nodes of all trees in one array.

    Parameters
    ----------
    roots
        The first node of each tree, shape (T,).
    feature
        The column of codes that a node splits, -1 at a leaf, shape (nodes,).
    left, right
        The children, shape (nodes,).
    start
        Where the node's answers begin in `goes_left`: one for each code of its feature, shape (nodes,).
    goes_left
        Answers of all nodes.
    leaf
        The number of a leaf within its tree, from 0; -1 at inner nodes, shape (nodes,).
    value
        What a row in the leaf adds to a score, shape (nodes,).
    output, turn
        Of each tree; see `BoostedTree`, shape (T,).
    """

    roots: Int[Array, " T"]
    feature: Int[Array, " nodes"]
    left: Int[Array, " nodes"]
    right: Int[Array, " nodes"]
    start: Int[Array, " nodes"]
    goes_left: Bool[Array, " answers"]
    leaf: Int[Array, " nodes"]
    value: Float[Array, " nodes"]
    output: Int[Array, " T"]
    turn: Int[Array, " T"]

    def __len__(self) -> int:
        return len(self.roots)

    @property
    def most_leaves(self) -> int:
        """The number of leaves of the largest tree."""
        return int(self.leaf.max()) + 1


@dataclass(frozen=True, eq=False)
class Blocks:
    """Equations, block by block. A block is one tree whose leaves are joined to cells; rows of a cell share equations.

    Leaves are cells of their own where leaves state something; nodes at one depth are where inner nodes do.

    Parameters
    ----------
    tree
        Of each block, shape (B,).
    cell
        The cell of each of the tree's leaves, among all cells of all blocks; -1 where none states anything. Shape
        (B, most leaves).
    coefficients
        Of 1, g, h and g squared in each equation of the cell, shape (B, most leaves, Q, 4).
    totals, rounding
        Shape (cells, Q).
    weights
        What squared misfits are weighed by: about the inverse of what one row contributes, squared; 0 where a cell has
        fewer than Q equations. Shape (cells, Q).
    row_rounding
        What each row of the cell adds to `rounding`, shape (cells, Q).
    """

    tree: Int[Array, " B"]
    cell: Int[Array, "B L"]
    coefficients: Float[Array, "B L Q 4"]
    totals: Float[Array, "cells Q"]
    rounding: Float[Array, "cells Q"]
    weights: Float[Array, "cells Q"]
    row_rounding: Float[Array, "cells Q"]

    @property
    def equations(self) -> int:
        """How many there are."""
        return int((self.weights > 0).sum())


@dataclass(frozen=True, eq=False)
class Equations:
    """What the number of each possible row must fulfil.

    Parameters
    ----------
    table
        What rows may hold; its `n` is 0 where the number of rows is not known.
    exclusive
        Groups of columns of codes with two codes each of which at most one holds its second code in any row, since they
        are the indicators of one category.
    routes
        Where rows go.
    blocks
        The equations.
    loss, start, labels, single
        See `Boosting`; shapes (K,) and (c,).
    multiplicities
        How often each row was drawn for each tree, in the order of the table, shape (T, n); ``None`` where every row
        counted once for every tree, so that nothing tells rows apart but what they hold.
    shares
        See `Boosting`, shape (T, 1 + T).
    mixed
        Whether labels are the ends of a range: a row with a target between them is a mix of both, so that only the
        number of rows with either is whole.
    """

    table: Table
    exclusive: tuple[tuple[int, ...], ...]
    routes: Routes
    blocks: Blocks
    loss: Loss
    start: Float[Array, " K"]
    labels: Float[Array, " c"]
    single: bool
    multiplicities: Int[Array, "T n"] | None = None
    shares: Float[Array, "T before"] | None = None
    mixed: bool = False
