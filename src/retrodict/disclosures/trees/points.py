"""The split points of many trees, column by column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.columns import Column, Columns
from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray

_AT_ONCE = 1_000_000
"""Nodes that are sorted by their columns at a time."""


def points_of(trees: Iterable[Tree]) -> Iterator[tuple[Column, Float[Array, " m"]]]:
    """Yield each column that trees split by a number, with its finite split points; some more than once.

    In the order in which trees come to them, and the columns of one tree in their own.
    """
    found: dict[Column, list[Array]] = {}
    met: dict[Column, tuple[int, int]] = {}
    for columns, batch in _batches(trees):
        number, features, points = zip(*((n, *tree.splits) for n, tree in batch), strict=True)
        ends = np.cumsum([len(own) for own in features])
        feature, point = np.concatenate(features), np.concatenate(points)
        kept = np.flatnonzero((feature >= 0) & np.isfinite(point))
        if not len(kept):
            continue
        feature = feature[kept]
        # short whole numbers are sorted by their digits
        kept = kept[np.argsort(feature.astype(np.min_scalar_type(int(feature.max()))), kind="stable")]
        sizes = np.bincount(feature)
        blocks = np.split(kept, np.cumsum(sizes[sizes > 0])[:-1])
        for i, own in zip(np.flatnonzero(sizes).tolist(), blocks, strict=True):
            first = (number[int(np.searchsorted(ends, own[0], side="right"))], i)
            column = columns[i]
            met[column] = min(met.get(column, first), first)
            found.setdefault(column, []).append(np.unique(point[own]))
    for column in sorted(met, key=lambda column: met[column]):
        yield from ((column, points) for points in found[column])


def _batches(trees: Iterable[Tree]) -> Iterator[tuple[Columns, list[tuple[int, Tree]]]]:
    """Yield trees that take the very same columns, some at a time, with their numbers."""
    waiting: dict[int, list[tuple[int, Tree]]] = {}
    sizes: dict[int, int] = {}
    for n, tree in enumerate(trees):
        key = id(tree.columns)
        batch = waiting.setdefault(key, [])
        batch.append((n, tree))
        sizes[key] = sizes.get(key, 0) + len(tree.splits[0])
        if sizes[key] > _AT_ONCE:
            yield tree.columns, waiting.pop(key)
            del sizes[key]
    yield from ((batch[0][1].columns, batch) for batch in waiting.values())
