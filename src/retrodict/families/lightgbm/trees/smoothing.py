"""Sums of gradients where leaf values were drawn towards those of the nodes above them (`path_smooth`)."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.families.lightgbm.grown import summed
from retrodict.families.lightgbm.text.tree_text import TreeText

Array = np.ndarray


def unsmoothed(
    tree: TreeText, steps: Float[Array, " leaves"], penalty: Float[Array, " nodes"], smoothing: float
) -> Float[Array, " leaves"]:
    """Return the sums of gradients of leaves, of a loss whose hessians are one.

    With ``r = -G / (H + penalty)``, a node of n rows puts out ``(n r + smoothing * (what its parent puts out)) / (n +
    smoothing)``, and the root ``r``. What leaves put out is linear in their gradients, and as many numbers.

    Parameters
    ----------
    tree
        One with counts, whose hessians are the same.
    steps
        What leaves put out, without the rate, shape (leaves,).
    penalty
        Of each node, shape (nodes,).
    smoothing
        The setting.
    """
    assert tree.count is not None
    count, inner = tree.count.astype(np.float64), tree.leaves - 1
    below = np.column_stack([summed(tree, own) for own in np.eye(tree.leaves)])  # (nodes, leaves)
    rows = summed(tree, count)
    out = -below / (rows + penalty)[:, None]
    (left, right) = tree.sides
    for level in tree.levels:
        for side in (left, right):
            children = side[level]
            n = rows[children, None]
            out[children] = (n * out[children] + smoothing * out[level]) / (n + smoothing)
    return np.asarray(np.linalg.solve(out[inner:], steps))
