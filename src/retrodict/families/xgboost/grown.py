"""Trees of XGBoost as arrays that the language of facts reads, whatever library grew them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Int

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.trees.sets import SetSplit
from retrodict.disclosures.trees.tree import Tree
from retrodict.families.xgboost.learner import BoostedTree, Encoding

Array = np.ndarray


def up_to(points: Array) -> Array:
    """Return, for points *below* which values go left, those *up to* which they do: one step of 32 bits lower."""
    return np.nextafter(points.astype(np.float32), np.float32(-np.inf)).astype(np.float64)


def grown(tree: BoostedTree, columns: Columns, rows: Int[Array, " nodes"] | None, *, midpoints: bool = False) -> Tree:
    """Return a tree over the nodes that are left of it, the root first.

    Parameters
    ----------
    tree
        With pruned nodes, which are left out.
    columns
        Its input columns.
    rows
        How many rows reached each node; ``None`` where that is not known.
    midpoints
        Whether split points lie midway between two values, and are returned as they are: else they are the points up
        to which values go left.
    """
    live = np.flatnonzero(~tree.pruned)
    place = np.cumsum(~tree.pruned) - 1
    left, right = (np.where(side < 0, -1, place[side])[live] for side in (tree.left, tree.right))
    number = (tree.inner & (tree.by_set == 0))[live]
    condition = tree.condition[live]
    return Tree(
        columns,
        np.where(number, tree.feature[live], -1).astype(np.int64),
        condition.astype(np.float64) if midpoints else up_to(condition),
        left.astype(np.int64),
        right.astype(np.int64),
        np.zeros(len(live), dtype=np.int64) if rows is None else rows[live],
        missing_left=tree.default_left[live].astype(bool),
        midpoints=midpoints,
        sets=_sets(tree, place),
    )


def _sets(tree: BoostedTree, place: Int[Array, " nodes"]) -> dict[int, SetSplit]:
    """Return the splits by sets of codes, by their places among the nodes that are left: the named ones go right."""
    return {
        int(place[node]): SetSplit(int(tree.feature[node]), frozenset(codes.tolist()), left=False)
        for node, codes in tree.sets.items()
        if not tree.pruned[node]
    }


def listed(columns: Columns, encodings: Sequence[Encoding | None]) -> Columns:
    """Return columns, those that have a list of categories with it: rows hold places in it."""
    if not encodings:
        return columns
    pairs = zip(columns, encodings, strict=True)
    return tuple(replace(own, categories=one.values) if one and own.number else own for own, one in pairs)


def all_grown(
    trees: Sequence[BoostedTree], columns: Columns, rows: Sequence[Array] | None = None, *, midpoints: bool = False
) -> list[Tree]:
    """Return several trees; see `grown`."""
    counted = [None] * len(trees) if rows is None else rows
    return [grown(tree, columns, own, midpoints=midpoints) for tree, own in zip(trees, counted, strict=True)]
