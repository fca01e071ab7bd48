"""A table to be found: what its rows may hold, the trees that counted them, and what these state of the labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from jaxtyping import Bool, Float, Int

if TYPE_CHECKING:
    from retrodict.matching.row_prior import RowPrior

Array = np.ndarray

NoiseKind = Literal["laplace", "truncated", "rounded", "geometric", "gaussian"]


@dataclass(frozen=True, eq=False)
class Table:
    """What a table of `n` rows and d features of codes may hold.

    Every raw feature is cut into cells at the split points of all trees, and a row is one code a feature, its cell. A
    listed feature has one code a category, so a group of indicator columns is one code and can't break. Numbers have
    their codes in order of value; where rows may be missing, that is the last code.

    Parameters
    ----------
    n
        Rows of the table.
    sizes
        How many codes each feature has: 0 to ``sizes[f] - 1``, shape (d,).
    ordered
        Whether neighbouring codes are neighbouring values (the missing code aside), shape (d,).
    missing
        The code of a missing value, always the last, or -1 where none can be, shape (d,).
    chances
        What is assumed of the codes before any count is matched: one array a feature, shape (sizes[f],), sum 1.
    """

    n: int
    sizes: Int[Array, " d"]
    ordered: Bool[Array, " d"]
    missing: Int[Array, " d"]
    chances: tuple[Float[Array, " k"], ...]


@dataclass(frozen=True, eq=False)
class Trees:
    """The splits of T trees in codes, the nodes of all in one array, and how many rows reached each.

    Parameters
    ----------
    roots
        The first node of each tree, shape (T,); a tree's nodes lie together, children behind their parents.
    feature, low, high
        A row goes right where ``low < code[feature] <= high``; at a leaf, `feature` is -1. Shape (nodes,).
    left, right
        The children; -1 at a leaf. Shape (nodes,).
    counts
        How many different rows reached the node, shape (nodes,).
    multiplicities
        How often each row was drawn for each tree (1 for all without a bootstrap), shape (T, n).
    """

    roots: Int[Array, " T"]
    feature: Int[Array, " nodes"]
    low: Int[Array, " nodes"]
    high: Int[Array, " nodes"]
    left: Int[Array, " nodes"]
    right: Int[Array, " nodes"]
    counts: Float[Array, " nodes"]
    multiplicities: Int[Array, "T n"]

    def __len__(self) -> int:
        return len(self.roots)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The first node of each tree and the one after its last."""
        ends = [*self.roots[1:].tolist(), len(self.feature)]
        return list(zip(self.roots.tolist(), ends, strict=True))

    @property
    def alike(self) -> bool:
        """Whether every tree drew every row once, so that nothing tells rows apart but what they hold."""
        return bool((self.multiplicities == 1).all())


@dataclass(frozen=True, eq=False)
class Targets:
    """What nodes state of the labels of their rows. A label is a code: a class, or an index into `levels`.

    Parameters
    ----------
    classes
        How many classes; 0 for a regressor.
    levels
        A regressor's possible targets, standardised, sorted, shape (m,). Empty for a classifier.
    chances
        What is assumed of the labels before any count is matched, shape (classes,) or (m,), sum 1.
    sums
        Over the rows that reached the node, as often as they were drawn, shape (nodes, C): a classifier's class counts,
        or a regressor's sum of standardised targets, C = 1.
    labelled
        Whether the tree's `sums` are known, shape (T,); else only its counts are.
    """

    classes: int
    levels: Float[Array, " m"]
    chances: Float[Array, " c"]
    sums: Float[Array, "nodes C"]
    labelled: Bool[Array, " T"]

    @property
    def size(self) -> int:
        """How many label codes."""
        return self.classes or len(self.levels)


@dataclass(frozen=True, eq=False)
class Noise:
    """How what nodes state differs from what they counted: by independent draws, as differential privacy asks for.

    Parameters
    ----------
    kind
        Their law: Laplace's; Laplace's with the fraction cut off, as ``int`` does, or rounded; the geometric one on
        whole numbers (the discrete Laplace law, Ghosh, Roughgarden & Sundararajan, STOC 2009); or Gauss's.
    scale
        Of a draw, in rows: Laplace's scale; the geometric law's, whose draws z have chances proportional to
        ``exp(-|z| / scale)``; or the standard deviation.
    counted, summed
        Which nodes state a count, and which state sums, shape (nodes,); others state nothing.
    """

    kind: NoiseKind
    scale: float
    counted: Bool[Array, " nodes"]
    summed: Bool[Array, " nodes"]

    @property
    def weight(self) -> float:
        """What minus the log-likelihood of a draw rises by with its size, or, under Gauss's law, with its square."""
        return 0.5 / self.scale**2 if self.kind == "gaussian" else 1.0 / self.scale

    @property
    def jump(self) -> float | None:
        """What any draw but zero costs beside its size, in rows, above -1/2; ``None`` under Gauss's law.

        Whole numbers made of Laplace's have their tail by ``exp(-1 / scale)`` a step, as the geometric law's: what
        differs is how much of the middle goes to zero.
        """
        if self.kind == "gaussian":
            return None
        if self.kind == "truncated":  # zero has both sides' first step: twice as much as its neighbours' pattern says
            return self.scale * math.log(2.0)
        if self.kind == "rounded":  # zero has half a step of either side
            half = math.exp(-0.5 / self.scale)
            return self.scale * (math.log(2.0 / (1.0 + half)) - 0.5 / self.scale)
        return 0.0


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of the table from elsewhere: columns, rows, or single cells.

    Parameters
    ----------
    codes
        Shape (n, d), -1 where nothing is known. A row of it is the row of the table at the same place.
    labels
        Shape (n,), -1 where nothing is known.
    """

    codes: Int[Array, "n d"]
    labels: Int[Array, " n"]

    @property
    def held(self) -> Bool[Array, "n d+1"]:
        """Which cells are known, labels last."""
        return np.column_stack([self.codes >= 0, self.labels >= 0])


@dataclass(frozen=True, eq=False)
class Problem:
    """The rows and labels that would give a set of trees their node counts.

    Parameters
    ----------
    table
        What the rows may hold.
    trees
        Who counted them, and how many.
    targets
        What the trees state of the labels.
    prior
        What is assumed of a row's codes together; by default they know nothing of one another, as `Table.chances` say.
    noise
        How the statements differ from what was counted; by default not at all.
    known
        What is known of the table from elsewhere; by default nothing.
    learned
        Whether the shares and chances of `prior`, none of whose features are tied, are themselves unknown: drawn anew,
        given the table, from Dirichlet laws around those that it states. Only a search under noise does so.
    """

    table: Table
    trees: Trees
    targets: Targets
    prior: RowPrior | None = None
    noise: Noise | None = None
    known: Known | None = None
    learned: bool = False

    @property
    def alike(self) -> bool:
        """Whether nothing tells rows apart but what is to be found of them."""
        drawn = self.trees.multiplicities
        return self.known is None and (bool((drawn == drawn.flat[0]).all()) if drawn.size else True)
