"""Non-negative least squares over a pool of columns, warm from one pool to the next.

The active-set method of Lawson & Hanson ("Solving Least Squares Problems", 1974, chapter 23), with many columns
entering at a time and the Cholesky factor of the passive ones' Gram matrix updated (a new row by forward substitution,
a deleted one by Givens rotations: Golub & Van Loan, "Matrix Computations", 6.5). The gradient is always taken from the
residual itself, so that steps refine one another and misfits reach the rounding of 64-bit sums.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float, Int
from numba import njit

from retrodict.matching.linear.candidates import Columns, explained

Array = np.ndarray

BLOCK = 20
"""Columns that enter at a time; between 5 and 40 make little difference."""
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


class Pool:
    """Columns, and how much of each the solution has.

    Parameters
    ----------
    totals
        The weighed right side, shape (cells, Q).
    blocks
        In how many blocks a column has entries.
    """

    def __init__(self, totals: Float[Array, "cells Q"], blocks: int) -> None:
        self.totals, self.right, self.residual = totals, totals, totals.copy()
        self.size, self.passive = 0, 0
        self._room = 0
        self._order = np.zeros(0, dtype=np.int64)
        self._factor = np.zeros((0, 0))
        self._x, self._norms, self.slopes = np.zeros(0), np.zeros(0), np.zeros(0)
        self._free = np.zeros(0, dtype=bool)
        self._cells = np.zeros((0, blocks), dtype=np.int32)
        self._entries = np.zeros((0, blocks, totals.shape[1]))

    @property
    def x(self) -> Float[Array, " m"]:
        """How much of each column the solution has."""
        return self._x[: self.size]

    @property
    def misfit(self) -> float:
        """The squared length of the residual."""
        return float((self.residual**2).sum())

    @property
    def columns(self) -> Columns:
        """The columns of the pool."""
        return Columns(self._cells[: self.size].T, self._entries[: self.size].transpose(1, 2, 0))

    def add(self, columns: Columns, free: bool = False) -> None:
        """Let columns into the pool, with nothing of them in the solution.

        Parameters
        ----------
        columns
            m of them.
        free
            Whether the solution may have less than nothing of them.
        """
        many = columns.cells.shape[1]
        new = slice(self.size, self.size + many)
        self._grow(new.stop)
        self._cells[new] = columns.cells.T
        self._entries[new] = columns.entries.transpose(2, 0, 1)
        self._norms[new] = np.sqrt((self._entries[new] ** 2).sum(axis=(1, 2)))
        self._x[new], self._free[new] = 0.0, free
        self.size += many

    def _grow(self, size: int) -> None:
        if size <= self._room:
            return
        more = max(size, 2 * self._room) - self._room
        self._room += more
        self._cells, self._entries, self._x, self._norms, self._free = (
            np.concatenate([own, np.zeros((more, *own.shape[1:]), own.dtype)])
            for own in (self._cells, self._entries, self._x, self._norms, self._free)
        )

    def take(self, times: Int[Array, " m"]) -> None:
        """Begin again with the right side less so many of each column.

        Parameters
        ----------
        times
            Of each column, shape (m,).
        """
        self.right = self.totals - explained(self.columns, times, len(self.totals))
        self.passive = 0
        self._x[:] = 0.0
        self.residual = self.right.copy()

    def keep(self, kept: Bool[Array, " m"]) -> None:
        """Take the columns out that are not kept; those of the solution must be."""
        at = np.flatnonzero(kept)
        many = len(at)
        for own in (self._cells, self._entries, self._x, self._norms, self._free):
            own[:many] = own[at]
        place = np.cumsum(kept) - 1
        self._order[: self.passive] = place[self._order[: self.passive]]
        self.size = many

    def inside(self) -> Int[Array, " k"]:
        """Return the places of the columns that may be in the solution: those of the factor."""
        return np.sort(self._order[: self.passive])

    def some(self, places: Int[Array, " k"]) -> Columns:
        """Return some columns of the pool."""
        return Columns(self._cells[places].T, self._entries[places].transpose(1, 2, 0))

    def state(self) -> dict[str, Array]:
        """Return what the solution is, and its factor to the last bit, by names."""
        k = self.passive
        return {"x": self.x, "slopes": self.slopes, "order": self._order[:k], "factor": self._factor[:k, :k]}

    def restore(self, columns: Columns, state: Mapping[str, Array]) -> None:
        """Go back to where `state` was taken, with the same columns."""
        self.size = self.passive = 0
        self.add(columns)
        self._x[: self.size] = state["x"]
        k = len(state["order"])
        self.slopes = state["slopes"]
        self._order, self._factor = state["order"].copy(), state["factor"].copy()
        self.passive = k
        self._widen()
        _residual(self._cells, self._entries, self.right, self._x, self._order, k, self.residual)

    def solve(self, rounds: int, enough: float) -> int:
        """Lower the misfit, and return how many columns entered.

        Parameters
        ----------
        rounds
            At most so many times are columns let in.
        enough
            The misfit at which to stop.
        """
        n, entered = self.size, 0
        left = rounds
        while left > 0:
            self._widen()
            self.passive, new, used, self.slopes = _lower(
                self._cells[:n],
                self._entries[:n],
                self._norms[:n],
                self._free[:n],
                self.right,
                self.residual,
                self._x[:n],
                self._order,
                self.passive,
                self._factor,
                BLOCK,
                left,
                enough,
            )
            entered += new
            left -= used
            if self.passive + BLOCK <= len(self._factor):
                break
        return entered

    def _widen(self) -> None:
        """Make room in the factor for columns that enter."""
        if self.passive + BLOCK <= len(self._factor):
            return
        size = max(2 * len(self._factor), self.passive + 8 * BLOCK)
        factor = np.zeros((size, size))
        factor[: self.passive, : self.passive] = self._factor[: self.passive, : self.passive]
        self._factor = factor
        self._order = np.concatenate([self._order, np.zeros(size - len(self._order), dtype=np.int64)])


@njit(cache=True, nogil=True)
def _residual(cells: Array, entries: Array, totals: Array, x: Array, order: Array, k: int, out: Array) -> None:
    out[:] = totals
    for i in range(k):
        j = order[i]
        if x[j] != 0.0:
            for b in range(cells.shape[1]):
                cell = cells[j, b]
                if cell >= 0:
                    for q in range(entries.shape[2]):
                        out[cell, q] -= x[j] * entries[j, b, q]


@njit(cache=True, nogil=True)
def _product(cells: Array, entries: Array, dense: Array) -> float:
    """Return the product of one column with a whole one."""
    total = 0.0
    for b in range(len(cells)):
        cell = cells[b]
        if cell >= 0:
            for q in range(entries.shape[1]):
                total += dense[cell, q] * entries[b, q]
    return total


@njit(cache=True, nogil=True)
def _spread(cells: Array, entries: Array, dense: Array, sign: float) -> None:
    """Add one column, or take it off."""
    for b in range(len(cells)):
        cell = cells[b]
        if cell >= 0:
            for q in range(entries.shape[1]):
                dense[cell, q] += sign * entries[b, q]


@njit(cache=True, nogil=True)
def _forward(factor: Array, k: int, right: Array) -> None:
    """Solve the transposed factor for right sides, shape (k, c), in place."""
    for i in range(k):
        for c in range(right.shape[1]):
            right[i, c] /= factor[i, i]
        for m in range(i + 1, k):
            times = factor[i, m]
            for c in range(right.shape[1]):
                right[m, c] -= times * right[i, c]


@njit(cache=True, nogil=True, fastmath=True)
def _solved(factor: Array, k: int, right: Array) -> None:
    """Solve the factor's product with its transpose for one right side, in place."""
    for i in range(k):
        value = right[i] / factor[i, i]
        right[i] = value
        for m in range(i + 1, k):
            right[m] -= factor[i, m] * value
    for i in range(k - 1, -1, -1):
        total = right[i]
        for m in range(i + 1, k):
            total -= factor[i, m] * right[m]
        right[i] = total / factor[i, i]


@njit(cache=True, nogil=True)
def _delete(factor: Array, k: int, p: int) -> None:
    """Take column p out of the factor of k columns, and bring it back to its form by rotations."""
    for i in range(k):
        for m in range(max(i - 1, p), k - 1):
            factor[i, m] = factor[i, m + 1]
    for i in range(p, k - 1):
        a, b = factor[i, i], factor[i + 1, i]
        r = np.hypot(a, b)
        c, s = a / r, b / r
        factor[i, i], factor[i + 1, i] = r, 0.0
        for m in range(i + 1, k - 1):
            u, v = factor[i, m], factor[i + 1, m]
            factor[i, m] = c * u + s * v
            factor[i + 1, m] = c * v - s * u


@njit(cache=True, nogil=True)
def _lower(
    cells: Array,
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
    _residual(cells, entries, totals, x, order, k, residual)
    while True:
        for j in range(n):
            slopes[j] = _product(cells[j], entries[j], residual) / norms[j]
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
            added = _enter(cells, entries, norms, fit[first : first + block], order, k, factor, passive, dense)
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
            _residual(cells, entries, totals, x, order, k, residual)
            if clipped:
                for i in range(k):
                    o = order[i]
                    slopes[o] = _product(cells[o], entries[o], residual) / norms[o]
    return k, entered, used, slopes


@njit(cache=True, nogil=True)
def _enter(
    cells: Array,
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
        _spread(cells[j], entries[j], dense, 1.0)
        for i in range(k):
            o = order[i]
            beside[i, c] = _product(cells[o], entries[o], dense) / (norms[o] * norms[j])
        for d in range(c):
            o = new[d]
            mutual[d, c] = _product(cells[o], entries[o], dense) / (norms[o] * norms[j])
        _spread(cells[j], entries[j], dense, -1.0)
    _forward(factor, k, beside)
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
    _solved(factor, k, step)
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
                _delete(factor, k, i)
                x[j] = 0.0
                passive[j] = False
                order[i : k - 1] = order[i + 1 : k]
                k -= 1
    return k, clipped
