"""The ends between which a regressor's targets lie, and how large rows' terms are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.trees.tree import Tree
from retrodict.matching.assumed_levels import AssumedLevels
from retrodict.matching.inferring.steps import Steps

Array = np.ndarray

_ROOM = 30.0
"""Times the spread of the first leaves' means, which lie nearer together than rows; a misfit contradicts it."""
_MANY_MEANS = 50.0
"""Times the mean, of targets that are never negative."""
_SPREAD = 3.0
"""How far rows lie from each other, of how far leaves' means do."""
_TINY = float(np.finfo(np.float64).tiny)
"""What stands in for a spread of zero."""


def target_levels(
    tree: Tree, values: Float[Array, " nodes"], steps: Steps, loss: str, *, stated: bool
) -> AssumedLevels:
    """Return what a model's first tree lets assume of its target.

    Parameters
    ----------
    tree, values
        The first tree, and what its leaves add to the score.
    steps
        How leaf values were made, and from which start.
    loss
        Scores of "poisson" and "gamma" are logarithms.
    stated
        Whether its impurities are read: of n rows of this variance, none is further from their mean than
        ``sqrt(n - 1)`` times its root (Samuelson, "How deviant can you be?", JASA 63, 1968).
    """
    first = values[tree.leaf] / steps.rate
    spread = max(float(np.ptp(first)), _TINY)
    start = float(steps.start[0])
    if loss in ("poisson", "gamma"):
        mean, wide = float(np.exp(start)), max(1.0, spread)
        scale = mean if loss == "poisson" else 1.0
        return _assumed(0.0, _MANY_MEANS * mean * wide, scale * wide, scale)
    if stated and tree.impurity is not None:
        deviation = float(np.sqrt(tree.impurity[0]))
        room = max(deviation * float(np.sqrt(tree.rows[0])), _TINY)
        middle = start + float(tree.value[0].item()) if tree.value is not None else start
        return _assumed(middle - room, middle + room, deviation, 1.0)
    middle = start + float(np.median(first))
    return _assumed(middle - _ROOM * spread, middle + _ROOM * spread, _SPREAD * spread, 1.0)


def leaf_levels(trees: Sequence[Tree], sums: Sequence[Float[Array, "nodes 1"]]) -> AssumedLevels:
    """Return the same of trees that hold means of targets: a leaf's variance says how far from its mean one may be.

    Parameters
    ----------
    trees
        Of the table, which state impurities.
    sums
        Of targets, of each.
    """
    low, high = -np.inf, np.inf
    for tree, own in zip(trees, sums, strict=True):
        assert tree.impurity is not None  # every tree of scikit-learn states it
        rows = tree.rows[tree.leaf].astype(np.float64)
        mean = own[tree.leaf, 0] / rows
        off = np.sqrt(np.maximum(tree.impurity[tree.leaf], 0.0) * (rows - 1.0))
        low, high = max(low, float((mean - off).min())), min(high, float((mean + off).max()))
    return _assumed(low, high, (high - low) / 2.0, 1.0)


def _assumed(low: float, high: float, gradient: float, hessian: float) -> AssumedLevels:
    return AssumedLevels(np.array([low, high]), max(gradient, _TINY), hessian)
