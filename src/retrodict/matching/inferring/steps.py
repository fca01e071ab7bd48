"""Leaf values as equations by themselves: each is a step that the sums of its rows' gradients and hessians give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.trees.tree import Tree
from retrodict.matching.boosting import COUNTS, ROWS, VALUES, Statement

Array = np.ndarray


@dataclass(frozen=True)
class Steps:
    """How leaf values were made of sums: ``value = -rate * G / (H + penalty)``, from a start, of so many rows.

    Parameters
    ----------
    rate
        What steps were multiplied by.
    penalty
        What is added to a leaf's sum of hessians.
    start
        The scores before the first tree, one an output.
    rows
        How many rows the table has; ``None`` where that is not known and follows from the penalty.
    first
        Whether the first turn's values are equations: not where they hold a start that is not known. It matters to no
        other tree, since scores behind the first turn have it from these values, whatever it is.
    """

    rate: float
    penalty: float
    start: tuple[float, ...]
    rows: int | None = None
    first: bool = True


def step_statements(
    tree: Tree,
    values: Float[Array, " nodes"],
    rate: float,
    penalty: float | Float[Array, " nodes"],
    rows: int | None = None,
    rounding: float | Float[Array, " nodes"] = 0.0,
    joint: bool = False,
) -> tuple[Statement, ...]:
    """Return what leaf values alone state: ``sum of g + (value / rate) h  =  -(value / rate) penalty`` in each leaf.

    Parameters
    ----------
    tree
        The tree.
    values
        The step of each leaf, with its rate and without the start, shape (nodes,); inner nodes are not read.
    rate, penalty
        See `Steps`; a penalty may be one a node.
    rows
        How many rows the table has, for the first tree where that is known: its root's count.
    rounding
        How far a sum may be off, as `Statement.rounding`.
    joint
        Whether hessians hold the step already; see `JointSoftmax`.
    """
    steps = values / rate
    coefficients = np.zeros((len(steps), 4))
    coefficients[:, 1], coefficients[:, 2] = 1.0, 1.0 / rate if joint else steps
    totals = np.where(tree.leaf, -steps * penalty, np.nan)
    own = Statement(VALUES, np.where(tree.leaf[:, None], coefficients, 0.0), totals, rounding)
    return (own,) if rows is None else (own, rows_statement(tree, rows))


def rows_statement(tree: Tree, rows: int) -> Statement:
    """Return that so many rows reach a tree's root."""
    of_root = np.full(len(tree.feature), np.nan)
    of_root[0] = rows
    return Statement(ROWS, COUNTS, of_root)
