"""Exchanges of rows for others that hardly change any sum: what equations can't tell, or only just."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from retrodict.matching.linear.columns import Columns

Array = np.ndarray

_DEPENDENT = 1e-10
"""Of its squared length, what a column has beside others that it depends on: products of 64 bits tell no less."""


@dataclass(frozen=True, eq=False)
class Basis:
    """Columns of which none depends on those before it, and how the others depend on them.

    Parameters
    ----------
    independent
        Places of the columns of the basis, shape (k,).
    dependent
        Places of the others, shape (p,).
    exchanges
        What of each column an exchange takes (below 0) or gives, a column for each dependent one, of which it gives
        one, shape (m, p).
    factor
        The upper factor of the Gram matrix of the basis' columns, those at length one, shape (k, k).
    norms
        Lengths of all columns, shape (m,).
    """

    independent: Int[Array, " k"]
    dependent: Int[Array, " p"]
    exchanges: Float[Array, "m p"]
    factor: Float[Array, "k k"]
    norms: Float[Array, " m"]


def basis_of(columns: Columns, sites: int) -> Basis:
    """Return which columns depend on others before them.

    Parameters
    ----------
    columns
        m of them.
    sites
        Of all blocks together.
    """
    own_sites, entries = columns.sites.T, columns.entries.transpose(2, 0, 1)
    many = len(own_sites)
    norms = np.sqrt((entries**2).sum(axis=(1, 2)))
    factor, beside = np.zeros((many, many)), np.zeros((many, many))
    independent = np.zeros(many, dtype=bool)
    dense = np.zeros((sites, entries.shape[2]))
    k = _split(own_sites, entries, norms, dense, _DEPENDENT, factor, beside, independent)
    inside, outside = np.flatnonzero(independent), np.flatnonzero(~independent)
    exchanges = np.zeros((many, len(outside)))
    if len(outside):
        within = np.linalg.solve(factor[:k, :k], beside[:k, : len(outside)]) if k else np.zeros((0, len(outside)))
        scaled = within / np.maximum(norms[inside], _TINY)[:, None] * norms[outside]
        exchanges[inside] = -scaled
        exchanges[outside, np.arange(len(outside))] = 1.0
    return Basis(inside, outside, exchanges, factor[:k, :k].copy(), norms)


def whole_exchanges(basis: Basis) -> Int[Array, "m p"]:
    """Return the exchanges that take and give whole numbers of rows.

    Parameters
    ----------
    basis
        Of p dependent columns.
    """
    nearest = np.rint(basis.exchanges)
    whole = (np.abs(basis.exchanges - nearest) < _WHOLE).all(axis=0) & (np.abs(nearest) <= _MOST).all(axis=0)
    return nearest[:, whole].astype(np.int64)


_TINY = 1e-300
_WHOLE = 1e-2
"""How far from whole numbers an exchange of whole ones may come out, of columns that differ in the seventh digit."""
_MOST = 3
"""Of one column an exchange takes or gives at most so many."""


@njit(cache=True, nogil=True)
def _split(
    sites: Array,
    entries: Array,
    norms: Array,
    dense: Array,
    least: float,
    factor: Array,
    beside: Array,
    independent: Array,
) -> int:
    """Write the factor of independent columns, and what the factor's rows come to for the others; return how many."""
    k, others = 0, 0
    order = np.empty(len(norms), np.int64)
    for j in range(len(norms)):
        if norms[j] == 0.0:
            others += 1
            continue
        for b in range(sites.shape[1]):
            if sites[j, b] >= 0:
                for q in range(entries.shape[2]):
                    dense[sites[j, b], q] = entries[j, b, q]
        column = np.empty(k)
        for i in range(k):
            o = order[i]
            total = 0.0
            for b in range(sites.shape[1]):
                if sites[o, b] >= 0:
                    for q in range(entries.shape[2]):
                        total += dense[sites[o, b], q] * entries[o, b, q]
            column[i] = total / (norms[o] * norms[j])
        for b in range(sites.shape[1]):
            if sites[j, b] >= 0:
                for q in range(entries.shape[2]):
                    dense[sites[j, b], q] = 0.0
        own = 1.0
        for i in range(k):
            column[i] /= factor[i, i]
            own -= column[i] * column[i]
            for m in range(i + 1, k):
                column[m] -= factor[i, m] * column[i]
        if own < least:
            beside[:k, others] = column
            others += 1
            continue
        factor[:k, k] = column
        factor[k, k] = np.sqrt(own)
        order[k] = j
        independent[j] = True
        k += 1
    return k
