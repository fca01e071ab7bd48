"""How many rows each leaf of a tree holds between two split points of a feature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from retrodict.disclosures.columns import Column
from retrodict.disclosures.kinds import Stretches
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.splits import node_ends
from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray

MOST = 4_000_000
"""Leaves times split features that are read; later trees of a large forest repeat what the first ones say."""


def stretches(trees: Iterable[Tree], place: Place, source: str) -> Iterator[Stretches]:
    """Yield the stretches of every feature that trees split, over all of them."""
    found: dict[tuple[Any, ...], list[tuple[Array, Array, Array]]] = {}
    columns: dict[tuple[Any, ...], Column] = {}
    work = 0
    for tree in trees:
        used = tree.used
        work += int(tree.leaf.sum()) * len(used)
        if work > MOST and found:
            break
        lows, highs = (ends[tree.leaf] for ends in node_ends(tree, used))
        for k, i in enumerate(used):
            column = tree.columns[i]
            ends = _carried(column, lows[:, k], highs[:, k])
            if ends is None:
                continue
            # A feature can come in several forms: as a number, a code, indicators.
            key = (column.name, column.category if column.indicator else None, column.categories is None)
            some = np.isfinite(ends[0]) | np.isfinite(ends[1])
            columns[key] = column
            found.setdefault(key, []).append((ends[0][some], ends[1][some], tree.rows[tree.leaf][some]))
    for key, parts in found.items():
        column, (name, category, _) = columns[key], key
        yield Stretches(
            *_merged(*(np.concatenate(side) for side in zip(*parts, strict=True))),
            None if column.indicator else column.categories,
            category,
            features=(name,),
            source=place.at(source),
            exact=place.exact if work <= MOST else "of the first trees",
        )


def _carried(column: Column, lows: Array, highs: Array) -> tuple[Array, Array] | None:
    """Return ends in raw units; ``None`` where the column has no way back."""
    if not column.raw:
        return None
    if column.untouched:
        return lows, highs
    if column.categories is None and not column.indicator:
        points = np.unique(np.concatenate([lows, highs]))
        points = points[np.isfinite(points)]
        raw = column.raw_numbers(points)
        if raw is None or not np.isfinite(raw).all():
            return None
        down = bool(raw[0] > raw[-1]) if len(raw) > 1 else column.scale < 0
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
