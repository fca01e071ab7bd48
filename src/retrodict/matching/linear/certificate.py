"""Which rows every table has that meets the equations: shown, not guessed.

Rows that are possible but not in the table are shut out by a dual: a combination ``y`` of the equations that is zero on
the table's columns and below zero on theirs (Farkas). What it comes to over any other table is at most what rounding
leaves, so that less than one of such a row can be there. Among the columns that are left, those that depend on one
another may be exchanged; what the others may differ by is bounded by the inverse of their factor.
"""

from __future__ import annotations

import time

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import sparse
from scipy.linalg import solve_triangular

from retrodict.matching.equations import Blocks, Equations
from retrodict.matching.linear.columns import Columns, columns_of
from retrodict.matching.linear.exchanges import Basis, basis_of
from retrodict.matching.linear.least_squares import Pool
from retrodict.matching.linear.listing import Listed
from retrodict.matching.linear.slack import slack_of
from retrodict.matching.linear.swapping import matrix_of

Array = np.ndarray

_ENTRANTS, _ROUNDS, _ALL_ROUNDS = 300, 3, 1_000
"""Columns that are offered at a time, and times that columns enter: as in `generation`."""
_MOST_ROUNDS = 300
"""Times that columns are offered, at most; a dual takes as long as a solution."""
_STALLED = 1e-8
"""Of the dual's squared length, what columns that are offered must take off: less is the rounding of their prices."""
_LEAST = 2e-7
"""Of the dual's length, the price that 32 bits tell from zero."""
_LEFT = 2_000
"""Columns that may be left beside the table's; with more nothing is shown."""
_SURE = 1e-5
"""Of the dual's length, what a price must be below zero by: prices have 32 bits."""
_TAKES_PART = 1e-6
"""What an exchange must take of a column to count."""


def certain(
    equations: Equations,
    listed: Listed,
    codes: Int[Array, "n d"],
    labels: Float[Array, " n"],
    seconds: float = np.inf,
) -> Bool[Array, " n"] | None:
    """Return of each row whether every table that meets the equations, to their rounding, has it.

    Parameters
    ----------
    equations
        What is stated.
    listed
        All possible rows.
    codes, labels
        A table that meets them, shapes (n, d) and (n,).
    seconds
        Stop after about so long with ``None``: it was not looked at.
    """
    started = time.perf_counter()
    state = _states(listed, codes)
    if (state < 0).any():
        return np.zeros(len(codes), dtype=bool)
    ends = equations.labels if equations.mixed else None
    own = np.unique(state if ends is not None else state + len(listed.states) * _places(equations, labels))
    if ends is not None:  # a row with any target is a mix of both ends
        own = np.unique(np.concatenate([own + i * len(listed.states) for i in range(len(ends))]))
    columns = _columns(equations, listed, own)
    blocks = equations.blocks
    slack = slack_of(blocks, columns_of(equations, codes, labels), np.ones(len(codes)))
    dual = _dual(equations, listed, columns, own, started + seconds)
    if dual is None:
        return None
    beside = _open(equations, listed, dual, slack, own, len(codes))
    if len(beside) > _LEFT:
        return np.zeros(len(codes), dtype=bool)
    columns = _columns(equations, listed, np.concatenate([own, beside]))
    fixed = _fixed(blocks, columns, 2.0 * float(np.sqrt((slack**2).sum())))[: len(own)]
    of_column = dict(zip(own.tolist(), fixed.tolist(), strict=True))
    if ends is not None:
        both = [state + i * len(listed.states) for i in range(len(ends))]
        return np.all([[of_column[number] for number in each.tolist()] for each in both], axis=0)
    numbers = state + len(listed.states) * _places(equations, labels)
    return np.array([of_column[number] for number in numbers.tolist()], dtype=bool)


def _states(listed: Listed, codes: Array) -> Array:
    """Return which state each row is, -1 where none: tables that were solved have their rows from the list."""
    mixer = np.random.default_rng(0).integers(1, 2**62, codes.shape[1], dtype=np.int64)  # overflows wrap around
    known, own = (each.astype(np.int64) @ mixer for each in (listed.states.codes, codes))
    order = np.argsort(known, kind="stable")
    at = order[np.minimum(np.searchsorted(known, own, sorter=order), len(known) - 1)]
    return np.where((listed.states.codes[at] == codes).all(axis=1), at, -1)


def _places(equations: Equations, labels: Array) -> Array:
    """Return the place of each label in the equations'."""
    return np.asarray(np.abs(equations.labels[:, None] - labels).argmin(axis=0))


def _columns(equations: Equations, listed: Listed, numbers: Array) -> Columns:
    label, state = np.divmod(numbers, len(listed.states))
    return columns_of(equations, listed.states.codes[state], equations.labels[label])


def _dual(
    equations: Equations, listed: Listed, columns: Columns, own: Array, until: float
) -> Float[Array, "sites Q"] | None:
    """Return a dual that is zero on the table's columns and above it on none; ``None`` where that takes too long.

    It is what the least squares of minus all other columns leaves, where there may be less than nothing of the table's.
    """
    norms = listed.norms
    outside = np.isfinite(norms)
    outside.ravel()[own] = False
    pool = Pool(-listed.sums(np.where(outside, 1.0 / norms, 0.0)), columns.sites.shape[0])
    pool.add(columns, free=True)
    pool.solve(_ALL_ROUNDS, 0.0)
    taken = own
    for _ in range(_MOST_ROUNDS):
        offered = listed.best(pool.residual, _LEAST * float(np.sqrt(pool.misfit)), _ENTRANTS, taken, pool.x)
        if len(offered):
            pool.add(columns_of(equations, offered.codes, equations.labels[offered.labels]))
            taken = np.concatenate([taken, offered.keys])
        before = pool.misfit
        pool.solve(_ROUNDS if len(offered) else _ALL_ROUNDS, 0.0)
        if pool.misfit >= before * (1.0 - (_STALLED if len(offered) else _SURE)):
            return pool.residual
        if time.perf_counter() > until:
            break
    return None


def _open(equations: Equations, listed: Listed, dual: Array, slack: Array, own: Array, rows: int) -> Array:
    """Return which columns beside the table's own a dual does not shut out."""
    norms, price = listed.norms, listed.prices(dual)
    length = float(np.sqrt((dual**2).sum()))
    outside = np.isfinite(norms)
    outside.ravel()[own] = False
    out = np.flatnonzero(outside & (price > -_SURE * length))
    if len(out) > _LEFT:
        return out
    known = _columns(equations, listed, np.concatenate([own, out]))
    products = _products(known, dual)
    off, above = np.abs(products[: len(own)]).max(initial=0.0), products[len(own) :].max(initial=0.0)
    most = 2.0 * float((np.abs(dual) * slack).sum()) + 2.0 * rows * max(off, above)
    return np.flatnonzero(outside & ((price > -_SURE * length) | (-price * norms <= most)))


def _products(columns: Columns, vector: Float[Array, "sites Q"]) -> Float[Array, " m"]:
    """Return the product of each column with a whole one."""
    products = vector[columns.sites].transpose(0, 2, 1) * columns.entries
    return np.asarray(np.where(columns.sites[:, None] >= 0, products, 0.0).sum(axis=(0, 1)))


def _fixed(blocks: Blocks, columns: Columns, off: float) -> Bool[Array, " m"]:
    """Return of which columns any other solution has as many, where all sums may be off by so much, together."""
    basis = basis_of(columns, len(blocks.totals))
    inside = basis.independent
    out = np.zeros(len(basis.norms), dtype=bool)
    if len(inside):
        inverse = solve_triangular(basis.factor, np.eye(len(basis.factor)))
        out[inside] = np.sqrt((inverse**2).sum(axis=1)) / basis.norms[inside] * off < 1.0
    free = ~_told(blocks, columns, basis, off)
    out[basis.dependent] = ~free
    return out & ~(np.abs(basis.exchanges[:, free]) > _TAKES_PART).any(axis=1)


def _told(blocks: Blocks, columns: Columns, basis: Basis, off: float) -> Bool[Array, " p"]:
    """Return which exchanges change sums by more than they may be off, in whole numbers and whatever else changes.

    Columns that differ by the rounding of their terms alone depend on one another for `basis_of`; what such an exchange
    changes is computed anew, and is more than the rounding of sums of 64 bits.
    """
    many = len(basis.dependent)
    if not 0 < many <= _EXCHANGES:
        return np.zeros(many, dtype=bool)
    matrix, _ = matrix_of(blocks, columns)
    nearest = np.rint(basis.exchanges)
    whole = (np.abs(basis.exchanges - nearest) < _WHOLE).all(axis=0)
    changes = matrix @ np.where(whole, nearest, basis.exchanges)
    own = matrix[:, basis.independent] @ sparse.diags(1.0 / basis.norms[basis.independent])
    for _ in range(_REFINED):
        slopes = own.T @ changes
        changes = changes - own @ solve_triangular(basis.factor, solve_triangular(basis.factor, slopes, trans="T"))
    _, sizes, turns = np.linalg.svd(changes, full_matrices=False)
    least = off * _TINY  # smaller ones are not told in any case
    most = np.sqrt(((turns * (off / np.maximum(sizes, least))[:, None]) ** 2).sum(axis=0))
    return np.asarray(most < 1.0)


_EXCHANGES = 400
"""Exchanges that are looked at more closely, at most."""
_WHOLE = 1e-2
"""How far from whole numbers an exchange of whole ones may come out."""
_REFINED = 3
"""Times that what is left along the basis is taken off: the first leaves some by rounding."""
_TINY = 1e-6
"""Of what sums may be off by, a change that is none."""
