"""Rounder split points with which given rows go the same ways: those of hist are values of training rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from retrodict.families.rounded_points import rounded_points
from retrodict.families.xgboost.learner import Learner
from retrodict.sanitizing.rounding import Rounding

Array = np.ndarray


def rounded(learner: Learner, X: Float[Array, "n d"]) -> tuple[Learner, Rounding]:
    """Return a model whose split points are rounder numbers, and what was moved.

    Parameters
    ----------
    learner
        The model.
    X
        Rows as it takes them, shape (n, d); each goes left where it is *below* a split point.

    Returns
    -------
    tuple[Learner, Rounding]
        The model, and how many split points it has and how many were moved.
    """
    conditions = [tree.condition.copy() for tree in learner.trees]
    cuts = [tree.inner & (tree.by_set == 0) for tree in learner.trees]
    points: dict[int, Array] = {}
    for tree, cut in zip(learner.trees, cuts, strict=True):
        for i in np.unique(tree.feature[cut]).tolist():
            own = tree.condition[cut & (tree.feature == i)]
            points[i] = np.union1d(points.get(i, own), own)
    moved = 0
    for i, own in points.items():
        new = rounded_points(own, X[:, i].astype(np.float32))
        moved += int((new != own).sum())
        for tree, cut, condition in zip(learner.trees, cuts, conditions, strict=True):
            at = cut & (tree.feature == i)
            condition[at] = new[np.searchsorted(own, tree.condition[at])]
    trees = tuple(replace(tree, condition=c) for tree, c in zip(learner.trees, conditions, strict=True))
    return replace(learner, trees=trees), Rounding(sum(map(len, points.values())), moved)
