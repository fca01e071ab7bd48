"""The state of a scikit-learn `Tree`, checked before compiled code unpacks it and follows its nodes.

A tree unpacks its arrays by the counts that stand beside them, and predicts by the raw indices in its nodes: a
malformed file would read, or write, out of bounds. With every count held against its array, every index in range
and every child after its parent, it can't.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.tree._tree import Tree

from retrodict.models.whole_number import whole

Array = np.ndarray

MOST_ROWS = 10**12
"""Rows that a node may count: no table that anything is trained on has more, and products of counts stay exact."""

MOST_OUTPUTS = 100_000
"""Outputs, and classes of one: what a tree sets aside for each node, before its arrays are seen."""

_LEAF = -1


def state_of(tree: Tree) -> tuple[Any, Any]:
    """Return the arguments and the state by which a tree is built again."""
    _, arguments, state = tree.__reduce__()
    return arguments, state


def tree_fault(arguments: Any, state: Any, width: int | None = None) -> str | None:
    """Say what is wrong with the state of a `Tree`; ``None`` where everything leads inside.

    Parameters
    ----------
    arguments
        What it is made with: the number of columns, the classes of each output, the number of outputs.
    state
        What is set then: node count, depth, nodes and values.
    width
        Columns that the estimator takes, where that is known.
    """
    if not (isinstance(arguments, tuple) and len(arguments) == 3 and isinstance(state, dict)):
        return "its state is none of a tree"
    columns, classes, outputs = arguments
    if not (whole(columns, 1) and whole(outputs, 1, MOST_OUTPUTS)):
        return "its numbers of columns and outputs are none"
    if not isinstance(classes, np.ndarray) or classes.shape != (outputs,) or classes.dtype.kind not in "iu":
        return "its classes do not match its outputs"
    if not ((classes >= 1) & (classes <= MOST_OUTPUTS)).all():
        return "its numbers of classes are none"
    nodes, values = state.get("nodes"), state.get("values")
    if not isinstance(nodes, np.ndarray) or nodes.ndim != 1 or nodes.dtype.names is None or not len(nodes):
        return "its nodes are no array of nodes"
    if not whole(state.get("node_count"), len(nodes), len(nodes)) or not whole(state.get("max_depth"), 0, len(nodes)):
        return "its node count and depth do not match its nodes"
    if not isinstance(values, np.ndarray) or values.dtype != np.float64:
        return "its values are no array of numbers"
    if values.shape != (len(nodes), outputs, int(classes.max())):
        return "its values do not match its nodes"
    if width is not None and columns != width:
        return f"it was grown on {columns} columns, and its model takes {width}"
    needed = {"left_child", "right_child", "feature", "threshold", "n_node_samples", "weighted_n_node_samples"}
    if not needed <= set(nodes.dtype.names):
        return "its nodes lack fields"
    inner = nodes["left_child"] != _LEAF
    return (
        links_fault(nodes["left_child"], nodes["right_child"], inner, nodes["feature"], int(columns))
        or _numbers_fault(nodes, values, inner)
        or counts_fault(nodes["n_node_samples"], nodes["left_child"], nodes["right_child"], inner)
    )


def links_fault(left: Array, right: Array, inner: Array, feature: Array, width: int) -> str | None:
    """Say what is wrong with the way that nodes hang together.

    Parameters
    ----------
    left, right
        Numbers of the children, shape (nodes,).
    inner
        Which nodes have children.
    feature
        Columns that inner nodes split on.
    width
        How many columns there are.
    """
    count, own = len(left), np.flatnonzero(inner)
    if count == 0:
        return "it has no nodes"
    children = np.stack([left[inner], right[inner]]).astype(np.int64)
    if (children <= own).any() or (children >= count).any():
        return "a node's children are not after it"
    if children.size != count - 1 or (np.bincount(children.ravel(), minlength=count) > 1).any():
        return "a node has two parents or none"
    if (feature[inner] < 0).any() or (feature[inner] >= width).any():
        return f"a node splits on a column outside of the {width} that the model takes"
    return None


def counts_fault(counts: Array, left: Array, right: Array, inner: Array) -> str | None:
    """Say what is wrong with the rows that nodes count; those of a sanitised tree are all 0."""
    if ((counts < 0) | (counts > MOST_ROWS)).any():
        return f"a node counts less than no rows, or more than {MOST_ROWS:,}"
    if not counts.any():
        return None
    numbers = counts.astype(np.int64)
    if (numbers[inner] != numbers[left[inner].astype(np.int64)] + numbers[right[inner].astype(np.int64)]).any():
        return "a node counts other rows than its children"
    return None


def _numbers_fault(nodes: Array, values: Array, inner: Array) -> str | None:
    weights = nodes["weighted_n_node_samples"]
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        return "a node's weight is no weight"
    if not np.isfinite(nodes["threshold"][inner]).all():
        # infinite split points are what missing values alone are told apart by
        missing = np.isposinf(nodes["threshold"][inner])
        if not (np.isfinite(nodes["threshold"][inner]) | missing).all():
            return "a node's split point is no number"
    if not np.isfinite(values).all():
        return "a node's value is no number"
    return None
