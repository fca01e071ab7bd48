"""Columns let into a non-negative least squares solution and out of it, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from retrodict.matching.linear.updated_factor import delete, solve_both, solve_forward

Array = np.ndarray

_INDEPENDENT = 1e-11
"""Of its squared length, what a column must have beside the passive ones to enter."""
_STALLED = 1e-9
"""A share of the misfit that a round must take off."""
_WORTH = 1e-8
"""Of the residual's length, the slope from which a column may enter."""
_TRIES = 4
"""Blocks of the best columns that are looked at for one that is independent."""
_NONE = 1e-13
"""A column's share of the solution, as a length, that is none: left by rounding where a step ends at zero."""


@njit(cache=True, nogil=True)
def take_residual(sites: Array, entries: Array, totals: Array, x: Array, order: Array, k: int, out: Array) -> None:
    """Write what the first k columns of an order leave of the totals."""
    out[:] = totals
    for i in range(k):
        j = order[i]
        if x[j] != 0.0:
            for b in range(sites.shape[1]):
                site = sites[j, b]
                if site >= 0:
                    for q in range(entries.shape[2]):
                        out[site, q] -= x[j] * entries[j, b, q]


@njit(cache=True, nogil=True)
def _product(sites: Array, entries: Array, dense: Array) -> float:
    """Return the product of one column with a whole one."""
    total = 0.0
    for b in range(len(sites)):
        site = sites[b]
        if site >= 0:
            for q in range(entries.shape[1]):
                total += dense[site, q] * entries[b, q]
    return total


@njit(cache=True, nogil=True)
def _spread(sites: Array, entries: Array, dense: Array, sign: float) -> None:
    """Add one column, or take it off."""
    for b in range(len(sites)):
        site = sites[b]
        if site >= 0:
            for q in range(entries.shape[1]):
                dense[site, q] += sign * entries[b, q]


@njit(cache=True, nogil=True)
def lower(
    sites: Array,
    entries: Array,
    norms: Array,
    free: Array,
    totals: Array,
    residual: Array,
    x: Array,
    order: Array,
    k: int,
    factor: Array,
    block: int,
    rounds: int,
    enough: float,
) -> tuple[int, int, int, Array]:
    """Let columns in and out until none lowers the misfit.

    The factor is of the Gram matrix of columns of length one, in the order in which they became passive: the upper one,
    so that all loops run along rows. Returned are how many are passive, how many entered, in how many rounds, and the
    slopes.
    """
    n = len(x)
    passive = np.zeros(n, np.bool_)
    for i in range(k):
        passive[order[i]] = True
    entered, used = 0, 0
    slopes = np.empty(n)
    dense = np.zeros_like(totals)
    before = np.inf
    take_residual(sites, entries, totals, x, order, k, residual)
    while True:
        for j in range(n):
            slopes[j] = _product(sites[j], entries[j], residual) / norms[j]
        misfit = (residual * residual).sum()
        if used >= rounds or misfit <= enough or k + block > len(factor):
            break
        if misfit > before * (1.0 - _STALLED):
            if block == 1:
                break
            block = max(1, block // 4)
        used += 1
        before = min(misfit, before)
        drawn = np.where(free, np.abs(slopes), slopes)
        fit = np.where(~passive & (drawn > _WORTH * np.sqrt(misfit)))[0]
        fit = fit[np.argsort(-drawn[fit])]
        added = 0
        for first in range(0, min(len(fit), _TRIES * block), block):
            added = _enter(sites, entries, norms, fit[first : first + block], order, k, factor, passive, dense)
            if added > 0:
                break
        if added == 0:
            used = rounds
            break
        k += added
        entered += added
        clipped = True
        while clipped:
            k, clipped = _step(norms, free, x, slopes, order, k, factor, passive)
            take_residual(sites, entries, totals, x, order, k, residual)
            if clipped:
                for i in range(k):
                    o = order[i]
                    slopes[o] = _product(sites[o], entries[o], residual) / norms[o]
    return k, entered, used, slopes


@njit(cache=True, nogil=True)
def _enter(
    sites: Array,
    entries: Array,
    norms: Array,
    new: Array,
    order: Array,
    k: int,
    factor: Array,
    passive: Array,
    dense: Array,
) -> int:
    """Let columns into the factor that are independent of the passive ones; return how many are."""
    width = len(new)
    beside, mutual = np.empty((k, width)), np.empty((width, width))
    for c in range(width):
        j = new[c]
        _spread(sites[j], entries[j], dense, 1.0)
        for i in range(k):
            o = order[i]
            beside[i, c] = _product(sites[o], entries[o], dense) / (norms[o] * norms[j])
        for d in range(c):
            o = new[d]
            mutual[d, c] = _product(sites[o], entries[o], dense) / (norms[o] * norms[j])
        _spread(sites[j], entries[j], dense, -1.0)
    solve_forward(factor, k, beside)
    taken = np.empty(width, np.int64)
    added = 0
    for c in range(width):
        own = 1.0
        for i in range(k):
            own -= beside[i, c] * beside[i, c]
        at = k + added
        for a in range(added):
            d = taken[a]
            value = mutual[d, c]
            for i in range(k):
                value -= beside[i, d] * beside[i, c]
            for b in range(a):
                value -= factor[k + b, k + a] * factor[k + b, at]
            value /= factor[k + a, k + a]
            factor[k + a, at] = value
            own -= value * value
        if own < _INDEPENDENT:
            continue
        factor[:k, at] = beside[:, c]
        factor[at, at] = np.sqrt(own)
        order[at] = new[c]
        passive[new[c]] = True
        taken[added] = c
        added += 1
    return added


@njit(cache=True, nogil=True)
def _step(
    norms: Array, free: Array, x: Array, slopes: Array, order: Array, k: int, factor: Array, passive: Array
) -> tuple[int, bool]:
    """Go to the least squares of the passive columns, or as far as none is negative; those at zero leave."""
    step = np.empty(k)
    for i in range(k):
        step[i] = slopes[order[i]]
    solve_both(factor, k, step)
    share, clipped = 1.0, False
    for i in range(k):
        length = x[order[i]] * norms[order[i]]
        if length + step[i] < 0.0 and not free[order[i]]:
            clipped = True
            share = min(share, -length / step[i])
    for i in range(k):
        x[order[i]] += share * step[i] / norms[order[i]]
        if x[order[i]] < 0.0 and not free[order[i]]:
            x[order[i]] = 0.0
    if clipped:
        for i in range(k - 1, -1, -1):
            j = order[i]
            if step[i] < 0.0 and x[j] * norms[j] <= _NONE and not free[j]:
                delete(factor, k, i)
                x[j] = 0.0
                passive[j] = False
                order[i : k - 1] = order[i + 1 : k]
                k -= 1
    return k, clipped
