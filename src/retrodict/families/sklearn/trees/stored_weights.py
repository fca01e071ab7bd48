"""Labels that a forest's stored row weights give away: with class weights, a row's weight is that of its class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from retrodict.families.sklearn.trees.ensembles import TreeEstimator
from retrodict.matching.ensemble import GrownTree

Array = np.ndarray


def stored_labels(source: TreeEstimator, trees: Sequence[GrownTree]) -> Int[Array, " n"] | None:
    """Return the class of every row, an index into the ensemble's own classes, or ``None`` where none is told.

    Since release 1.9, scikit-learn keeps the product of class weights and sample weights of each row, in the order of
    the table. Rows that weigh the same are one class if every tree drew as many of them as its root counts of that
    class, and of no other.

    Parameters
    ----------
    source
        A forest with class weights.
    trees
        Its trees.
    """
    weights = getattr(source.estimator, "_sample_weight", None)
    counted = [(tree.multiplicities, tree.sums[0]) for tree in trees if tree.sums is not None]
    if weights is None or not counted or not source.forest or getattr(source.estimator, "class_weight", None) is None:
        return None
    _, alike = np.unique(np.asarray(weights), return_inverse=True)
    drawn = np.stack([np.bincount(alike, weights=own) for own, _ in counted])  # (trees, groups)
    roots: Float[Array, "t C"] = np.stack([root for _, root in counted])
    same = (drawn[:, :, None] == roots[:, None, :]).all(axis=0)
    if not ((same.sum(axis=0) == 1).all() and (same.sum(axis=1) == 1).all()):
        return None
    return np.argmax(same, axis=1)[alike]
