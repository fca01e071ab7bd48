"""LightGBM's trees with other leaf values, fewer splits, or fewer rounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrodict.errors import RequestError
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import FIELDS, TreeText, read_tree
from retrodict.sanitizing.leaf_trees import LeafTree, LeafTrees

Array = np.ndarray

_OF_SPLITS = ("split_feature", "split_gain", "threshold", "decision_type", "internal_value", "internal_weight")
_OF_NODES = ("leaf_weight", "leaf_count", "internal_count", "cat_boundaries", "cat_threshold")
"""Fields that are left out where leaves were joined, or are made anew."""


def leaf_trees(text: ModelText, used: int) -> LeafTrees:
    """Return the trees of a text.

    Parameters
    ----------
    text
        The model.
    used
        Rounds that predictions use.

    Raises
    ------
    RequestError
        If their leaves are linear in columns.
    """
    if any(tree.linear for tree in text.trees):
        raise RequestError("the model's leaves are linear in columns, and no defence of such leaves is known")
    return LeafTrees(tuple(_tree(tree) for tree in text.trees[: used * text.per_iteration]), text.per_iteration)


def with_leaf_trees(text: ModelText, every: LeafTrees) -> ModelText:
    """Return a text with changed trees; see `Defensible`."""
    trees = tuple(_changed(tree, own) for tree, own in zip(text.trees, every.trees, strict=False))
    return replace(text, trees=trees)


def _tree(tree: TreeText) -> LeafTree:
    left, right = tree.sides
    inner = tree.leaves - 1
    values = np.concatenate([np.zeros(inner), tree.value])[:, None]
    if tree.count is None or not tree.count.any():
        return LeafTree(left, right, values)
    rows = np.concatenate([np.zeros(inner), tree.count.astype(np.float64)])
    for level in reversed(tree.levels):
        rows[level] = rows[left[level]] + rows[right[level]]
    return LeafTree(left, right, values, rows)


def _changed(tree: TreeText, own: LeafTree) -> TreeText:
    """Return a tree; what it states of nodes that became leaves is not stated any more."""
    inner = tree.leaves - 1
    split = np.flatnonzero(own.reached[:inner] & (own.left[:inner] >= 0))
    leaves = np.flatnonzero(own.leaf)
    fields = tree.fields | {"num_leaves": b"%d" % len(leaves), "leaf_value": _reals(own.values[leaves, 0])}
    if len(leaves) < tree.leaves:
        number = np.full(len(own.left), -1, dtype=np.int64)
        number[split], number[leaves] = np.arange(len(split)), -1 - np.arange(len(leaves))
        fields = {name: text for name, text in fields.items() if name not in _OF_NODES}
        for name in _OF_SPLITS:
            if name in fields:
                words = fields[name].split()
                fields[name] = b" ".join(words[i] for i in split.tolist())
        fields |= {"left_child": _wholes(number[own.left[split]]), "right_child": _wholes(number[own.right[split]])}
        fields |= _sets(tree, split, fields)
    lines = [b"%s=%s" % (name.encode(), fields[name]) for name in FIELDS if name in fields]
    return read_tree(b"\n".join(lines), 1 + int(tree.feature.max(initial=0)))


def _sets(tree: TreeText, split: Array, fields: dict[str, bytes]) -> dict[str, bytes]:
    """Return the sets of codes of the splits that are left, numbered anew, and thresholds that name them."""
    by_set = tree.categorical[split]
    which = tree.threshold[split[by_set]].astype(np.int64)
    words = [tree.bits[tree.boundaries[i] : tree.boundaries[i + 1]] for i in which.tolist()]
    told = fields["threshold"].split()
    for number, at in enumerate(np.flatnonzero(by_set).tolist()):
        told[at] = b"%d" % number
    out = {"num_cat": b"%d" % len(words), "threshold": b" ".join(told)}
    if words:
        out["cat_boundaries"] = _wholes(np.cumsum([0, *map(len, words)]))
        out["cat_threshold"] = _wholes(np.concatenate(words))
    return out


def _reals(values: Array) -> bytes:
    return " ".join(f"{one:.17g}" for one in values.tolist()).encode()


def _wholes(values: Array) -> bytes:
    return " ".join(map(str, values.tolist())).encode()
