"""scikit-learn's boosted trees with other leaf values, fewer splits, or fewer rounds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.tree._tree import Tree

from retrodict.errors import RequestError
from retrodict.families.sklearn.structure.boosted import HISTOGRAM, boosted_parts, boosted_type
from retrodict.sanitizing.leaf_trees import LeafTree, LeafTrees

Array = np.ndarray


def boosted_in(estimator: Any, names: Iterable[str]) -> Any:
    """Return the one estimator of boosted trees in a fitted estimator.

    Raises
    ------
    RequestError
        If there is none, or there are several.
    """
    found = boosted_parts(estimator, names)
    if len(found) != 1:
        many = "no boosted trees" if not found else f"{len(found):,} estimators of boosted trees"
        raise RequestError(
            f"the {type(estimator).__name__} holds {many}, and defences are for a model of one such estimator; leave "
            "them out"
        )
    return found[0].thing


def leaf_trees(estimator: Any) -> LeafTrees:
    """Return the trees of an estimator of boosted trees."""
    read = _of_nodes if boosted_type(estimator) in HISTOGRAM else _of_tree
    stages = _stages(estimator)
    return LeafTrees(tuple(read(tree) for stage in stages for tree in stage), len(stages[0]))


def change(estimator: Any, every: LeafTrees) -> None:
    """Change the trees of an estimator in place; see `Defensible`."""
    stages = _stages(estimator)[: every.rounds]
    histogram = boosted_type(estimator) in HISTOGRAM
    own = iter(every.trees)
    for stage in stages:
        for tree in stage:
            (_change_nodes if histogram else _change_tree)(tree, next(own))
    if histogram:
        estimator._predictors = stages
        return
    estimator.estimators_ = estimator.estimators_[: every.rounds]
    estimator.n_estimators_ = every.rounds
    estimator.n_estimators = every.rounds


def _stages(estimator: Any) -> list[list[Any]]:
    told = estimator._predictors if boosted_type(estimator) in HISTOGRAM else estimator.estimators_
    return [list(stage) for stage in told]


def _of_nodes(predictor: Any) -> LeafTree:
    nodes = predictor.nodes
    leaf = np.asarray(nodes["is_leaf"], dtype=bool)
    left, right = (np.where(leaf, -1, nodes[side].astype(np.int64)) for side in ("left", "right"))
    rows = nodes["count"].astype(np.float64)
    return LeafTree(left, right, nodes["value"][:, None].astype(np.float64), rows if rows[0] > 0 else None)


def _change_nodes(predictor: Any, own: LeafTree) -> None:
    kept = own.reached
    nodes = predictor.nodes[kept].copy()
    left, right = own.renumbered()
    ends = left < 0
    nodes["value"][ends] = own.values[kept, 0][ends]
    nodes["is_leaf"] = ends
    nodes["left"], nodes["right"] = np.where(ends, 0, left), np.where(ends, 0, right)
    for name in ("feature_idx", "num_threshold", "missing_go_to_left", "bin_threshold", "is_categorical", "gain"):
        nodes[name][ends] = 0
    by_set = np.flatnonzero(nodes["is_categorical"])
    chosen = nodes["bitset_idx"][by_set]
    nodes["bitset_idx"] = 0
    nodes["bitset_idx"][by_set] = np.arange(len(by_set))
    predictor.nodes = nodes
    for name in ("binned_left_cat_bitsets", "raw_left_cat_bitsets"):
        setattr(predictor, name, np.ascontiguousarray(getattr(predictor, name)[chosen]))


def _of_tree(member: Any) -> LeafTree:
    tree = member.tree_
    rows = np.asarray(tree.weighted_n_node_samples, dtype=np.float64)
    return LeafTree(
        np.asarray(tree.children_left, dtype=np.int64),
        np.asarray(tree.children_right, dtype=np.int64),
        np.asarray(tree.value)[:, 0, :].copy(),
        rows if rows[0] > 0 else None,
    )


def _change_tree(member: Any, own: LeafTree) -> None:
    kept = own.reached
    state = member.tree_.__getstate__()
    nodes, values = state["nodes"][kept].copy(), state["values"][kept].copy()
    left, right = own.renumbered()
    ends = left < 0
    values[ends, 0, :] = own.values[kept][ends]
    nodes["left_child"], nodes["right_child"] = left, right
    nodes["feature"][ends] = _UNDEFINED
    nodes["threshold"][ends] = _UNDEFINED
    if "missing_go_to_left" in nodes.dtype.names:
        nodes["missing_go_to_left"][ends] = 0
    old = member.tree_
    made = Tree(old.n_features, np.asarray(old.n_classes, dtype=np.intp), old.n_outputs)
    made.__setstate__({"max_depth": len(own.levels), "node_count": len(nodes), "nodes": nodes, "values": values})
    member.tree_ = made


_UNDEFINED = -2
"""What the library writes where a leaf has no column and no split point."""
