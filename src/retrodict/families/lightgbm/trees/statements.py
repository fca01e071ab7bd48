"""One tree's leaves as equations: rows, gradients and hessians where these are stated, or what values say alone."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.families.lightgbm.stated.sums import penalties
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import TreeText
from retrodict.families.lightgbm.trees.settings import Settings
from retrodict.families.lightgbm.trees.smoothing import unsmoothed
from retrodict.matching.boosting import COUNTS, GRADIENTS, HESSIANS, ROWS, VALUES, Statement

Array = np.ndarray

_CUT = 1e-9
"""How near, as a share, a step may be to the longest one to be taken as cut off."""
_SINGLE = 2.0**-22
"""How far, of a row's usual size, its term may be off that was rounded to 32 bits: rows may be larger than usual."""


def of_rows(tree: TreeText) -> tuple[Statement, ...]:
    """Return how many rows each leaf has; nothing where that is not stated.

    Parameters
    ----------
    tree
        One with at least two leaves.
    """
    if tree.count is None or not tree.count.any():
        return ()
    return (Statement(ROWS, COUNTS, _at_leaves(tree, tree.count)),)


def of_hessians(tree: TreeText, unrounded: float) -> tuple[Statement, ...]:
    """Return the summed hessians of each leaf; nothing where these are not stated.

    Parameters
    ----------
    tree
        One with at least two leaves.
    unrounded
        How much a row's hessian may be off, absolute, where the loss leaves out its rounding to 32 bits; else 0.
    """
    if not _states_hessians(tree):
        return ()
    assert tree.weight is not None
    off = _off(tree, unrounded)
    return (Statement("hessians", HESSIANS, _at_leaves(tree, tree.weight), off),)


def of_gradients(
    text: ModelText, tree: TreeText, settings: Settings, values: Float[Array, " leaves"], rate: float, unrounded: float
) -> tuple[Statement, ...]:
    """Return the summed gradients of each leaf, which its value gives: beside its hessians, or together with them.

    With ``v = -rate (G + sign(v) L1) / (H + penalty)``, a leaf whose hessians are stated states ``G``; of another the
    value states ``G + v / rate H``. A value of zero says that ``G`` is at most the L1 penalty, and one that was cut
    off says nothing.

    Parameters
    ----------
    text, tree
        The model, and one of its trees with at least two leaves.
    settings
        How values were made of sums.
    values
        What leaves add to a score, shape (leaves,).
    rate
        What this tree's steps were multiplied by.
    unrounded
        How much a row's gradient may be off, absolute, where the loss leaves out its rounding to 32 bits; else 0.
    """
    steps = values / rate
    of_nodes = penalties(text, tree, settings.step)
    penalty = of_nodes[tree.leaves - 1 :]
    given = -np.sign(steps) * settings.l1
    gone = np.zeros(tree.leaves, dtype=bool)
    if settings.longest > 0:
        gone = np.abs(steps) >= settings.longest * (1.0 - _CUT)
    slack = np.where(steps == 0.0, settings.l1, 0.0) + _off(tree, unrounded)[tree.leaves - 1 :]
    slack_of_nodes = np.concatenate([np.zeros(tree.leaves - 1), slack])
    if settings.smoothing > 0:
        totals = unsmoothed(tree, steps, of_nodes, settings.smoothing)
        return (Statement("gradients", GRADIENTS, _at_leaves(tree, totals), slack_of_nodes),)
    if _states_hessians(tree):
        assert tree.weight is not None
        totals = np.where(gone, np.nan, given - steps * (tree.weight + penalty))
        return (Statement("gradients", GRADIENTS, _at_leaves(tree, totals), slack_of_nodes),)
    totals = np.where(gone, np.nan, given - steps * penalty)
    coefficients = np.zeros((2 * tree.leaves - 1, 4))
    coefficients[tree.leaves - 1 :] = GRADIENTS + steps[:, None] * HESSIANS
    return (Statement(VALUES, coefficients, _at_leaves(tree, totals), slack_of_nodes),)


def _states_hessians(tree: TreeText) -> bool:
    return tree.weight is not None and bool(tree.weight.any())


def _off(tree: TreeText, unrounded: float) -> Float[Array, " nodes"]:
    """Return how far sums may be off for the rounding of each row's term to 32 bits: errors that do not add up."""
    count = np.ones(tree.leaves) if tree.count is None else np.maximum(tree.count, 1)
    return _at_leaves(tree, np.sqrt(count) * unrounded * _SINGLE, 0.0)


def _at_leaves(tree: TreeText, found: Array, inner: float = np.nan) -> Float[Array, " nodes"]:
    return np.concatenate([np.full(tree.leaves - 1, inner), np.asarray(found, dtype=np.float64)])
