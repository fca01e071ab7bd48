"""Whether arrays of children make a tree: compiled code follows them without a look."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

Array = np.ndarray


def shape_fault(left: Int[Array, " nodes"], right: Int[Array, " nodes"]) -> str | None:
    """Say what keeps nodes from being one tree with its root first; ``None`` where nothing does.

    Parameters
    ----------
    left, right
        The children of every node; both negative at leaves.

    Returns
    -------
    str or None
        A part of a sentence (``a child that is no node``).
    """
    n = len(left)
    if not n or len(right) != n:
        return "no nodes" if not n else "unequal numbers of left and right children"
    inner = left >= 0
    if (inner != (right >= 0)).any():
        return "a node with one child"
    children = np.concatenate([left[inner], right[inner]])
    if len(children) and (children.max() >= n or children.min() < 1):
        return "a child that is no node"
    parents = np.bincount(children, minlength=n)
    if len(children) != n - 1 or (parents[1:] != 1).any():
        return "nodes that have no parent, or several"
    at = np.flatnonzero(inner)
    if (left[at] > at).all() and (right[at] > at).all():  # each hangs on one before it, and so on the first
        return None
    reached, level = 1, np.zeros(1, dtype=np.int64)
    while len(level := level[inner[level]]):
        level = np.concatenate([left[level], right[level]])
        reached += len(level)
    return None if reached == n else "nodes that no row can reach"
