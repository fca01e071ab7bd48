"""Non-negative least squares over a pool of columns, warm from one pool to the next.

The active-set method of Lawson & Hanson ("Solving Least Squares Problems", 1974, chapter 23), with many columns
entering at a time and the Cholesky factor of the passive ones' Gram matrix updated (a new row by forward substitution,
a deleted one by Givens rotations: Golub & Van Loan, "Matrix Computations", 6.5). The gradient is always taken from the
residual itself, so that steps refine one another and misfits reach the rounding of 64-bit sums.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float
from numba import njit

from retrodict.matching.linear.candidates import Columns

Array = np.ndarray

BLOCK = 20
"""Columns that enter at a time; between 5 and 40 make little difference."""
_INDEPENDENT = 1e-11
"""Of its squared length, what a column must have beside the passive ones to enter."""
_STALLED = 1e-9
"""A share of the misfit that a round must take off."""
_WORTH = 1e-8
"""Of the residual's length, the slope from which a column may enter."""


class Pool:
    """Columns, their Gram matrix, and how much of each the solution has.

    Parameters
    ----------
    totals
        The weighed right side, shape (cells, Q).
    capacity
        The most columns.
    """

    def __init__(self, totals: Float[Array, "cells Q"], capacity: int) -> None:
        self.totals, self.residual = totals, totals.copy()
        self.capacity = capacity
        self.size, self.passive = 0, 0
        self._order = np.zeros(capacity, dtype=np.int64)
        self._gram = np.zeros((capacity, capacity))
        self._factor = np.zeros((capacity, capacity))
        self._x, self._norms = np.zeros(capacity), np.zeros(capacity)
        self._cells = np.zeros((0, 0), dtype=np.int32)
        self._entries = np.zeros((0, 0, 0))
        self.slopes = np.zeros(0)

    @property
    def x(self) -> Float[Array, " m"]:
        """How much of each column the solution has."""
        return self._x[: self.size]

    @property
    def misfit(self) -> float:
        """The squared length of the residual."""
        return float((self.residual**2).sum())

    def add(self, columns: Columns) -> None:
        """Let columns into the pool, with nothing of them in the solution."""
        blocks, many = columns.cells.shape
        if not self.size:
            self._cells = np.zeros((self.capacity, blocks), dtype=np.int32)
            self._entries = np.zeros((self.capacity, blocks, columns.entries.shape[1]))
        new = slice(self.size, self.size + many)
        self._cells[new] = columns.cells.T
        self._entries[new] = columns.entries.transpose(2, 0, 1)
        _fill_gram(self._cells, self._entries, self._gram, self.size, self.size + many)
        self._norms[new] = np.sqrt(np.diagonal(self._gram)[new])
        self._x[new] = 0.0
        self.size += many

    def keep(self, kept: Bool[Array, " m"]) -> None:
        """Take the columns out that are not kept; those of the solution must be."""
        at = np.flatnonzero(kept)
        many = len(at)
        for own in (self._cells, self._entries, self._x, self._norms):
            own[:many] = own[at]
        self._gram[:many, :many] = self._gram[np.ix_(at, at)]
        place = np.cumsum(kept) - 1
        self._order[: self.passive] = place[self._order[: self.passive]]
        self.size = many

    def solve(self, rounds: int, enough: float) -> int:
        """Lower the misfit, and return how many columns entered.

        Parameters
        ----------
        rounds
            At most so many times are columns let in.
        enough
            The misfit at which to stop.
        """
        n = self.size
        self.passive, entered, self.slopes = _lower(
            self._cells[:n],
            self._entries[:n],
            self._gram,
            self._norms[:n],
            self.totals,
            self.residual,
            self._x[:n],
            self._order,
            self.passive,
            self._factor,
            BLOCK,
            rounds,
            enough,
        )
        return int(entered)


@njit(cache=True, nogil=True)
def _fill_gram(cells: Array, entries: Array, gram: Array, first: int, last: int) -> None:
    blocks, width = entries.shape[1], entries.shape[2]
    for i in range(first, last):
        for j in range(i + 1):
            total = 0.0
            for b in range(blocks):
                if cells[i, b] == cells[j, b]:
                    for q in range(width):
                        total += entries[i, b, q] * entries[j, b, q]
            gram[i, j] = total
            gram[j, i] = total


@njit(cache=True, nogil=True)
def _residual(cells: Array, entries: Array, totals: Array, x: Array, out: Array) -> None:
    out[:] = totals
    for j in range(len(x)):
        if x[j] != 0.0:
            for b in range(cells.shape[1]):
                cell = cells[j, b]
                if cell >= 0:
                    for q in range(entries.shape[2]):
                        out[cell, q] -= x[j] * entries[j, b, q]


@njit(cache=True, nogil=True)
def _slopes(cells: Array, entries: Array, norms: Array, residual: Array, out: Array) -> None:
    for j in range(len(out)):
        total = 0.0
        for b in range(cells.shape[1]):
            cell = cells[j, b]
            if cell >= 0:
                for q in range(entries.shape[2]):
                    total += residual[cell, q] * entries[j, b, q]
        out[j] = total / norms[j]


@njit(cache=True, nogil=True)
def _forward(factor: Array, k: int, right: Array) -> Array:
    out = np.empty(k)
    for i in range(k):
        total = right[i]
        for j in range(i):
            total -= factor[i, j] * out[j]
        out[i] = total / factor[i, i]
    return out


@njit(cache=True, nogil=True)
def _backward(factor: Array, k: int, right: Array) -> Array:
    out = right.copy()
    for i in range(k - 1, -1, -1):
        out[i] /= factor[i, i]
        value = out[i]
        for j in range(i):
            out[j] -= factor[i, j] * value
    return out


@njit(cache=True, nogil=True)
def _delete(factor: Array, k: int, p: int) -> None:
    """Take row and column p out of the factor of k columns."""
    for i in range(p, k - 1):
        for j in range(i + 2):
            factor[i, j] = factor[i + 1, j]
    for i in range(p, k - 1):
        a, b = factor[i, i], factor[i, i + 1]
        r = np.hypot(a, b)
        c, s = a / r, b / r
        factor[i, i], factor[i, i + 1] = r, 0.0
        for m in range(i + 1, k - 1):
            u, v = factor[m, i], factor[m, i + 1]
            factor[m, i] = c * u + s * v
            factor[m, i + 1] = c * v - s * u


@njit(cache=True, nogil=True)
def _lower(
    cells: Array,
    entries: Array,
    gram: Array,
    norms: Array,
    totals: Array,
    residual: Array,
    x: Array,
    order: Array,
    k: int,
    factor: Array,
    block: int,
    rounds: int,
    enough: float,
) -> tuple[int, int, Array]:
    """Let columns in and out until none lowers the misfit; return how many are passive, how many entered, and slopes.

    The factor is of the Gram matrix of columns of length one, in the order in which they became passive.
    """
    n = len(x)
    passive = np.zeros(n, np.bool_)
    for i in range(k):
        passive[order[i]] = True
    entered = 0
    slopes = np.empty(n)
    _residual(cells, entries, totals, x, residual)
    _slopes(cells, entries, norms, residual, slopes)
    before = np.inf
    for _ in range(rounds):
        misfit = (residual * residual).sum()
        if misfit <= enough:
            break
        if misfit > before * (1.0 - _STALLED):
            if block == 1:
                break
            block = max(1, block // 4)
        before = min(misfit, before)
        fit = np.where(~passive & (slopes > _WORTH * np.sqrt(misfit)))[0]
        fit = fit[np.argsort(-slopes[fit])]
        added = 0
        for j in fit[: 4 * block]:
            column = np.empty(k)
            for i in range(k):
                column[i] = gram[order[i], j] / (norms[order[i]] * norms[j])
            beside = _forward(factor, k, column)
            own = 1.0 - (beside * beside).sum()
            if own < _INDEPENDENT or k >= len(factor):
                continue
            factor[k, :k] = beside
            factor[k, k] = np.sqrt(own)
            order[k] = j
            passive[j] = True
            k += 1
            added += 1
            if added >= block:
                break
        if added == 0:
            break
        entered += added
        while True:
            k, clipped = _step(norms, x, slopes, order, k, factor, passive)
            _residual(cells, entries, totals, x, residual)
            _slopes(cells, entries, norms, residual, slopes)
            if not clipped:
                break
    return k, entered, slopes


@njit(cache=True, nogil=True)
def _step(
    norms: Array, x: Array, slopes: Array, order: Array, k: int, factor: Array, passive: Array
) -> tuple[int, bool]:
    """Go to the least squares of the passive columns, or as far as none is negative; those at zero leave."""
    right = np.empty(k)
    for i in range(k):
        right[i] = slopes[order[i]]
    step = _backward(factor, k, _forward(factor, k, right))
    share, clipped = 1.0, False
    for i in range(k):
        length = x[order[i]] * norms[order[i]]
        if length + step[i] < 0.0:
            clipped = True
            share = min(share, -length / step[i])
    for i in range(k):
        x[order[i]] = max(0.0, x[order[i]] + share * step[i] / norms[order[i]])
    if clipped:
        for i in range(k - 1, -1, -1):
            j = order[i]
            if step[i] < 0.0 and x[j] * norms[j] <= 1e-13:
                _delete(factor, k, i)
                x[j] = 0.0
                passive[j] = False
                order[i : k - 1] = order[i + 1 : k]
                k -= 1
    return k, clipped
