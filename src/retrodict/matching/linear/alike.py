"""Possible rows that no tree tells from a row of the table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit

from retrodict.matching.equations import Equations
from retrodict.matching.linear.routing import walk_of

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Alike:
    """What rows may hold instead, without any tree telling.

    Leaves are boxes, and so is what several have in common: entries may change independently of one another, but for
    groups of columns of which one at most holds its second code.

    Parameters
    ----------
    codes
        The likeliest of the rows alike, shape (n, d).
    agreement
        The share of the rows alike, by what is assumed of codes, that have the entry of this one, shape (n, d).
    """

    codes: Int[Array, "n d"]
    agreement: Float[Array, "n d"]


def alike(equations: Equations, codes: Int[Array, "n d"]) -> Alike:
    """Return what may stand in each row instead.

    Parameters
    ----------
    equations
        The trees, and what is assumed of codes.
    codes
        Shape (n, d).
    """
    allowed = allowed_codes(equations, codes)
    likeliest = np.array(codes, dtype=np.int32, copy=True)
    agreement = np.ones(codes.shape)
    rows = np.arange(len(codes))
    for i, chances in enumerate(equations.table.chances):
        weights = np.where(allowed[:, i, : len(chances)], chances, 0.0)
        likeliest[:, i] = _likeliest(weights, codes[:, i])
        agreement[:, i] = weights[rows, likeliest[:, i]] / np.maximum(weights.sum(axis=1), _TINY)
    for group in equations.exclusive:
        _of_group(equations, list(group), allowed, codes, likeliest, agreement)
    return Alike(likeliest, agreement)


def allowed_codes(equations: Equations, codes: Int[Array, "n d"]) -> Bool[Array, "n d s"]:
    """Return which codes each entry could have for the row to reach the leaves that it reaches.

    Parameters
    ----------
    equations
        The trees.
    codes
        Shape (n, d).
    """
    sizes = equations.table.sizes
    out = np.arange(sizes.max(initial=1)) < sizes[:, None]
    allowed = np.repeat(out[None], len(codes), axis=0)
    roots, nodes, goes_left = walk_of(equations.routes)
    _narrow(roots, nodes, goes_left, np.ascontiguousarray(codes, dtype=np.int32), sizes, allowed)
    return allowed


def _of_group(
    equations: Equations, group: list[int], allowed: Array, codes: Array, likeliest: Array, agreement: Array
) -> None:
    """Write what columns hold of which one at most has its second code: none, or one of them."""
    chances = [equations.table.chances[i] for i in group]
    options = np.vstack([np.zeros(len(group), dtype=np.int32), np.eye(len(group), dtype=np.int32)])
    weights = np.ones((len(codes), len(options)))
    for at, i in enumerate(group):
        weights *= np.where(allowed[:, i][:, options[:, at]], chances[at][options[:, at]], 0.0)
    own = codes[:, group]
    current = np.where(own.any(axis=1), own.argmax(axis=1) + 1, 0)
    chosen = _likeliest(weights, current)
    likeliest[:, group] = options[chosen]
    total = np.maximum(weights.sum(axis=1), _TINY)
    for at, i in enumerate(group):
        same = options[:, at] == options[chosen, at][:, None]
        agreement[:, i] = (weights * same).sum(axis=1) / total


def _likeliest(weights: Array, current: Array) -> Array:
    """Return the option of the most weight; of equal ones the current one."""
    rows = np.arange(len(weights))
    return np.where(weights[rows, current] >= weights.max(axis=1), current, weights.argmax(axis=1))


_TINY = 1e-300


@njit(cache=True, nogil=True)
def _narrow(roots: Array, nodes: Array, goes_left: Array, codes: Array, sizes: Array, allowed: Array) -> None:
    for i in range(len(codes)):
        for t in range(len(roots)):
            node = roots[t]
            while nodes[node, 0] >= 0:
                feature = nodes[node, 0]
                left = goes_left[nodes[node, 3] + codes[i, feature]]
                for code in range(sizes[feature]):
                    if goes_left[nodes[node, 3] + code] != left:
                        allowed[i, feature, code] = False
                node = nodes[node, 1] if left else nodes[node, 2]
