"""The Cholesky factor of columns that come and go, compiled: only its upper triangle is read or written."""

from __future__ import annotations

import numpy as np
from numba import njit

Array = np.ndarray


@njit(cache=True, nogil=True)
def solve_forward(factor: Array, k: int, right: Array) -> None:
    """Solve the transposed factor for right sides, shape (k, c), in place."""
    for i in range(k):
        for c in range(right.shape[1]):
            right[i, c] /= factor[i, i]
        for m in range(i + 1, k):
            times = factor[i, m]
            for c in range(right.shape[1]):
                right[m, c] -= times * right[i, c]


@njit(cache=True, nogil=True, fastmath=True)
def solve_both(factor: Array, k: int, right: Array) -> None:
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
def delete(factor: Array, k: int, p: int) -> None:
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
