"""All possible rows laid out to be priced: how fast the misfit would fall as each entered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from retrodict.matching.equations import Blocks, Equations
from retrodict.matching.linear.routing import leaves_of, terms_of

Array = np.ndarray

_AT_ONCE = 20_000
"""Rows whose terms are computed at a time, in 64 bits; what is kept has 32."""
_TILE = 2_048
"""Rows that are priced at a time: their prices stay near the processor while all trees add to them."""
_FEW = 64
"""Rows that tell whether one layout serves all labels."""
_SAME = 1e-6
"""How far gradients of 32 bits may differ that are the same."""


@dataclass(frozen=True, eq=False)
class Priced:
    """Possible rows, laid out to be priced.

    Parameters
    ----------
    leaves
        Of each state in each tree, shape (T, S).
    gradients, hessians
        Of each state before each tree, with the first label where `shift` moves them to others; shape (T, S).
    shift
        What another label than the first adds to the gradients of each tree, shape (C, T).
    norms
        Lengths of the columns, shape (C, S); infinite where a column has no entries, and so no price.
    """

    leaves: Int[Array, "T S"]
    gradients: Float[Array, "T S"]
    hessians: Float[Array, "T S"]
    shift: Float[Array, "C T"]
    norms: Float[Array, "C S"]

    def prices(self, duals: Float[Array, "T L 4"], out: Float[Array, "C S"], part: slice) -> None:
        """Write how fast the misfit falls as each column enters, per its length.

        Parameters
        ----------
        duals
            What the terms are worth; see `duals_of`.
        out
            Where prices go.
        part
            The states that are priced.
        """
        worth = np.ascontiguousarray(duals.transpose(0, 2, 1), dtype=np.float32)
        _price(
            self.leaves,
            self.gradients,
            self.hessians,
            self.shift,
            worth,
            bool(worth[:, 2].any()),
            bool(worth[:, 3].any()),
            part.start,
            part.stop,
            out,
        )
        out[:, part] /= self.norms[:, part]

    def sums(self, weights: Float[Array, "C S"], leaves: int) -> Float[Array, "T L 4"]:
        """Return the sums of 1, g, h and g squared of weighed states in each leaf of each tree.

        Parameters
        ----------
        weights
            Of each state with each label, shape (C, S).
        leaves
            Of the largest tree.
        """
        out = np.zeros((len(self.leaves), leaves, 4))
        _sum_up(self.leaves, self.gradients, self.hessians, self.shift, weights, out)
        return out

    def chosen(self, states: Int[Array, " s"]) -> Priced:
        """Return the layout of some states."""
        leaves, gradients, hessians = (
            np.ascontiguousarray(each[:, states]) for each in (self.leaves, self.gradients, self.hessians)
        )
        return replace(self, leaves=leaves, gradients=gradients, hessians=hessians, norms=self.norms[:, states])


def priced_states(equations: Equations, codes: Int[Array, "S d"]) -> tuple[Priced, ...]:
    """Lay out states to be priced: labels in the order of the equations'.

    Where labels change gradients by the same number for every row, and no hessian, one layout serves all labels; else
    each label has its own.
    """
    together = _laid_out(equations, codes, equations.labels)
    if together is not None:
        return (together,)
    apart = [_laid_out(equations, codes, equations.labels[i : i + 1]) for i in range(len(equations.labels))]
    return tuple(each for each in apart if each is not None)


def priced_entries(equations: Equations, codes: Int[Array, "S d"]) -> int:
    """Return how many entries each row takes that is laid out to be priced.

    Parameters
    ----------
    equations
        Whose trees and labels.
    codes
        Some rows, of which a few tell whether one layout serves all labels.
    """
    few = replace(equations, labels=equations.labels[[*range(min(2, len(equations.labels))), -1]])
    layouts = len(equations.labels) if len(priced_states(few, codes[:_FEW])) > 1 else 1
    return len(equations.routes) * layouts + len(equations.labels)


def duals_of(blocks: Blocks, residual: Float[Array, "sites Q"], trees: int) -> Float[Array, "T L 4"]:
    """Return what 1, g, h and g squared are worth in each leaf of each tree.

    Parameters
    ----------
    blocks
        The equations.
    residual
        Weighed totals less what is explained, shape (sites, Q).
    trees
        How many there are.
    """
    worth = np.where(blocks.site[..., None] >= 0, (residual * np.sqrt(blocks.weights))[blocks.site], 0.0)  # (B, L, Q)
    out = np.zeros((trees, blocks.site.shape[1], 4))
    np.add.at(out, blocks.tree, np.einsum("blq,blqk->blk", worth, blocks.coefficients))
    return out


def sums_of(blocks: Blocks, sums: Float[Array, "T L 4"]) -> Float[Array, "sites Q"]:
    """Return the weighed equations' sums from those of 1, g, h and g squared in each leaf of each tree."""
    out = np.zeros_like(blocks.totals)
    there = blocks.site >= 0
    own = np.einsum("blqk,blk->blq", blocks.coefficients, sums[blocks.tree])
    np.add.at(out, blocks.site[there], own[there])
    return np.asarray(out * np.sqrt(blocks.weights))


def _laid_out(equations: Equations, codes: Array, labels: Array) -> Priced | None:
    """Return one layout for all of these labels; ``None`` where they change more than gradients by one number."""
    trees, states = len(equations.routes), len(codes)
    leaves = np.empty((trees, states), dtype=np.int16 if equations.routes.most_leaves < 2**15 else np.int32)
    gradients, hessians = (np.empty((trees, states), dtype=np.float32) for _ in range(2))
    shift = np.zeros((len(labels), trees))
    for part in _parts(states):
        own = leaves_of(equations.routes, codes[part])
        g, h = terms_of(equations, own, np.full(own.shape[1], labels[0]))
        leaves[:, part], gradients[:, part], hessians[:, part] = own, g, h
        for c, label in enumerate(labels[1:].tolist(), start=1):
            moved, same = terms_of(equations, own, np.full(own.shape[1], label))
            if part.start == 0:
                shift[c] = np.median(moved - g, axis=1)
            if not np.allclose(moved, g + shift[c][:, None], rtol=_SAME, atol=_SAME) or not np.allclose(
                same, h, rtol=_SAME, atol=_SAME
            ):
                return None
    norms = np.empty((len(labels), states), dtype=np.float32)
    _lengths(leaves, gradients, hessians, shift, _squares_of(equations.blocks, trees), norms)
    return Priced(leaves, gradients, hessians, shift.astype(np.float32), norms)


def _parts(states: int) -> Iterator[slice]:
    for first in range(0, states, _AT_ONCE):
        yield slice(first, min(first + _AT_ONCE, states))


def _squares_of(blocks: Blocks, trees: int) -> Array:
    """Return the products of the coefficients in each leaf, weighed and added up over equations, shape (T, L, 4, 4)."""
    weights = np.where(blocks.site[..., None] >= 0, blocks.weights[blocks.site], 0.0)
    out = np.zeros((trees, blocks.site.shape[1], 4, 4))
    own = np.einsum("blq,blqi,blqj->blij", weights, blocks.coefficients, blocks.coefficients)
    np.add.at(out, blocks.tree, own)
    return out


@njit(cache=True, nogil=True)
def _lengths(leaves: Array, gradients: Array, hessians: Array, shift: Array, squares: Array, out: Array) -> None:
    trees, states = leaves.shape
    terms, total = np.empty(4), np.empty(_TILE)
    for c in range(len(shift)):
        for first in range(0, states, _TILE):
            last = min(first + _TILE, states)
            total[:] = 0.0
            for t in range(trees):
                for s in range(first, last):
                    own = squares[t, leaves[t, s]]
                    g, h = gradients[t, s] + shift[c, t], hessians[t, s]
                    terms[0], terms[1], terms[2], terms[3] = 1.0, g, h, g * g
                    for i in range(4):
                        for j in range(4):
                            total[s - first] += terms[i] * terms[j] * own[i, j]
            for s in range(first, last):
                out[c, s] = np.sqrt(total[s - first]) if total[s - first] > 0.0 else np.inf


@njit(cache=True, nogil=True, fastmath=True)
def _price(
    leaves: Array,
    gradients: Array,
    hessians: Array,
    shift: Array,
    duals: Array,
    by_hessian: bool,
    by_square: bool,
    start: int,
    stop: int,
    out: Array,
) -> None:
    own = np.empty(duals.shape[2], np.float32)
    for first in range(start, stop, _TILE):
        last = min(first + _TILE, stop)
        out[:, first:last] = 0.0
        for t in range(len(leaves)):
            alone, of_g, of_h, of_square = duals[t, 0], duals[t, 1], duals[t, 2], duals[t, 3]
            leaf, g, h = leaves[t, first:last], gradients[t, first:last], hessians[t, first:last]
            price = out[0, first:last]
            for s in range(last - first):
                price[s] += alone[leaf[s]] + of_g[leaf[s]] * g[s]
            if by_hessian:
                for s in range(last - first):
                    price[s] += of_h[leaf[s]] * h[s]
            if by_square:
                for s in range(last - first):
                    price[s] += of_square[leaf[s]] * g[s] * g[s]
            for c in range(1, len(out)):  # what another label adds
                moved = shift[c, t]
                more = out[c, first:last]
                for i in range(len(own)):
                    own[i] = moved * (of_g[i] + of_square[i] * moved)
                for s in range(last - first):
                    more[s] += own[leaf[s]]
                if by_square:
                    twice = np.float32(2.0) * moved
                    for s in range(last - first):
                        more[s] += twice * of_square[leaf[s]] * g[s]
        for c in range(1, len(out)):
            out[c, first:last] += out[0, first:last]


@njit(cache=True, nogil=True)
def _sum_up(leaves: Array, gradients: Array, hessians: Array, shift: Array, weights: Array, out: Array) -> None:
    trees, states = leaves.shape
    for c in range(len(shift)):
        for t in range(trees):
            for s in range(states):
                weight = weights[c, s]
                if weight != 0.0:
                    g = gradients[t, s] + shift[c, t]
                    own = out[t, leaves[t, s]]
                    own[0] += weight
                    own[1] += weight * g
                    own[2] += weight * hessians[t, s]
                    own[3] += weight * g * g
