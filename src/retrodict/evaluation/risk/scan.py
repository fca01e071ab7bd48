"""Compiled loops over all pairs of rows of two tables."""

from __future__ import annotations

import numpy as np
from numba import njit

Array = np.ndarray


@njit(cache=True, nogil=True, error_model="numpy")
def scan(rows: Array, blocks: Array, at: Array, back: Array) -> None:
    """Fill in each row's nearest column of `blocks`, and each column's least distance to any row."""
    count, width, size = blocks.shape
    best = np.full(len(rows), np.inf, np.float32)
    distance = np.empty(size, np.float32)
    one = np.float32(1.0)
    for k in range(count):
        mine = back[k]
        for i in range(len(rows)):
            distance[:] = 0.0
            for j in range(width):
                value, others = rows[i, j], blocks[k, j]
                for w in range(size):
                    distance[w] += min(abs(value - others[w]), one)
            least = distance[0]
            for w in range(size):
                least = min(least, distance[w])
                mine[w] = min(mine[w], distance[w])
            if least < best[i]:
                best[i] = least
                for w in range(size):
                    if distance[w] == least:
                        at[i] = k * size + w
                        break


@njit(cache=True, nogil=True, error_model="numpy")
def errors_between(a: Array, b: Array) -> Array:
    """Return the mean error of every row of one table beside every row of the other; `b` by columns, shape (d, m)."""
    out = np.zeros((len(a), b.shape[1]))
    for i in range(len(a)):
        mine = out[i]
        for j in range(b.shape[0]):
            value, others = a[i, j], b[j]
            for w in range(b.shape[1]):
                mine[w] += min(abs(value - others[w]), 1.0)
    return out / b.shape[0]
