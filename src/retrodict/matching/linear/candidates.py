"""Possible rows with their labels as columns of the equations: their entries, and how they are priced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from retrodict.matching.equations import Blocks, Equations
from retrodict.matching.linear.routing import leaves_of, terms_of

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Columns:
    """Columns of the weighed equations: few of their entries are not zero, one a block and equation.

    Parameters
    ----------
    cells
        Where each column has entries: a cell of each block, or -1, shape (B, m).
    entries
        They, weighed, shape (B, Q, m).
    """

    cells: Int[Array, "B m"]
    entries: Float[Array, "B Q m"]


def columns_of(equations: Equations, codes: Int[Array, "m d"], labels: Float[Array, " m"]) -> Columns:
    """Return rows with their labels as columns, rounded as the library rounds.

    Parameters
    ----------
    equations
        What they are columns of.
    codes
        The rows, shape (m, d).
    labels
        As the loss takes them, shape (m,).
    """
    leaves = leaves_of(equations.routes, codes)
    gradients, hessians = terms_of(equations, leaves, labels)
    return laid_out(equations.blocks, leaves, gradients, hessians)


def laid_out(
    blocks: Blocks, leaves: Int[Array, "T m"], gradients: Float[Array, "T m"], hessians: Float[Array, "T m"]
) -> Columns:
    """Return columns from the leaves that rows reach and what they add there."""
    own = leaves[blocks.tree]
    at = np.arange(len(blocks.tree))[:, None]
    cells = blocks.cell[at, own]
    g, h = gradients[blocks.tree], hessians[blocks.tree]
    coefficients = blocks.coefficients[at, own]  # (B, m, Q, 4)
    terms = np.stack([np.ones_like(g), g, h, g * g], axis=-1)
    entries = np.einsum("bmqk,bmk->bqm", coefficients, terms)
    entries *= np.where(cells[:, None] >= 0, np.sqrt(blocks.weights)[cells].transpose(0, 2, 1), 0.0)
    return Columns(cells.astype(np.int32), np.ascontiguousarray(entries))


@dataclass(frozen=True, eq=False)
class Priced:
    """All possible rows, laid out to be priced: to what each would lower the misfit.

    Parameters
    ----------
    leaves
        Of each state in each tree, shape (T, S).
    gradients, hessians
        Of each state before each tree, with the first label where `shift` moves them to others; shape (T, S).
    shift
        What another label than the first adds to the gradients of each tree, shape (C, T).
    norms
        Lengths of the columns, shape (C, S).
    """

    leaves: Int[Array, "T S"]
    gradients: Float[Array, "T S"]
    hessians: Float[Array, "T S"]
    shift: Float[Array, "C T"]
    norms: Float[Array, "C S"]

    def prices(self, blocks: Blocks, residual: Float[Array, "cells Q"]) -> Float[Array, "C S"]:
        """Return how fast the misfit falls as each column enters, per its length.

        Parameters
        ----------
        blocks
            The equations.
        residual
            Weighed totals less what is explained, shape (cells, Q).
        """
        duals = _duals(blocks, residual, len(self.leaves))
        out = np.empty((len(self.shift), self.leaves.shape[1]), dtype=np.float32)
        _price(self.leaves, self.gradients, self.hessians, self.shift, duals, out)
        return out / self.norms


def priced_states(equations: Equations, codes: Int[Array, "S d"]) -> tuple[Priced, ...]:
    """Lay out states to be priced: labels in the order of the equations'.

    Where labels change gradients by the same number for every row, and no hessian, one layout serves all labels; else
    each label has its own.
    """
    leaves = leaves_of(equations.routes, codes)
    short = np.ascontiguousarray(leaves.astype(np.int16 if equations.routes.most_leaves < 2**15 else np.int32))
    terms = [terms_of(equations, leaves, np.full(len(codes), label)) for label in equations.labels]
    norms = [_norms(equations.blocks, leaves, *each) for each in terms]
    shifts = [np.median(g - terms[0][0], axis=1) for g, _ in terms]
    together = all(
        np.allclose(g, terms[0][0] + shift[:, None], rtol=0.0, atol=_SAME) and np.allclose(h, terms[0][1], atol=_SAME)
        for (g, h), shift in zip(terms, shifts, strict=True)
    )
    if together:
        groups = [(terms[0], np.stack(shifts), np.stack(norms))]
    else:
        nothing = np.zeros((1, len(leaves)))
        groups = [(each, nothing, norm[None]) for each, norm in zip(terms, norms, strict=True)]
    return tuple(
        Priced(
            short,
            own[0].astype(np.float32),
            own[1].astype(np.float32),
            shift.astype(np.float32),
            norm.astype(np.float32),
        )
        for own, shift, norm in groups
    )


def prices(layouts: tuple[Priced, ...], blocks: Blocks, residual: Float[Array, "cells Q"]) -> Float[Array, "C S"]:
    """Return the prices of all states with all labels; see `Priced.prices`."""
    return np.concatenate([each.prices(blocks, residual) for each in layouts])


def _norms(blocks: Blocks, leaves: Array, gradients: Array, hessians: Array) -> Array:
    out = np.empty(leaves.shape[1])
    step = 20_000
    for first in range(0, len(out), step):
        part = slice(first, first + step)
        own = laid_out(blocks, leaves[:, part], gradients[:, part], hessians[:, part])
        out[part] = np.sqrt((own.entries**2).sum(axis=(0, 1)))
    return out


def _duals(blocks: Blocks, residual: Array, trees: int) -> Array:
    """Return what 1, g, h and g squared are worth in each leaf of each tree, shape (T, L, 4)."""
    worth = np.where(blocks.cell[..., None] >= 0, (residual * np.sqrt(blocks.weights))[blocks.cell], 0.0)  # (B, L, Q)
    out = np.zeros((trees, blocks.cell.shape[1], 4))
    np.add.at(out, blocks.tree, np.einsum("blq,blqk->blk", worth, blocks.coefficients))
    return out.astype(np.float32)


_STATES_AT_ONCE = 4_096
_SAME = 1e-6
"""How far gradients of 32 bits may differ that are the same."""


@njit(cache=True, nogil=True, fastmath=True)
def _price(leaves: Array, gradients: Array, hessians: Array, shift: Array, duals: Array, out: Array) -> None:
    trees, states = leaves.shape
    for first in range(0, states, _STATES_AT_ONCE):
        last = min(first + _STATES_AT_ONCE, states)
        out[:, first:last] = 0.0
        for t in range(trees):
            for s in range(first, last):
                leaf = leaves[t, s]
                g, h = gradients[t, s], hessians[t, s]
                gone = duals[t, leaf, 1]
                base = duals[t, leaf, 0] + gone * g + duals[t, leaf, 2] * h + duals[t, leaf, 3] * g * g
                out[0, s] += base
                for c in range(1, len(out)):
                    moved = shift[c, t]
                    out[c, s] += base + moved * (gone + duals[t, leaf, 3] * (2.0 * g + moved))
