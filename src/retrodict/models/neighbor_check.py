"""Check the arrays of neighbour trees that came from a file, before compiled code follows them.

A `KDTree` or `BallTree` walks its nodes and reads points by stored indices, without a look at their range.
"""

from __future__ import annotations

import numpy as np
from sklearn.neighbors import BallTree, KDTree

NEIGHBOR_TREES = (BallTree, KDTree)

REVIEWED_NEIGHBORS: frozenset[str] = frozenset(
    {
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.neighbors._kd_tree.KDTree",
        # metrics that hold no weights or matrices of their own
        "sklearn.metrics._dist_metrics.ChebyshevDistance64",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.metrics._dist_metrics.ManhattanDistance64",
    }
)
"""Types of neighbour models that need no word of the user: their trees are checked here."""


def neighbor_fault(tree: BallTree | KDTree) -> str | None:
    """Say what is wrong with a neighbour tree; ``None`` where every index leads inside.

    Parameters
    ----------
    tree
        As it was read.
    """
    data, points, nodes, bounds = (np.asarray(array) for array in tree.get_arrays())
    _, _, _, _, _, _, n_nodes, *_, weights = tree.__getstate__()
    count = len(nodes)
    sides = 2 if isinstance(tree, KDTree) else 1
    if data.ndim != 2 or count < 1 or n_nodes != count or bounds.shape != (sides, count, data.shape[1]):
        return "its nodes do not match its points"
    if weights is not None and len(weights) != len(data):
        return "its weights do not match its points"
    if len(points) != len(data) or not _within(points, len(data)):
        return "it refers to points that it does not hold"
    inner = nodes["is_leaf"] == 0
    if not _within(nodes["idx_start"], len(data) + 1) or not _within(nodes["idx_end"], len(data) + 1):
        return "a node refers to points that it does not hold"
    if (2 * np.flatnonzero(inner) + 2 >= count).any():  # the children of node i are 2 i + 1 and 2 i + 2
        return "a node's children are missing"
    return None


def _within(index: np.ndarray, end: int) -> bool:
    return bool((index >= 0).all() and (index < end).all())
