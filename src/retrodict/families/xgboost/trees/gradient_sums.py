"""The sum of gradients that a node's value states, where it states one."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from retrodict.families.xgboost.learner import BoostedTree
from retrodict.families.xgboost.trees.step import HALF, Step

Array = np.ndarray

_ROUNDS = 8
"""How often nodes are left out whose sums do not add up: each time their parents may be next."""


def sums_of(
    tree: BoostedTree, step: Step
) -> tuple[Float[Array, " nodes"], Float[Array, " nodes"], Bool[Array, " nodes"]]:
    """Return each node's sum of gradients, how far it may be off, and whether its value states one.

    A value that was cut off by the cap, or is zero where there is an L1 penalty, does not; nor do those of a split
    whose sums do not add up, as where a constraint on the direction bounds values.

    Parameters
    ----------
    tree
        The tree, with pruned nodes.
    step
        How its values were made.
    """
    hessian = tree.hessian.astype(np.float64)
    whole = hessian + step.penalty
    value = np.where(tree.inner, tree.weight, tree.condition / np.float64(np.float32(step.rate)))
    sums = -value * whole - np.sign(value) * step.threshold
    off = np.abs(value) * whole * HALF * np.where(tree.inner, 2.0, 3.0) + np.abs(sums) * 2.0**-50
    states = ~tree.pruned & np.isfinite(sums) & (np.abs(value) < step.cap * (1.0 - 2.0 * HALF))
    states &= (value != 0.0) | ((step.threshold == 0.0) & tree.inner) | ((step.threshold == 0.0) & (hessian >= 1.0))
    for _ in range(_ROUNDS):
        at = np.flatnonzero(tree.inner & states)
        left, right = tree.left[at], tree.right[at]
        gap = np.abs(sums[at] - sums[left] - sums[right]) > 2.0 * (off[at] + off[left] + off[right])
        wrong = at[gap & states[left] & states[right]]
        if not len(wrong):
            break
        states[wrong] = states[tree.left[wrong]] = states[tree.right[wrong]] = False
    return sums, off, states
