"""The sums of gradients and hessians in the nodes of boosted trees, decoded from what nodes state.

Trees of histograms keep each node's value and each split's gain. Before shrinkage, a node of sums ``G`` and ``H`` has
the value ``v = -G / (H + penalty)``, and a split gains ``v_l^2 (H_l + penalty) + v_r^2 (H_r + penalty)`` less
``v^2 (H + penalty)`` (nothing at the root, whose value is never set). Both are linear in the leaves' hessian sums.

Trees of `GradientBoosting...` are regression trees of what is left, ``r = -g``: inner nodes keep its mean, all nodes
its variance, and leaves are moved by a Newton step to ``sum(r) / H``. Two leaves side by side have the sums and the
squares of their parent, which leaves two answers; signs and the range of ``H`` tell which.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray

SURE = 1e-8
"""Most that equations may miss by, relative to their terms, for sums to be taken as decoded; rounding leaves 1e-12."""

_ROUNDED = 4.0 * np.finfo(float).eps
"""Of the terms of an equation, what the library's own rounding makes it miss by."""

MOST_LEAVES = 512
"""Leaves of a tree whose equations are solved together: the time grows with their cube."""

_SPREAD = 1e-9
"""Of a split's effect on the mean, relative to it: below, the two answers are one within rounding."""


def histogram_sums(
    nodes: Any, rate: float, penalty: float, constant: bool
) -> tuple[Float[Array, " nodes"], Float[Array, " nodes"], Float[Array, " nodes"]] | None:
    """Return the gradient and hessian sums of every node of a tree of histogram boosting, and how far they may be off.

    Parameters
    ----------
    nodes
        The records of its predictor.
    rate, penalty
        Learning rate and L2 penalty.
    constant
        Whether the loss has the hessian 1 for every row, so that its sums may be counts.

    Returns
    -------
    tuple or None
        Gradients, hessians, and about how far the latter may be off; ``None`` where the equations do not tell them
        (a tree of one split, weights that a constant loss hides, constraints).
    """
    leaf = np.asarray(nodes["is_leaf"], dtype=bool)
    if leaf.all() or int(leaf.sum()) > MOST_LEAVES:
        return None
    value = np.where(leaf, nodes["value"] / rate, nodes["value"])
    left, right = nodes["left"].astype(np.int64), nodes["right"].astype(np.int64)
    below = _leaves_below(left, right, leaf)
    matrix, known, scale = _equations(value, np.asarray(nodes["gain"], np.float64), left, right, leaf, below, penalty)
    counts = np.asarray(nodes["count"], dtype=np.float64)[leaf]
    off = np.zeros(len(counts))
    if constant and _agrees(matrix, known, scale, counts):
        found = counts
    else:
        weights = 1.0 / np.maximum(scale, np.finfo(float).tiny)
        found, _, rank, _ = np.linalg.lstsq(matrix * weights[:, None], known * weights, rcond=None)
        if rank < matrix.shape[1] or (found < 0).any() or not _agrees(matrix, known, scale, found):
            return None
        inverse = np.linalg.pinv(matrix * weights[:, None])
        off = _ROUNDED * np.sqrt((inverse**2).sum(axis=1))
    hessians = below @ found
    gradients = np.where(leaf, -value * (hessians + penalty), 0.0)
    return below @ gradients[leaf], hessians, below @ off


def _equations(
    value: Array, gain: Array, left: Array, right: Array, leaf: Array, below: Array, penalty: float
) -> tuple[Array, Array, Array]:
    """Return a linear system of the leaves' hessian sums: its matrix, its right side, and the size of its terms."""
    rows, known, sizes = [], [], []
    for node in np.flatnonzero(~leaf):
        one, other = left[node], right[node]
        root = node == 0
        squares = [(one, value[one] ** 2), (other, value[other] ** 2)]
        squares += [] if root else [(node, -(value[node] ** 2))]
        sums = [] if root else [(one, value[one]), (other, value[other]), (node, -value[node])]
        for terms, right_side in ((squares, gain[node]), (sums, 0.0)):
            if terms:
                rows.append(sum(factor * below[at] for at, factor in terms))
                known.append(right_side - penalty * sum(factor for _, factor in terms))
                sizes.append(sum(abs(factor) * (below[at].sum() + penalty) for at, factor in terms))
    return np.array(rows), np.array(known), np.array(sizes)


def _agrees(matrix: Array, known: Array, scale: Array, found: Array) -> bool:
    """Whether sums solve the equations within rounding of their terms."""
    size = scale * max(1.0, float(np.abs(found).max()))
    return bool((np.abs(matrix @ found - known) <= SURE * np.maximum(size, np.finfo(float).tiny)).all())


def residual_sums(
    tree: Tree, classes: int, squared: bool
) -> tuple[Float[Array, " nodes"], Float[Array, " nodes"], Float[Array, " nodes"]] | None:
    """Return the sums of gradients, hessians and squared gradients of every node of a tree of gradient boosting.

    Parameters
    ----------
    tree
        Its arrays.
    classes
        How many; 0 of a regressor.
    squared
        Whether the loss is squared error, whose leaves are not moved; else it is the log-loss.

    Returns
    -------
    tuple or None
        Gradients, hessians, squared gradients; NaN where neither the signs nor the range of a leaf's sums tell which of
        two answers holds.
    """
    if tree.value is None or tree.impurity is None or tree.weights is None:
        return None
    leaf, rows, value = tree.leaf, np.asarray(tree.weights, np.float64), np.asarray(tree.value, np.float64).ravel()
    residuals = rows * value
    if squared:
        return -residuals, rows.copy(), _squares(tree, rows, residuals)
    # a leaf of several classes moves by (K - 1) / K of the step
    step = (classes - 1) / classes if classes > 2 else 1.0
    residuals[leaf] = np.nan
    for node in np.flatnonzero(~leaf):
        pair = (int(tree.left[node]), int(tree.right[node]))
        told = [one for one in pair if not leaf[one]]
        if len(told) == 1:
            other = pair[0] if told[0] == pair[1] else pair[1]
            residuals[other] = residuals[node] - residuals[told[0]]
        elif not told:
            residuals[list(pair)] = _parted(tree, int(node), pair, rows, value / step, residuals[node])
    with np.errstate(divide="ignore", invalid="ignore"):
        hessians = np.where(leaf, step * residuals / value, 0.0)
    hessians[leaf & (value == 0.0)] = np.nan
    for node in np.flatnonzero(~leaf)[::-1]:  # children come after their parents
        hessians[node] = hessians[tree.left[node]] + hessians[tree.right[node]]
    return -residuals, hessians, _squares(tree, rows, residuals)


def _squares(tree: Tree, rows: Array, residuals: Array) -> Float[Array, " nodes"]:
    """Return the sums of squares: a node's variance is their mean less the square of the mean."""
    return np.asarray(rows * (np.asarray(tree.impurity, np.float64) + (residuals / rows) ** 2))


def _parted(
    tree: Tree, node: int, pair: tuple[int, int], rows: Array, value: Array, total: float
) -> Float[Array, " 2"]:
    """Return the sums of what is left in two leaves side by side, from their variances and those of their parent."""
    assert tree.impurity is not None
    n, own = rows[list(pair)], np.asarray(tree.impurity, np.float64)[list(pair)]
    mean = total / rows[node]
    between = float(tree.impurity[node]) - float((n * own).sum()) / rows[node]  # what the split explains
    apart = np.sqrt(max(between, 0.0) * rows[node] / n)  # n_l m_l^2 + n_r m_r^2, with weights that cancel
    apart = np.array([apart[0] * np.sqrt(n[1] / rows[node]), apart[1] * np.sqrt(n[0] / rows[node])])
    if apart.max() <= _SPREAD * max(abs(mean), np.finfo(float).tiny):
        return np.asarray(n * mean)
    answers = [n * (mean + sign * apart * np.array([1.0, -1.0])) for sign in (1.0, -1.0)]
    leaves = value[list(pair)]
    fitting = [answer for answer in answers if _possible(answer, leaves, n)]
    return np.asarray(fitting[0]) if len(fitting) == 1 else np.full(2, np.nan)


def _possible(sums: Array, leaves: Array, rows: Array) -> bool:
    """Whether leaves can have these sums: ``H = G / v`` is positive and at most a quarter a row."""
    with np.errstate(divide="ignore", invalid="ignore"):
        hessians = sums / leaves
    return bool((np.isfinite(hessians) & (hessians > 0.0) & (hessians <= 0.25 * rows * (1.0 + SURE))).all())


def _leaves_below(
    left: Int[Array, " nodes"], right: Int[Array, " nodes"], leaf: Bool[Array, " nodes"]
) -> Float[Array, "nodes leaves"]:
    """Return which leaves lie below each node, itself included; children come after their parents."""
    below = np.zeros((len(leaf), int(leaf.sum())))
    below[leaf, np.arange(below.shape[1])] = 1.0
    for node in np.flatnonzero(~leaf)[::-1]:
        below[node] = below[left[node]] + below[right[node]]
    return below
