"""XGBoost's trees with other leaf values, fewer splits, or fewer rounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrodict.errors import RequestError
from retrodict.families.xgboost.counts import counted
from retrodict.families.xgboost.learner import BoostedTree, Learner
from retrodict.families.xgboost.objectives import BINARY, MANY
from retrodict.families.xgboost.strip import first_rounds
from retrodict.sanitizing.leaf_trees import LeafTree, LeafTrees

Array = np.ndarray


def leaf_trees(learner: Learner, end: int) -> LeafTrees:
    """Return the trees of a model.

    Parameters
    ----------
    learner
        The model.
    end
        The round before which predictions end; 0 for all.

    Raises
    ------
    RequestError
        If it has no trees, or rounds of unequal numbers of trees.
    """
    if not learner.trees:
        raise RequestError(f"a booster of kind {learner.booster} has no trees, and no defence of it is known")
    sizes = np.diff(learner.starts)
    if len(np.unique(sizes)) != 1:
        raise RequestError("the model has rounds of unequal numbers of trees, and no defence of these is known")
    rows = _rows(learner)
    used = int(learner.starts[end]) if end else len(learner.trees)
    trees = [
        LeafTree(
            np.where(tree.inner, tree.left, -1).astype(np.int64),
            np.where(tree.inner, tree.right, -1).astype(np.int64),
            tree.condition.astype(np.float64)[:, None],
            None if rows is None else rows[i],
        )
        for i, tree in enumerate(learner.trees[:used])
    ]
    return LeafTrees(tuple(trees), int(sizes[0]))


def _rows(learner: Learner) -> list[Array] | None:
    """Return the rows of every node: their count where hessians tell it, else the fewest that have such a sum."""
    known = counted(learner)
    if known is not None and known.every:
        return [own.astype(np.float64) for own in known.counts]
    most = _MOST[0] if learner.objective in BINARY else _MOST[1] if learner.objective in MANY else None
    if most is None or not any(tree.hessian.any() for tree in learner.trees):
        return None
    return [tree.hessian.astype(np.float64) / most for tree in learner.trees]


_MOST = (0.25, 0.5)
"""The greatest hessian that a row can have: ``p (1 - p)`` of two classes, ``2 p (1 - p)`` of several."""


def with_leaf_trees(learner: Learner, every: LeafTrees) -> Learner:
    """Return a model with changed trees; see `Defensible`."""
    kept = first_rounds(learner, every.rounds) if every.rounds < len(learner.starts) - 1 else learner
    trees = tuple(_changed(tree, own) for tree, own in zip(kept.trees, every.trees, strict=True))
    told = learner.attributes
    attributes = None if told is None else {name: text for name, text in told.items() if name not in _OF_ROUNDS}
    return replace(kept, trees=trees, attributes=attributes)


_OF_ROUNDS = ("best_iteration", "best_score", "best_ntree_limit")
"""Of rounds that are no longer there: predictions use all that are."""


def _changed(tree: BoostedTree, own: LeafTree) -> BoostedTree:
    """Return a tree without nodes that rows no longer come to; those that are leaves now state nothing but a value."""
    kept = own.reached
    left, right = own.renumbered()
    ends = left < 0
    condition = np.where(ends, own.values[kept, 0].astype(np.float32), tree.condition[kept])
    sets = {int(own.places[node]): one for node, one in tree.sets.items() if kept[node] and own.left[node] >= 0}
    fewer = own.leaf & tree.inner
    parts = {
        "feature": np.where(fewer, 0, tree.feature)[kept].astype(tree.feature.dtype),
        "default_left": np.where(fewer, 0, tree.default_left)[kept].astype(np.uint8),
        "by_set": np.where(fewer, 0, tree.by_set)[kept].astype(np.uint8),
        "gain": np.where(fewer, 0, tree.gain)[kept].astype(tree.gain.dtype),
        "weight": np.where(fewer, 0, tree.weight)[kept].astype(tree.weight.dtype),
        "hessian": tree.hessian[kept],
    }
    return replace(
        tree,
        left=left.astype(tree.left.dtype),
        right=right.astype(tree.right.dtype),
        condition=condition.astype(np.float32),
        sets=sets,
        **parts,
    )
