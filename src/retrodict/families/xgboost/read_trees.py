"""Trees of a model file: every array of them is looked at before compiled code follows it."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrodict.families.tree_shape import shape_fault
from retrodict.families.xgboost.learner import DELETED, BoostedTree
from retrodict.families.xgboost.sections import ContentError, OtherKindError, Section

Array = np.ndarray

_NO_PARENT = 2**31 - 1

MOST_CATEGORY = 2**24
"""Codes of categories lie below: XGBoost keeps them as numbers of 32 bits with a fraction."""

MOST_BITS = 2**31
"""Bits that the sets of all trees take as XGBoost lays them out: each has one for every code up to its greatest."""


def read_tree(section: Section, width: int, bits: list[int]) -> BoostedTree:
    """Return a tree that was checked.

    Parameters
    ----------
    section
        What the file holds of it.
    width
        Features of the model.
    bits
        Is added to: the bits that its sets take.

    Raises
    ------
    ContentError
        If its arrays do not make a tree.
    """
    param = section.section("tree_param")
    n = param.whole("num_nodes", 1, 2**31 - 1)
    deleted = param.whole("num_deleted", 0, n, 0)
    if param.whole("size_leaf_vector", 0, 2**31 - 1, 0) > 1:
        raise OtherKindError("leaves that hold several values: a model of several outputs, and one output is needed")
    if param.whole("num_feature", 0, 2**31 - 1, width) != width:
        raise ContentError(f"a tree of another number of features than {width:,}")
    param.end()
    left, right = section.integers("left_children", n), section.integers("right_children", n)
    feature = section.integers("split_indices", n)
    pruned = feature == DELETED
    inner = (left >= 0) & ~pruned
    if int(pruned.sum()) != deleted or pruned[0]:
        raise ContentError("a tree whose pruned nodes are not as many as it says")
    _check_shape(left, right, pruned)
    if (feature < 0).any() or (feature[~pruned] >= width).any():
        raise ContentError(f"a tree that splits a feature that is none of {width:,}")
    condition = section.numbers("split_conditions", n)
    default_left, by_set = section.flags("default_left", n), section.flags("split_type", n, absent=0)
    if not default_left[pruned].all():  # the mark of a pruned node has one bit more, and that is kept here
        raise ContentError("a tree whose pruned nodes are not as many as it says")
    if by_set[~inner].any():  # XGBoost would look for its set
        raise ContentError("a leaf that splits by a set of categories")
    if np.isnan(condition[inner & (by_set == 0)]).any() or not np.isfinite(condition[(left < 0) & ~pruned]).all():
        raise ContentError("a leaf or a split point that is no number")
    condition = np.where(inner & (by_set == 1), np.float32(0.0), condition)  # it means nothing there
    section.whole("id", 0, 2**31 - 1, 0)
    if section.has("parents"):
        _check_parents(section.integers("parents", n), left, right, inner)
    tree = BoostedTree(
        left.astype(np.int32),
        right.astype(np.int32),
        feature.astype(np.int32),
        condition,
        default_left,
        by_set,
        _sets(section, by_set.astype(bool) & inner, bits),
        section.numbers("sum_hessian", n),
        section.numbers("loss_changes", n),
        section.numbers("base_weights", n),
    )
    section.end()
    return tree


def _check_parents(parents: Array, left: Array, right: Array, inner: Array) -> None:
    """Check what the children say as well: where a model is inside another file, XGBoost reads it there itself."""
    at = np.flatnonzero(inner)
    others = parents[1:]
    if (parents[left[at]] != at).any() or (parents[right[at]] != at).any():
        raise ContentError("a tree whose parents are not those of its children")
    if len(others) and (others.min() < 0 or others.max() >= len(parents)):
        raise ContentError("a tree with a parent that is no node")


def _check_shape(left: Array, right: Array, pruned: Array) -> None:
    if min(left.min(), right.min()) < -1 or max(left[pruned].max(initial=-1), right[pruned].max(initial=-1)) >= 0:
        raise ContentError("a tree with a child that is no node")
    if pruned.any():
        place = np.cumsum(~pruned) - 1
        children = np.concatenate([left[~pruned], right[~pruned]])
        children = children[children >= 0]
        if len(children) and (children.max() >= len(pruned) or pruned[children].any()):
            raise ContentError("a tree with a child that is no node")
        left, right = (np.where(side < 0, -1, place[side])[~pruned] for side in (left, right))
    fault = shape_fault(left, right)
    if fault is not None:
        raise ContentError(f"a tree with {fault}")


def _sets(section: Section, by_set: Array, bits: list[int]) -> dict[int, Array]:
    codes = section.integers("categories", None, absent=())
    nodes = section.integers("categories_nodes", None, absent=())
    begins = section.integers("categories_segments", len(nodes), absent=())
    sizes = section.integers("categories_sizes", len(nodes), absent=())
    stated = np.flatnonzero(by_set)
    if not np.array_equal(nodes, stated):
        raise ContentError("sets of categories that are of other nodes than split by them")
    if len(codes) and (codes.min() < 0 or codes.max() >= MOST_CATEGORY):
        raise ContentError("codes of categories out of range")
    if len(sizes) and (sizes.min() < 1 or begins.min() < 0 or (begins > len(codes) - sizes).any()):
        raise ContentError("a set of categories out of range")
    if int(sizes.sum()) > len(codes):
        raise ContentError("sets of categories that lie over one another")
    found: dict[int, Array] = {}
    for node, begin, size in zip(nodes.tolist(), begins.tolist(), sizes.tolist(), strict=True):
        own = np.unique(codes[begin : begin + size])
        if len(own) != size:
            raise ContentError("a set that has a category twice")
        bits[0] += int(own[-1]) + 1
        found[node] = own.astype(np.int32)
    if bits[0] > MOST_BITS:
        raise ContentError("sets of categories that take more memory than a model's")
    return found


def tree_content(tree: BoostedTree, place: int, width: int) -> dict[str, Any]:
    """Return a tree as a file holds it."""
    n = len(tree.left)
    parents = np.zeros(n, dtype=np.int32)  # XGBoost looks up the parents of pruned nodes, too: they must be nodes
    parents[0] = _NO_PARENT
    at = np.flatnonzero(tree.inner)
    parents[tree.left[at]] = parents[tree.right[at]] = at
    sets = [tree.sets[node] for node in sorted(tree.sets)]
    sizes = np.array([len(own) for own in sets], dtype=np.int64)
    return {
        "base_weights": tree.weight,
        "categories": np.concatenate([np.empty(0, np.int32), *sets]).astype(np.int32),
        "categories_nodes": np.array(sorted(tree.sets), dtype=np.int32),
        "categories_segments": (np.cumsum(sizes) - sizes).astype(np.int64),
        "categories_sizes": sizes,
        "default_left": tree.default_left,
        "id": place,
        "left_children": tree.left,
        "loss_changes": tree.gain,
        "parents": parents,
        "right_children": tree.right,
        "split_conditions": tree.condition,
        "split_indices": tree.feature,
        "split_type": tree.by_set,
        "sum_hessian": tree.hessian,
        "tree_param": {
            "num_deleted": str(int(tree.pruned.sum())),
            "num_feature": str(width),
            "num_nodes": str(n),
            "size_leaf_vector": "1",
        },
    }
