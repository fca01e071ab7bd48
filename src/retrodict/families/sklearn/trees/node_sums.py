"""The class counts, or sums of the target, that the nodes of trees state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retrodict.disclosures.trees.tree import Tree
from retrodict.families.sklearn.trees.ensembles import TreeEstimator
from retrodict.families.sklearn.trees.weights import balanced_weights, counts_of, listed_weights, weighted_counts, whole

Array = np.ndarray

_MEANS = {"squared_error", "friedman_mse", "poisson"}
"""Criteria under which a node's value is the mean of its rows."""


def sums_of(
    source: TreeEstimator, members: Sequence[Any], trees: Sequence[Tree], multiplicities: Sequence[Array]
) -> list[Array | None]:
    """Return each tree's class counts or sums of the target, shape (nodes, C), ``None`` where they can't be told.

    Parameters
    ----------
    source
        The ensemble; boosted ones have `stages_of`.
    members, trees
        Its trees as estimators, and their arrays.
    multiplicities
        How often each row was drawn for each tree.
    """
    # A value under a monotonic constraint is clipped: no mean and no share.
    clipped = [getattr(member, "monotonic_cst", None) is not None for member in members]
    if hasattr(source.estimator, "classes_"):
        found = _class_counts(source, members, trees, multiplicities)
    else:
        found = [_target_sums(*each) for each in zip(members, trees, multiplicities, strict=True)]
    return [None if cut else sums for sums, cut in zip(found, clipped, strict=True)]


def _target_sums(member: Any, tree: Tree, multiplicities: Array) -> Array | None:
    assert tree.weights is not None  # every tree of scikit-learn states both
    assert tree.value is not None
    told = member.criterion in _MEANS and whole(tree.weights) is not None
    if not told or round(float(tree.weights[0])) != multiplicities.sum():
        return None
    return np.asarray(tree.value[:, 0, :] * np.rint(tree.weights)[:, None])


def _class_counts(
    source: TreeEstimator, members: Sequence[Any], trees: Sequence[Tree], multiplicities: Sequence[Array]
) -> list[Array | None]:
    """Return class counts: the stored sums of weights, divided by the class weights that were set."""
    sums = [weighted_counts(tree) for tree in trees]
    if source.reweighted:  # the first tree's rows weigh the same, and sum to one; later weights depend on the rows
        n = len(multiplicities[0])
        return [counts_of(sums[0] * n, np.ones(sums[0].shape[1]), n), *[None] * (len(sums) - 1)]
    estimator, weighed = source.estimator, source.single or source.forest
    setting = getattr(estimator if weighed else members[0], "class_weight", None)
    # Since release 1.9 a forest that draws rows does so by their weights, which then count no more.
    by_weight = source.forest and estimator.bootstrap and getattr(estimator, "_sample_weight", None) is not None
    drawn = [int(own.sum()) for own in multiplicities]
    if setting is None or (by_weight and setting != "balanced_subsample"):
        return [counts_of(s, np.ones(s.shape[1]), d) for s, d in zip(sums, drawn, strict=True)]
    rows = [tree.rows for tree in trees]
    if isinstance(setting, dict):
        names = estimator.classes_ if weighed else members[0].classes_
        weights: list[Array | None] = [listed_weights(setting, np.asarray(names).tolist())] * len(sums)
    elif setting == "balanced_subsample" and estimator.bootstrap:
        each = zip(sums, rows, drawn, strict=True)
        weights = [balanced_weights([s], [own], d, plain=False) for s, own, d in each]
    else:
        plain = all(bool((own <= 1).all()) for own in multiplicities)
        weights = [balanced_weights(sums, rows, len(multiplicities[0]), plain)] * len(sums)
    return [None if w is None else counts_of(s, w, d) for s, w, d in zip(sums, weights, drawn, strict=True)]
