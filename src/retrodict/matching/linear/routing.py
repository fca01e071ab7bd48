"""Where rows of codes go, compiled."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int, UInt
from numba import njit

from retrodict.matching.equations import Equations, Routes
from retrodict.matching.linear.threads import in_parts
from retrodict.matching.losses import LeafLoss

Array = np.ndarray

_ODD = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio: its multiples spread over all 64 bits
_SHIFT = 29
_DEPTH = 4
"""Nodes that a row passes in a tree, about, as work that threads share."""


def leaves_of(routes: Routes, codes: Int[Array, "n d"]) -> Int[Array, "T n"]:
    """Return the number of the leaf that each row reaches in each tree."""
    out = np.empty((len(routes), len(codes)), dtype=np.int32)
    own = np.ascontiguousarray(codes, dtype=np.int32)
    in_parts(lambda part: _leaves(*walk_of(routes), own, part.start, part.stop, out), len(own), out.size * _DEPTH)
    return out


def hashes_of(routes: Routes, codes: Int[Array, "n d"]) -> UInt[Array, " n"]:
    """Return a number of 64 bits for each row that tells which leaves it reaches in all trees."""
    out = np.empty(len(codes), dtype=np.uint64)
    own, trees = np.ascontiguousarray(codes, dtype=np.int32), len(routes)
    in_parts(
        lambda part: _hashes(*walk_of(routes), own, part.start, part.stop, out), len(own), len(own) * trees * _DEPTH
    )
    return out


def terms_of(
    equations: Equations, leaves: Int[Array, "T n"], labels: Float[Array, " n"]
) -> tuple[Float[Array, "T n"], Float[Array, "T n"]]:
    """Return the gradients and hessians of rows before each tree.

    Parameters
    ----------
    equations
        Whose trees, loss and start.
    leaves
        The leaves that rows reach, shape (T, n).
    labels
        As the loss takes them, shape (n,).
    """
    routes, kind = equations.routes, np.float32 if equations.single else np.float64
    values = leaf_values(routes).astype(kind)
    scores = np.tile(equations.start.astype(kind), (leaves.shape[1], 1))
    seen = scores.copy()
    gradients, hessians = np.empty(leaves.shape), np.empty(leaves.shape)
    of_leaves = equations.loss if isinstance(equations.loss, LeafLoss) else None
    moved = np.empty_like(scores)
    for t in range(len(routes)):
        if t == 0 or routes.turn[t] != routes.turn[t - 1]:
            if equations.shares is not None:
                _share_out(equations, scores, values, leaves, t)
            seen = scores.copy()
            if of_leaves is not None:
                moved[:] = 0.0
                for other in np.flatnonzero(routes.turn == routes.turn[t]).tolist():
                    moved[:, routes.output[other]] += values[other, leaves[other]]
        output = int(routes.output[t])
        if of_leaves is None:
            gradients[t], hessians[t] = equations.loss.terms(seen, output, labels)
        else:
            gradients[t], hessians[t] = of_leaves.leaf_terms(seen, output, labels, moved, t, leaves[t])
        if equations.shares is None:
            scores[:, routes.output[t]] += values[t, leaves[t]]
    return gradients, hessians


def _share_out(equations: Equations, scores: Array, values: Array, leaves: Array, t: int) -> None:
    """Turn scores that an earlier tree saw into those that a tree saw, in place: few shares change in a turn."""
    routes, shares = equations.routes, equations.shares
    assert shares is not None
    before = int(np.searchsorted(routes.turn, routes.turn[t])) - 1
    change = shares[t] if before < 0 else shares[t] - shares[before]
    if before < 0:
        scores[:] = 0.0
    scores += change[0] * equations.start
    for other in np.flatnonzero(change[1:]).tolist():
        scores[:, routes.output[other]] += change[1 + other] * values[other, leaves[other]]


def leaf_values(routes: Routes) -> Float[Array, "T L"]:
    """Return what each leaf adds to a score, tree by tree."""
    out = np.zeros((len(routes), routes.most_leaves))
    at = np.flatnonzero(routes.leaf >= 0)
    tree = np.searchsorted(routes.roots, at, side="right") - 1
    out[tree, routes.leaf[at]] = routes.value[at]
    return out


def walk_of(routes: Routes) -> tuple[Array, Array, Array]:
    """Return the roots, the nodes (feature, children, start of answers, leaf) and the answers for compiled walks."""
    nodes = np.column_stack([routes.feature, routes.left, routes.right, routes.answers, routes.leaf]).astype(np.int32)
    return routes.roots.astype(np.int32), nodes, routes.goes_left


@njit(cache=True, nogil=True)
def leaf_at(nodes: Array, goes_left: Bool[Array, " a"], root: int, codes: Int[Array, " d"]) -> int:
    """Return the number of the leaf that one row reaches from a root."""
    node = root
    while nodes[node, 0] >= 0:
        node = nodes[node, 1] if goes_left[nodes[node, 3] + codes[nodes[node, 0]]] else nodes[node, 2]
    return nodes[node, 4]


@njit(cache=True, nogil=True)
def _leaves(roots: Array, nodes: Array, goes_left: Array, codes: Array, start: int, stop: int, out: Array) -> None:
    for t in range(len(roots)):
        for i in range(start, stop):
            out[t, i] = leaf_at(nodes, goes_left, roots[t], codes[i])


@njit(cache=True, nogil=True)
def _hashes(roots: Array, nodes: Array, goes_left: Array, codes: Array, start: int, stop: int, out: Array) -> None:
    for i in range(start, stop):
        mixed = np.uint64(0)
        for t in range(len(roots)):
            mixed = (mixed ^ np.uint64(leaf_at(nodes, goes_left, roots[t], codes[i]) + 1)) * np.uint64(_ODD)
            mixed ^= mixed >> np.uint64(_SHIFT)
        out[i] = mixed
