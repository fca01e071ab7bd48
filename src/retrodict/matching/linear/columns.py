"""Possible rows with their labels as columns of the equations: where they have entries, and which."""

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
    sites
        Where each column has entries: a site of each block, or -1, shape (B, m).
    entries
        They, weighed, shape (B, Q, m).
    """

    sites: Int[Array, "B m"]
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


def columns_of_table(equations: Equations, codes: Int[Array, "n d"], labels: Float[Array, " n"]) -> Columns:
    """Return the columns of a table's rows, each as often as every tree drew it; see `columns_of`.

    Parameters
    ----------
    equations
        What they are columns of.
    codes, labels
        The table, shapes (n, d) and (n,); in its order where draws tell rows apart.
    """
    columns = columns_of(equations, codes, labels)
    if equations.multiplicities is None:
        return columns
    times = equations.multiplicities[equations.blocks.tree]  # (B, n)
    return Columns(columns.sites, columns.entries * times[:, None])


def laid_out(
    blocks: Blocks, leaves: Int[Array, "T m"], gradients: Float[Array, "T m"], hessians: Float[Array, "T m"]
) -> Columns:
    """Return columns from the leaves that rows reach and what they add there."""
    many, width = leaves.shape[1], blocks.totals.shape[1]
    sites = np.empty((many, len(blocks.tree)), dtype=np.int32)
    entries = np.empty((many, len(blocks.tree), width))
    _lay_out(
        blocks.tree,
        blocks.site,
        blocks.coefficients,
        np.sqrt(blocks.weights),
        np.ascontiguousarray(leaves, dtype=np.int32),
        np.ascontiguousarray(gradients, dtype=np.float64),
        np.ascontiguousarray(hessians, dtype=np.float64),
        sites,
        entries,
    )
    return Columns(sites.T, entries.transpose(1, 2, 0))


def explained(columns: Columns, x: Float[Array, " m"], sites: int) -> Float[Array, "sites Q"]:
    """Return the weighed sums of so many of each column.

    Parameters
    ----------
    columns
        m of them.
    x
        How many of each, shape (m,).
    sites
        Of all blocks together.
    """
    out = np.zeros((sites, columns.entries.shape[1]))
    _add(columns.sites.T, columns.entries.transpose(2, 0, 1), np.asarray(x, dtype=np.float64), out)
    return out


@njit(cache=True, nogil=True)
def _lay_out(
    tree: Array,
    site: Array,
    coefficients: Array,
    scale: Array,
    leaves: Array,
    gradients: Array,
    hessians: Array,
    sites: Array,
    entries: Array,
) -> None:
    many, blocks, width = entries.shape
    for j in range(many):
        for b in range(blocks):
            t = tree[b]
            leaf = leaves[t, j]
            at = site[b, leaf]
            sites[j, b] = at
            g, h = gradients[t, j], hessians[t, j]
            for q in range(width):
                own = coefficients[b, leaf, q]
                if at < 0 or scale[at, q] == 0.0:
                    entries[j, b, q] = 0.0
                else:
                    entries[j, b, q] = scale[at, q] * (own[0] + own[1] * g + own[2] * h + own[3] * g * g)


@njit(cache=True, nogil=True)
def _add(sites: Array, entries: Array, x: Array, out: Array) -> None:
    for j in range(len(x)):
        if x[j] != 0.0:
            for b in range(sites.shape[1]):
                site = sites[j, b]
                if site >= 0:
                    for q in range(entries.shape[2]):
                        out[site, q] += x[j] * entries[j, b, q]
