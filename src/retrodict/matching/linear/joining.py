"""Possible rows, put together part by part: those on their way to a leaf that holds no row are dropped at once.

Trees with many leaves leave most of them empty, and so most of the rows that there could be impossible: what is left
are few, of tables with more columns than all rows could be listed of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Int
from numba import njit

from retrodict.matching.boosting import COUNT
from retrodict.matching.equations import Equations
from retrodict.matching.linear.routing import walk_of

Array = np.ndarray
Options = Sequence[Mapping[int, int]]
"""What the columns of one part may hold together: codes by column."""


_TRIED = 10
"""Rows that are looked at in one go, as a multiple of those that may be kept: seconds."""


def empty_leaves(equations: Equations) -> Bool[Array, "T L"]:
    """Return which leaves of each tree are stated to hold no row.

    Parameters
    ----------
    equations
        What is stated.
    """
    blocks = equations.blocks
    counted = blocks.coefficients[..., COUNT] > 0.0
    alone = counted & (blocks.coefficients[..., COUNT + 1 :] == 0.0).all(axis=-1)  # (B, L, Q)
    none = (blocks.totals == 0.0) & (blocks.rounding == 0.0) & (blocks.weights > 0.0)
    empty = (alone & none[blocks.site] & (blocks.site >= 0)[..., None]).any(axis=-1)
    out = np.zeros((len(equations.routes), blocks.site.shape[1]), dtype=bool)
    if equations.multiplicities is None:  # a leaf may hold rows that were not drawn
        np.logical_or.at(out, blocks.tree, empty)
    return out


def joined_rows(
    equations: Equations, parts: Sequence[Options], empty: Bool[Array, "T L"], most: int
) -> Int[Array, "n d"] | None:
    """Return all rows of codes that reach no empty leaf, the first part changing fastest; ``None`` where they are many.

    Parameters
    ----------
    equations
        Whose trees.
    parts
        What columns may hold, part by part.
    empty
        See `empty_leaves`.
    most
        Rows that are kept at a time, at most, whole or not.
    """
    roots, nodes, goes_left = walk_of(equations.routes)
    width, first = len(equations.table.sizes), np.append(roots, len(nodes))
    asked = [np.unique(nodes[a:b, 0][nodes[a:b, 0] >= 0]) for a, b in pairwise(first.tolist())]
    columns = [sorted({i for option in options for i in option}) for options in parts]
    needs = np.array([[np.isin(own, tree).any() for own in columns] for tree in asked]).reshape(len(asked), len(parts))
    useful = empty.any(axis=1)
    order = np.argsort(-empty.sum(axis=1), kind="stable")  # those that drop most come first
    rows, chosen = np.zeros((1, width), dtype=np.int32), np.zeros((1, len(parts)), dtype=np.int32)
    known, open_parts = np.zeros(width, dtype=bool), set(range(len(parts)))
    while open_parts:
        part = _next(needs[useful], open_parts, [len(options) for options in parts])
        open_parts.discard(part)
        known[columns[part]] = True
        trees = order[(useful & needs[:, part])[order]]
        if len(rows) * len(parts[part]) > _TRIED * most:
            return None
        found: list[tuple[Array, Array]] = []
        for number, option in enumerate(parts[part]):
            own, kept = rows.copy(), np.ones(len(rows), dtype=bool)
            for i in columns[part]:
                own[:, i] = option.get(i, 0)
            _drop(roots, nodes, goes_left, trees, empty, known, own, kept)
            of = chosen[kept]
            of[:, part] = number
            found.append((own[kept], of))
            if sum(len(each) for each, _ in found) > most:
                return None
        rows, chosen = (np.concatenate(each) for each in zip(*found, strict=True))
    return rows[np.lexsort(chosen.T)] if len(parts) else rows


def reached(equations: Equations, codes: Int[Array, "n d"], empty: Bool[Array, "T L"]) -> Bool[Array, " n"]:
    """Return which rows reach no empty leaf.

    Parameters
    ----------
    equations
        Whose trees.
    codes
        Shape (n, d).
    empty
        See `empty_leaves`.
    """
    kept = np.ones(len(codes), dtype=bool)
    useful = np.flatnonzero(empty.any(axis=1))
    if len(useful):
        rows = np.ascontiguousarray(codes, dtype=np.int32)
        _drop(*walk_of(equations.routes), useful, empty, np.ones(codes.shape[1], dtype=bool), rows, kept)
    return kept


def _next(needs: Array, open_parts: set[int], sizes: Sequence[int]) -> int:
    """Return the part to set next: the one that brings trees nearest to all their columns, for what it multiplies."""
    own = sorted(open_parts)
    left = needs[:, own].sum(axis=1)
    gain = (needs[:, own] * 0.5 ** left[:, None].astype(np.float64)).sum(axis=0)
    return own[int(np.argmax((gain + _LITTLE) / np.log2(np.array([max(sizes[i], 2) for i in own]))))]


_LITTLE = 1e-12
"""Of no tree's columns: set last, the smallest first."""


@njit(cache=True, nogil=True)
def _drop(
    roots: Array, nodes: Array, goes_left: Array, trees: Array, empty: Array, known: Array, rows: Array, kept: Array
) -> None:
    for i in range(len(rows)):
        for t in trees:
            node = roots[t]
            while nodes[node, 0] >= 0 and known[nodes[node, 0]]:
                node = nodes[node, 1] if goes_left[nodes[node, 3] + rows[i, nodes[node, 0]]] else nodes[node, 2]
            if nodes[node, 0] < 0 and empty[t, nodes[node, 4]]:
                kept[i] = False
                break
