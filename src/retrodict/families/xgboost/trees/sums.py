"""What a file states of the sums over the rows of XGBoost's nodes, as equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrodict.disclosures.trees.tree import Tree
from retrodict.families.xgboost.learner import BoostedTree
from retrodict.families.xgboost.trees.gradient_sums import sums_of
from retrodict.families.xgboost.trees.step import HALF, Step
from retrodict.matching.boosting import COUNTS, GRADIENTS, HESSIANS, ROWS, Statement

Array = np.ndarray


_SUMS = 2.0**-48
"""Of a tree's sums, how far those of its nodes may be off: 64 bits, and one child's are what the other leaves."""

_ANEW = 1e-6
"""Of a node's hessians, how far its sums may be off where scores were summed up in other steps of 32 bits."""


def stated_sums(
    own: BoostedTree, tree: Tree, step: Step | None, counts: Array | None, spread: float, summed: bool = False
) -> tuple[Statement, ...]:
    """Return what a file states of a tree's rows.

    Parameters
    ----------
    own
        The tree with pruned nodes.
    tree
        The tree without them.
    step
        How values were made of sums; ``None`` where no sum of gradients is known.
    counts
        Rows at each node of `own`, where hessians are counts.
    spread
        How far targets lie from one another: gradients of targets between two that are listed are a mix of the two's,
        and were rounded to 32 bits. Zero where all labels are listed.
    summed
        Whether scores were summed up anew for the tree, of all before it with weights: in other steps than here.
    """
    live = ~own.pruned
    tiny = _SUMS * abs(float(own.hessian[0])) + (_ANEW * own.hessian[live].astype(np.float64) if summed else 0.0)
    hessian = own.hessian[live].astype(np.float64)
    found = []
    if counts is not None:
        found.append(Statement(ROWS, COUNTS, _at_leaves(tree, counts[live].astype(np.float64))))
    else:
        found.append(Statement("hessians", HESSIANS, _at_leaves(tree, hessian), hessian * HALF + tiny))
    if step is not None:
        sums, off, states = (each[live] for each in sums_of(own, step))
        totals = np.where(states & (tree.leaf | _lost_below(tree, states)), sums, np.nan)
        off += tiny + spread * HALF * np.sqrt(np.maximum(hessian, 1.0))
        found.append(Statement("gradients", GRADIENTS, totals, off))
    return tuple(found)


def noisy(statement: Statement, share: float) -> Statement:
    """Return what sums over drawn rows state of all rows: as much more, and as far off as draws are.

    Parameters
    ----------
    statement
        Of the rows of one tree.
    share
        Which share of the rows it saw.
    """
    size = np.abs(statement.totals)
    off = _SIGMAS * np.sqrt((1.0 - share) * np.maximum(size, 1.0)) / share
    return replace(statement, totals=statement.totals / share, rounding=off + statement.rounding)


_SIGMAS = 2.0
"""Standard deviations of what was drawn that a sum may be off by; one row adds at most about one to it."""


def _at_leaves(tree: Tree, totals: Array) -> Array:
    """Return totals of leaves alone: those of inner nodes follow."""
    return np.where(tree.leaf, totals, np.nan)


def _lost_below(tree: Tree, states: Array) -> Array:
    """Return which nodes have a leaf below that states nothing."""
    lost: Array = tree.leaf & ~states
    for level in reversed(tree.levels()):
        lost[level] = lost[tree.left[level]] | lost[tree.right[level]]
    return lost
