"""The state of a `KDTree` or `BallTree`, checked before compiled code unpacks it and follows its nodes.

Both walk their nodes and read points by stored indices, without a look at their range.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from retrodict.models.whole_number import whole

_METRICS = "sklearn.metrics._dist_metrics"
_FIELDS = ("idx_start", "idx_end", "is_leaf", "radius")
_PARTS = 13


def neighbor_fault(state: Any, boxes: bool) -> str | None:
    """Say what is wrong with the state of a neighbour tree; ``None`` where every index leads inside.

    Parameters
    ----------
    state
        What ``__getstate__`` gives: points, their order, nodes, bounds, counts, metric, weights.
    boxes
        Whether its nodes are boxes (`KDTree`) and not balls (`BallTree`).
    """
    if not isinstance(state, tuple) or len(state) != _PARTS:
        return "its state is none of a neighbour tree"
    data, points, nodes, bounds, leaf, levels, n_nodes, *calls, metric, weights = state
    if not _is(data, 2, np.float64) or not len(data) or not data.shape[1]:
        return "its points are no table of numbers"
    if not _is(points, 1, np.int64) or not _is(bounds, 3, np.float64):
        return "its order or bounds are no arrays of numbers"
    if not isinstance(nodes, np.ndarray) or nodes.ndim != 1 or nodes.dtype.names != _FIELDS:
        return "its nodes are no array of nodes"
    count = len(nodes)
    if not whole(n_nodes, 1) or n_nodes != count or bounds.shape != (2 if boxes else 1, count, data.shape[1]):
        return "its nodes do not match its points"
    if not (whole(leaf, 1) and whole(levels, 1, 62) and 2**levels - 1 == count and all(whole(c, 0) for c in calls)):
        return "its counts do not match its nodes"
    if weights is not None and (not _is(weights, 1, np.float64) or len(weights) != len(data)):
        return "its weights do not match its points"
    if len(points) != len(data) or not _within(points, len(data)):
        return "it refers to points that it does not hold"
    if not _within(nodes["idx_start"], len(data) + 1) or not _within(nodes["idx_end"], len(data) + 1):
        return "a node refers to points that it does not hold"
    if (nodes["idx_start"] > nodes["idx_end"]).any():
        return "a node ends before it starts"
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    if (2 * inner + 2 >= count).any():  # the children of node i are 2 i + 1 and 2 i + 2
        return "a node's children are missing"
    return _metric_fault(metric, data.shape[1])


def _metric_fault(metric: Any, width: int) -> str | None:
    if type(metric).__module__ != _METRICS or not hasattr(metric, "__getstate__"):
        return "its metric is missing"
    held = metric.__getstate__()
    if not isinstance(held, tuple) or len(held) < 2 or not isinstance(held[0], float) or not held[0] >= 1:
        return "its metric is none"
    sizes = {np.size(part) for part in held[1:]}
    if not sizes <= {0, 1, width, width * width}:
        return "its metric is for another number of columns"
    return None


def _is(array: Any, dimensions: int, dtype: Any) -> bool:
    return isinstance(array, np.ndarray) and array.ndim == dimensions and array.dtype == dtype


def _within(index: np.ndarray, end: int) -> bool:
    return bool((index >= 0).all() and (index < end).all())
