"""The splits of boosted trees in codes: an answer for each code at each node."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrodict.disclosures.trees.sets import SetSplit
from retrodict.disclosures.trees.tree import Tree
from retrodict.matching.axes import Axis, NumberAxis, forward, places_in
from retrodict.matching.boosting import BoostedTree
from retrodict.matching.codebook import Codebook
from retrodict.matching.equations import Routes

Array = np.ndarray


def routes_of(trees: Sequence[BoostedTree], book: Codebook) -> Routes:
    """Return all trees with their splits in codes, one tree's nodes behind the other's.

    Parameters
    ----------
    trees
        All of the table.
    book
        The codes.
    """
    offsets = np.cumsum([0, *(len(each.tree.feature) for each in trees)])
    size = int(offsets[-1])
    feature, left, right, leaf = (np.full(size, -1, dtype=np.int64) for _ in range(4))
    answers, value = np.zeros(size, dtype=np.int64), np.zeros(size)
    found: list[Array] = []
    known: dict[bytes, int] = {}  # nodes that answer alike share their answers
    taken = 0
    for each, first in zip(trees, offsets[:-1].tolist(), strict=True):
        tree = each.tree
        own = slice(first, first + len(tree.feature))
        for side, out in ((tree.left, left), (tree.right, right)):
            out[own] = np.where(side < 0, -1, side + first)
        leaves = np.flatnonzero(tree.leaf)
        leaf[first + leaves] = np.arange(len(leaves))
        value[own] = np.where(tree.leaf, each.values, 0.0)
        for node, at, sides in _answers(tree, book):
            feature[first + node] = at
            key = sides.tobytes()
            if key not in known:
                known[key] = taken
                found.append(sides)
                taken += len(sides)
            answers[first + node] = known[key]
    return Routes(
        roots=offsets[:-1].astype(np.int64),
        feature=feature,
        left=left,
        right=right,
        answers=answers,
        goes_left=np.concatenate(found) if found else np.zeros(0, dtype=bool),
        leaf=leaf,
        value=value,
        output=np.array([each.output for each in trees], dtype=np.int64),
        turn=np.array([each.turn for each in trees], dtype=np.int64),
    )


def _answers(tree: Tree, book: Codebook) -> list[tuple[int, int, Array]]:
    """Return each inner node with its column of codes, and which codes go left there."""
    out = []
    gap_left = np.zeros(len(tree.feature), dtype=bool) if tree.missing_left is None else tree.missing_left
    for i in tree.used.tolist():
        nodes = np.flatnonzero(tree.feature == i)
        column = tree.columns[i]
        at = book.features.index(column.name)
        axis = book.axes[at]
        low, high, swapped = axis.intervals(column, tree.threshold[nodes], gap_left[nodes], tree.double)
        codes = np.arange(axis.size)
        inside = (low[:, None] < codes) & (codes <= high[:, None])
        sides = ~inside ^ swapped[:, None]
        out += [(int(node), at, own) for node, own in zip(nodes, sides, strict=True)]
    for node, split in tree.sets.items():
        at = book.features.index(tree.columns[split.column].name)
        out.append((node, at, _by_set(tree, split, book.axes[at], bool(gap_left[node]))))
    return out


def _by_set(tree: Tree, split: SetSplit, axis: Axis, gap_left: bool) -> Array:
    """Return which codes of an axis go left at a split by a set of the column's own codes."""
    column = tree.columns[split.column]
    if isinstance(axis, NumberAxis):
        low, high = axis.ends(np.arange(axis.size - axis.gaps))
        middle = forward(column, np.where(np.isfinite(low) & np.isfinite(high), (low + high) / 2.0, np.nan))
        named = np.isin(np.rint(middle), np.array(sorted(split.codes), dtype=np.float64))
        named &= high - low <= 1.0
    else:
        named = np.isin(places_in(column.categories or (), axis.values), list(split.codes))
    sides = named if split.left else ~named
    return np.append(sides, gap_left) if axis.gaps else sides
