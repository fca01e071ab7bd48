"""Compiled walk of many rows through many trees, which sums their leaves in the library's own order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_BLOCK = 512  # rows that go through a tree side by side, while its nodes are in the cache


@njit(cache=True, nogil=True)
def add_leaves(
    cells: Any, roots: Any, feature: Any, threshold: Any, child: Any, values: Any, out: Any
) -> None:  # pragma: no cover - compiled
    """Add the values of each row's leaves to `out`, tree by tree.

    All rows of a block take a step before any takes the next: steps of different rows do not wait for one another, as
    the steps of one row do, and a step has no branch that a processor could guess wrong. Indices are unsigned, or each
    would be checked for being counted from the end.

    Parameters
    ----------
    cells
        The rows' numbers one after the other, float32.
    roots
        The first node of each tree.
    feature, threshold, child
        Of each node: the feature it asks for, -1 in a leaf; the largest float32 that goes left; the left child, after
        which the right one stands.
    values
        What a leaf adds, shape (nodes, k).
    out
        Shape (n, k); changed in place.
    """
    n, k = np.uint64(out.shape[0]), np.uint64(out.shape[1])
    width = np.uint64(len(cells)) // n
    at, active = np.empty(_BLOCK, np.uint32), np.empty(_BLOCK, np.uint32)
    start = np.uint64(0)
    while start < n:
        size = min(np.uint64(_BLOCK), n - start)
        for t in range(np.uint64(len(roots))):
            root = roots[t]
            for i in range(size):
                at[i], active[i] = root, i
            left = size if feature[root] >= 0 else np.uint64(0)
            while left > 0:
                still = np.uint64(0)
                for p in range(left):
                    i = active[p]
                    node = at[i]
                    value = cells[(start + np.uint64(i)) * width + np.uint64(feature[node])]
                    node = child[node] + np.uint32(not (value <= threshold[node]))
                    at[i], active[still] = node, i
                    still += np.uint64(feature[node] >= 0)
                left = still
            for i in range(size):
                node = np.uint64(at[i])
                for c in range(k):
                    out[start + i, c] += values[node, c]
        start += size
