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
    answers
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
    answers: Int[Array, " nodes"]
    goes_left: Bool[Array, " all_answers"]
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
    """Equations, block by block. A block is one tree with its sites: nodes that state something, none below another.

    Rows that pass a site share its equations. Sites are the leaves where leaves state something, and nodes of one depth
    where inner nodes do.

    Parameters
    ----------
    tree
        Of each block, shape (B,).
    site
        The site that each of the tree's leaves is or lies below, among all sites of all blocks; -1 where none is.
        Shape (B, most leaves).
    coefficients
        Of 1, g, h and g squared in each equation of the site, shape (B, most leaves, Q, 4).
    totals, rounding
        Shape (sites, Q).
    weights
        What squared misfits are weighed by: about the inverse of what one row contributes, squared; 0 where a site has
        fewer than Q equations. Shape (sites, Q).
    row_rounding
        What each row of the site adds to `rounding`, shape (sites, Q).
    """

    tree: Int[Array, " B"]
    site: Int[Array, "B L"]
    coefficients: Float[Array, "B L Q 4"]
    totals: Float[Array, "sites Q"]
    rounding: Float[Array, "sites Q"]
    weights: Float[Array, "sites Q"]
    row_rounding: Float[Array, "sites Q"]

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
