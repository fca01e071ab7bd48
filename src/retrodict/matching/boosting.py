"""Boosted trees as equations about their training table, as a family reads them out of its library's models.

The score ``F`` of every possible row before any tree follows from the trees before it. So do the gradient ``g`` and the
hessian ``h`` of the loss that a row with a label adds to the sums of its node. With ``N(x, y)`` the number of training
rows that equal ``(x, y)``, whatever a node states of its rows is linear in ``N``::

    sum over (x, y) in the node of  N(x, y) * (a + b g(x, y) + c h(x, y) + d g(x, y)^2)  =  total

Trees that were grown side by side (without a bootstrap) are the same, with a loss whose gradients are indicators.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree import Tree
from retrodict.matching.losses import Loss

Array = np.ndarray

COUNT, GRADIENT, HESSIAN, SQUARE = range(4)
"""The places of the coefficients of 1, g, h and g squared in a statement."""
COUNTS = np.array([1.0, 0.0, 0.0, 0.0])
GRADIENTS = np.array([0.0, 1.0, 0.0, 0.0])
HESSIANS = np.array([0.0, 0.0, 1.0, 0.0])
SQUARES = np.array([0.0, 0.0, 0.0, 1.0])
"""The coefficients of statements of one of these alone."""
ROWS, VALUES = "rows", "leaf values"
"""Names of the statements that others than their maker look for."""


@dataclass(frozen=True, eq=False)
class Statement:
    """One linear equation for each node of a tree that states one.

    Parameters
    ----------
    name
        What is stated, for people: "rows", "gradients", "hessians", "leaf values".
    coefficients
        Of 1, g, h and g squared, shape (4,), or of each node, shape (nodes, 4).
    totals
        What the sum over the node's rows comes to, shape (nodes,); NaN where nothing is stated. Leave out what follows
        from other statements of the same tree, such as sums of inner nodes where all leaves state theirs.
    rounding
        How far the sum over the true rows may be from the total, absolute: a number, or one a node. Zero is exact to
        the rounding of 64-bit sums.
    by_leaf
        Whether coefficients of each node are those of the leaves, which differ below one node that states something.
    row_rounding
        How much further for each row of the node: of coefficients that are rounded themselves. A number, or one a node.
    """

    name: str
    coefficients: Float[Array, "*nodes 4"]
    totals: Float[Array, " nodes"]
    rounding: float | Float[Array, " nodes"] = 0.0
    by_leaf: bool = False
    row_rounding: float | Float[Array, " nodes"] = 0.0


@dataclass(frozen=True, eq=False)
class BoostedTree:
    """One tree, what it adds to a score, and what it states.

    Parameters
    ----------
    tree
        Its arrays. Splits, gaps and sets are read from them: `feature`, `threshold`, `left`, `right`, `missing_left`,
        `double`, `sets`.
    values
        What a row in each leaf adds to the score, as the library adds it, shape (nodes,); inner nodes are not read.
    output
        Which score, from 0.
    turn
        Trees of one turn saw the scores that the turns before left: of several classes, or side by side. Turns ascend.
    statements
        What it states.
    multiplicities
        How often each row was drawn for it, in the order of the table, shape (n,), where that is known and not once for
        all; ``None`` where every row counted once.
    """

    tree: Tree
    values: Float[Array, " nodes"]
    output: int
    turn: int
    statements: tuple[Statement, ...]
    multiplicities: Int[Array, " n"] | None = None


@dataclass(frozen=True, eq=False)
class Boosting:
    """All trees of one model that were grown on one table.

    Parameters
    ----------
    place
        Where it stands in the model, and the way from its target back to the raw one.
    trees
        At least one, turn by turn.
    loss
        What a row adds.
    start
        The scores before the first tree, one an output, shape (K,).
    classes
        Its classes as they were called in the table, in the order of their codes; empty for a regressor.
    levels
        A regressor's possible targets, as they were fitted, sorted, shape (m,): the least and the greatest suffice,
        since a row between is a mix of both in every equation that is linear in the target. Empty for a classifier.
    rows
        How many rows the table has; ``None`` where that is not stated.
    single
        Whether the library adds scores up in 32 bits.
    gaps
        Raw features that had missing values in training, as far as that is stated.
    known
        Values that training rows have for sure, in raw units, sorted, by raw feature: split points that are values.
    typical
        What one row contributes of 1, g, h and g squared, about, by their places in a statement: misfits are weighed by
        its inverse. ``None`` where losses are of shares.
    shares
        What the start and each tree counted for in the scores that each tree saw, shape (T, 1 + T): trees that were
        dropped for a round, or shrunk later. ``None`` where each counted once for all after it.
    midway
        Whether split points of numbers lie midway between two values of their node's rows, in trees that say so.
    """

    place: Place
    trees: tuple[BoostedTree, ...]
    loss: Loss
    start: Float[Array, " K"]
    classes: tuple[Hashable, ...]
    levels: Float[Array, " m"]
    rows: int | None
    single: bool = False
    gaps: frozenset[str] = frozenset()
    known: Mapping[str, Float[Array, " v"]] = field(default_factory=dict)
    typical: Mapping[int, float] | None = None
    shares: Float[Array, "T before"] | None = None
    midway: bool = False

    @property
    def labels(self) -> Float[Array, " c"]:
        """The labels as the loss takes them, in the order of their codes: classes are numbered."""
        return np.arange(float(len(self.classes))) if self.classes else self.levels

    def targets(self, labels: Any) -> Array:
        """Return labels as the loss takes them in the units of the raw target."""
        return np.asarray(self.place.targets(labels)) if not self.classes else np.asarray(labels)
