"""How many rows each leaf of a tree holds between two split points of a feature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.disclosures.columns import Column, Columns
from retrodict.disclosures.kinds import Stretches
from retrodict.disclosures.place import Place

Array = np.ndarray

MOST = 4_000_000
"""Leaves times split features that are read; later trees of a large forest repeat what the first ones say."""


@dataclass(frozen=True)
class Splits:
    """One tree as arrays over its nodes.

    Parameters
    ----------
    columns
        Its input columns.
    feature
        The position of the column that a node splits; negative where it splits none by a number.
    threshold
        Values up to it go left.
    left, right
        The children; negative or equal at leaves.
    counts
        Rows at each node.
    """

    columns: Columns
    feature: Int[Array, " n"]
    threshold: Float[Array, " n"]
    left: Int[Array, " n"]
    right: Int[Array, " n"]
    counts: Int[Array, " n"]

    @property
    def leaf(self) -> Bool[Array, " n"]:
        """Which nodes are leaves."""
        return self.left == self.right


def stretches(trees: Iterable[Splits], place: Place, source: str) -> Iterator[Stretches]:
    """Yield the stretches of every feature that trees split, over all of them."""
    found: dict[tuple[str, Any], list[tuple[Array, Array, Array]]] = {}
    columns: dict[tuple[str, Any], Column] = {}
    work = 0
    for tree in trees:
        used = np.unique(tree.feature[~tree.leaf & (tree.feature >= 0)])
        work += int(tree.leaf.sum()) * len(used)
        if work > MOST and found:
            break
        lows, highs = _leaf_ends(tree, used)
        for k, i in enumerate(used):
            column = tree.columns[i]
            ends = _carried(column, lows[:, k], highs[:, k])
            if ends is None:
                continue
            key = (column.name, column.category if column.indicator else None)
            some = np.isfinite(ends[0]) | np.isfinite(ends[1])
            columns[key] = column
            found.setdefault(key, []).append((ends[0][some], ends[1][some], tree.counts[tree.leaf][some]))
    for (name, category), parts in found.items():
        column = columns[name, category]
        yield Stretches(
            *_merged(*(np.concatenate(side) for side in zip(*parts, strict=True))),
            None if column.indicator else column.categories,
            category,
            features=(name,),
            source=place.at(source),
            exact=place.exact if work <= MOST else "of the first trees",
        )


def _leaf_ends(tree: Splits, used: Int[Array, " k"]) -> tuple[Float[Array, "m k"], Float[Array, "m k"]]:
    """Return, for every leaf, the ends that the splits above it set to each used column."""
    lows = np.full((len(tree.feature), len(used)), -np.inf)
    highs = np.full_like(lows, np.inf)
    slot = np.searchsorted(used, tree.feature)
    level = np.zeros(1, dtype=np.int64)
    while len(level):
        level = level[~tree.leaf[level]]
        left, right = tree.left[level], tree.right[level]
        for child in (left, right):
            lows[child], highs[child] = lows[level], highs[level]
        cut = tree.feature[level] >= 0
        at, points = slot[level[cut]], tree.threshold[level[cut]]
        highs[left[cut], at] = np.minimum(highs[left[cut], at], points)
        lows[right[cut], at] = np.maximum(lows[right[cut], at], points)
        level = np.concatenate([left, right])
    return lows[tree.leaf], highs[tree.leaf]


def _carried(column: Column, lows: Array, highs: Array) -> tuple[Array, Array] | None:
    """Return ends in raw units; ``None`` where the column has no way back."""
    if not column.raw:
        return None
    if column.categories is None and not column.indicator:
        points = np.unique(np.concatenate([lows, highs]))
        points = points[np.isfinite(points)]
        raw = column.raw_numbers(points)
        if raw is None or not np.isfinite(raw).all():
            return None
        probe = column.raw_numbers(np.array([points[0] - 1.0, points[-1] + 1.0]))
        down = column.scale < 0 if column.curve is None else probe is not None and bool(probe[0] > probe[1])
        carry = dict(zip(points.tolist(), raw.tolist(), strict=True))
        outer = -1.0 if down else 1.0
        lows, highs = (np.array([carry.get(x, outer * x) for x in side.tolist()]) for side in (lows, highs))
        return (highs, lows) if down else (lows, highs)
    if column.scale <= 0:
        return None
    return column.back(lows), column.back(highs)


def _merged(lows: Array, highs: Array, counts: Array) -> tuple[Array, Array, Array]:
    """Return distinct stretches with their counts added up."""
    ends, index = np.unique(np.concatenate([lows, highs]), return_inverse=True)
    key, back = np.unique(index[: len(lows)] * len(ends) + index[len(lows) :], return_inverse=True)
    return ends[key // len(ends)], ends[key % len(ends)], np.bincount(back.ravel(), counts, minlength=len(key))
