"""How many rows each leaf of a tree holds between two split points of a feature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from retrodict.disclosures.columns import Column
from retrodict.disclosures.kinds import Stretches
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.cuts import Cuts, cuts_of
from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray
_Parts = tuple[Array, Array, Array]

MOST = 4_000_000
"""Leaves times split features that are read; later trees of a large forest repeat what the first ones say."""
_DENSE = 4
"""Pairs of ends for each that occurs, at most, where all that there may be are counted instead of sorted."""


def stretches(trees: Iterable[Tree], place: Place, source: str) -> Iterator[Stretches]:
    """Yield the stretches of every feature that trees split, over all of them."""
    kept, whole = _first(trees)
    columns: dict[tuple[Any, ...], Column] = {}
    for tree in kept:
        used = (tree.columns[i] for i in tree.used.tolist())
        columns |= {_form(column): column for column in used if _goes_back(column)}
    found: dict[tuple[Any, ...], list[_Parts]] = {}
    for cuts in cuts_of(kept, _goes_back):
        for column, parts in _of_columns(cuts):
            found.setdefault(_form(column), []).append(parts)
    for key, column in columns.items():
        if key not in found:
            continue
        name, category, _ = key
        yield Stretches(
            *_merged(found.pop(key)),
            None if column.indicator else column.categories,
            category,
            features=(name,),
            source=place.at(source),
            exact=place.exact if whole else "of the first trees",
        )


def _first(trees: Iterable[Tree]) -> tuple[list[Tree], bool]:
    """Return the trees that are read, and whether these are all."""
    kept: list[Tree] = []
    work, some = 0, False
    for tree in trees:
        used = tree.used
        work += int(np.count_nonzero(tree.leaf)) * len(used)
        if work > MOST and some:
            return kept, False
        some = some or any(_goes_back(tree.columns[i]) for i in used.tolist())
        kept.append(tree)
    return kept, work <= MOST


def _form(column: Column) -> tuple[Any, ...]:
    """Return what tells a feature's forms: as a number, a code, indicators."""
    return column.name, column.category if column.indicator else None, column.categories is None


def _goes_back(column: Column) -> bool:
    return column.raw and (_number(column) or column.scale > 0)


def _number(column: Column) -> bool:
    return column.categories is None and not column.indicator


def _of_columns(cuts: Cuts) -> Iterator[tuple[Column, _Parts]]:
    """Yield the distinct stretches of each column in raw units, with their counts."""
    sizes = np.bincount(cuts.column, minlength=len(cuts.columns))
    by_column = np.split(np.argsort(cuts.column, kind="stable"), np.cumsum(sizes)[:-1])
    code, ends = np.empty(len(cuts.node), dtype=np.int64), []  # the place of a point among its column's, from one on
    for own in by_column:
        points, back = np.unique(cuts.point[own], return_inverse=True)
        code[own] = back + 1
        ends.append(np.concatenate([[-np.inf], points, [np.inf]]))
    lows, highs = cuts.ends(code, 0, np.iinfo(np.int64).max)
    rows, leaves = (cuts.sides(cuts.of_leaves(each)) for each in (cuts.rows, np.ones(len(cuts.left))))
    for column, own, points in zip(cuts.columns, by_column, ends, strict=True):
        carried = _carried(column, points)
        if carried is None:
            continue
        raw, down = carried
        own = _without(cuts, own, ~np.isfinite(raw[code[own]]) & np.isfinite(points[code[own]]))
        many = len(points)
        at, low, high = code[own], lows[own], np.minimum(highs[own], many - 1)
        pairs = np.concatenate([low * many + np.minimum(at, high), np.maximum(at, low) * many + high])
        some = leaves[own].T.ravel() > 0  # else all its leaves are on lower splits' sides
        counts = rows[own].T.ravel()
        pairs, counts = _added(pairs[some], counts[some], many**2)
        low, high = raw[pairs // many], raw[pairs % many]
        some = np.isfinite(low) | np.isfinite(high)
        low, high, counts = low[some], high[some], counts[some]
        parts = (high, low, counts) if down else (low, high, counts)
        rising = not down and bool((raw[1:] > raw[:-1]).all())
        yield column, parts if rising else _sorted(*parts)


def _carried(column: Column, points: Array) -> tuple[Array, bool] | None:
    """Return sorted ends in raw units, and whether these fall; ``None`` where the column has no way back."""
    if column.untouched:
        return points, False
    if not _number(column):
        return column.back(points), False
    finite = np.isfinite(points)
    raw = column.raw_numbers(points[finite])
    if raw is None:
        return None
    down = bool(raw[0] > raw[-1]) if len(raw) > 1 else column.scale < 0
    out = -points if down else points.copy()
    out[finite] = raw
    return out, down


def _without(cuts: Cuts, own: Array, lost: Array) -> Array:
    """Return splits without those of trees in which some of them have no way back."""
    if not lost.any():
        return own
    tree = np.searchsorted(cuts.starts, cuts.node[own], side="right")
    return own[~np.isin(tree, tree[lost])]


def _added(pairs: Array, counts: Array, possible: int) -> tuple[Array, Array]:
    """Return distinct pairs, sorted, with their counts added up."""
    if possible <= _DENSE * len(pairs):
        found = np.flatnonzero(np.bincount(pairs))
        return found, np.bincount(pairs, counts)[found]
    found, back = np.unique(pairs, return_inverse=True)
    return found, np.bincount(back, counts, minlength=len(found))


def _merged(parts: list[_Parts]) -> _Parts:
    """Return distinct stretches, sorted, with their counts added up; of one part as they are."""
    return parts[0] if len(parts) == 1 else _sorted(*(np.concatenate(side) for side in zip(*parts, strict=True)))


def _sorted(lows: Array, highs: Array, counts: Array) -> _Parts:
    """Return distinct stretches, sorted, with their counts added up."""
    ends, index = np.unique(np.concatenate([lows, highs]), return_inverse=True)
    pairs, counts = _added(index[: len(lows)] * len(ends) + index[len(lows) :], counts, len(ends) ** 2)
    return ends[pairs // len(ends)], ends[pairs % len(ends)], counts
