"""The ends between which a regressor's targets lie, and how large rows' terms are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.trees.tree import Tree
from retrodict.matching.boosting import COUNT, GRADIENT, HESSIAN, SQUARE
from retrodict.matching.inferring.steps import Steps

Array = np.ndarray

_ROOM = 30.0
"""Times the spread of the first leaves' means, which lie nearer together than rows; a misfit contradicts it."""
_MANY_MEANS = 50.0
"""Times the mean, of targets that are never negative."""
_SPREAD = 3.0
"""How far rows lie from each other, of how far leaves' means do."""
_TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, eq=False)
class TargetLevels:
    """What is assumed of a target.

    Parameters
    ----------
    ends
        The least and the greatest that it may be, shape (2,): a target between is a mix of both in every equation that
        is linear in it.
    typical
        What a row contributes of 1, g, h and g squared, about; see `Boosting`.
    """

    ends: Float[Array, " 2"]
    typical: dict[int, float]


def target_levels(tree: Tree, values: Float[Array, " nodes"], steps: Steps, loss: str, *, stated: bool) -> TargetLevels:
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
        return TargetLevels(np.array([0.0, _MANY_MEANS * mean * wide]), _typical(scale * wide, scale))
    if stated and tree.impurity is not None:
        deviation = float(np.sqrt(tree.impurity[0]))
        room = max(deviation * float(np.sqrt(tree.rows[0])), _TINY)
        middle = start + float(tree.value[0].item()) if tree.value is not None else start
        return TargetLevels(middle + room * np.array([-1.0, 1.0]), _typical(deviation, 1.0))
    middle = start + float(np.median(first))
    return TargetLevels(middle + _ROOM * spread * np.array([-1.0, 1.0]), _typical(_SPREAD * spread, 1.0))


def leaf_levels(trees: Sequence[Tree], sums: Sequence[Float[Array, "nodes 1"]]) -> TargetLevels:
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
    return TargetLevels(np.array([low, high]), _typical(max(high - low, _TINY) / 2.0, 1.0))


def _typical(gradient: float, hessian: float) -> dict[int, float]:
    gradient = max(gradient, _TINY)
    return {COUNT: 1.0, GRADIENT: gradient, HESSIAN: hessian, SQUARE: gradient**2}
