"""Trees over raw features: where in a tree a row of the table falls, whatever steps the tree stands behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.disclosures.columns import Column
from retrodict.disclosures.trees.sets import named
from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray

MOST = 100
"""Trees of a model at most: what later ones say of the table repeats, and costs a pass over many rows each."""


@dataclass(frozen=True, eq=False)
class RawTree:
    """The part of a tree that splits raw features in ways that are known; plain data.

    Parameters
    ----------
    names
        Raw features that it splits.
    feature
        Which of `names` a node splits; negative where rows stop: at leaves, and at splits that have no way back.
    threshold
        In raw units; NaN where a node splits by categories.
    down
        Whether raw values from the threshold up go left, not those up to it.
    categories
        Of nodes that split by categories, those that go left; all others go right.
    apart
        Of nodes that split by categories otherwise, those that go right; all others go left.
    left, right
        The children.
    missing_left
        Whether missing values go left; ``None`` where that is not known.
    rows
        Training rows that reached the node.
    value
        What the file states of the target of these rows, where it does: the share (or sum) of each class, or the mean.
    """

    names: tuple[str, ...]
    feature: Int[Array, " nodes"]
    threshold: Float[Array, " nodes"]
    down: Bool[Array, " nodes"]
    left: Int[Array, " nodes"]
    right: Int[Array, " nodes"]
    rows: Int[Array, " nodes"]
    missing_left: Bool[Array, " nodes"] | None = None
    categories: Mapping[int, frozenset[Any]] = field(default_factory=dict)
    apart: Mapping[int, frozenset[Any]] = field(default_factory=dict)
    value: Float[Array, "nodes C"] | None = None

    def goes_left(self, node: int, category: Any) -> bool:
        """Whether a category goes left at a node that splits by categories."""
        return category in self.categories[node] if node in self.categories else category not in self.apart[node]


def raw_trees(trees: Iterable[Tree]) -> tuple[RawTree, ...]:
    """Return the first trees over raw features, without those that split none of them."""
    made = (_raw(tree) for tree in islice(trees, MOST))
    return tuple(tree for tree in made if tree.names and tree.feature[0] >= 0)


def _raw(tree: Tree) -> RawTree:
    by_set = {node: split.column for node, split in tree.sets.items()}
    names = tuple(dict.fromkeys(tree.columns[i].name for i in (*tree.used.tolist(), *sorted({*by_set.values()}))))
    feature = np.full(len(tree.feature), -1)
    threshold, down = np.full(len(feature), np.nan), np.zeros(len(feature), dtype=bool)
    sets: dict[int, frozenset[Any]] = {}
    apart: dict[int, frozenset[Any]] = {}
    cuts = ~tree.leaf & np.isfinite(tree.threshold)
    for i in tree.used:
        column, at = tree.columns[i], np.flatnonzero(cuts & (tree.feature == i))
        if not len(at) or not column.raw:
            continue
        if column.indicator or column.categories is not None:
            if column.scale <= 0 or column.categories is None:
                continue
            alone = column.indicator and not column.merged
            for node in at.tolist():
                end = float(column.back(tree.threshold[node]))
                if alone and end >= 0:  # rows of all other categories, listed or not, go left
                    apart[node] = frozenset({column.category} if end < 1 else ())
                else:
                    sets[node] = _left(column, end)
        elif column.untouched:
            threshold[at] = column.back(tree.threshold[at])
        else:
            points, back = np.unique(tree.threshold[at], return_inverse=True)
            raw = column.raw_numbers(points)
            if raw is None or not np.isfinite(raw).all():
                continue
            threshold[at] = raw[back]
            down[at] = raw[0] > raw[-1] if len(raw) > 1 else column.scale < 0
        feature[at] = names.index(column.name)
    for node, split in tree.sets.items():
        categories = named(tree.columns[split.column], split.codes)
        if categories is not None:
            feature[node] = names.index(tree.columns[split.column].name)
            (sets if split.left else apart)[node] = categories
    return RawTree(
        names,
        feature,
        threshold,
        down,
        np.asarray(tree.left),
        np.asarray(tree.right),
        np.asarray(tree.rows),
        None if tree.missing_left is None else np.asarray(tree.missing_left),
        sets,
        apart,
        None if tree.value is None or tree.value.shape[1] != 1 else tree.value[:, 0],
    )


def _left(column: Column, end: float) -> frozenset[Any]:
    """Return the listed categories whose code, or whose indicator, is not above an end."""
    categories = column.categories or ()
    if not column.indicator:
        return frozenset(category for place, category in enumerate(categories) if place <= end)
    return frozenset(category for category in categories if (category == column.category) <= end)
