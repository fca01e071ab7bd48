"""The splits of all trees in codes: which run of codes goes right at each node."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrodict.disclosures.trees.tree import Tree
from retrodict.matching.codebook import Codebook
from retrodict.matching.ensemble import GrownTree
from retrodict.matching.problem import Trees

Array = np.ndarray


def splits_in_codes(grown: Sequence[GrownTree], book: Codebook) -> Trees:
    """Return all trees with their splits in codes, one tree's nodes behind the other's.

    Parameters
    ----------
    grown
        All trees of the table.
    book
        The codes.
    """
    offsets = np.cumsum([0, *(len(each.tree.feature) for each in grown)])
    parts = [_nodes(each.tree, book, int(start)) for each, start in zip(grown, offsets[:-1], strict=True)]
    feature, low, high, left, right = (np.concatenate([part[i] for part in parts]) for i in range(5))
    return Trees(
        roots=offsets[:-1].astype(np.int64),
        feature=feature,
        low=low,
        high=high,
        left=left,
        right=right,
        counts=np.concatenate([each.tree.rows.astype(np.float64) for each in grown]),
        multiplicities=np.stack([each.multiplicities for each in grown]).astype(np.int64),
    )


def _nodes(tree: Tree, book: Codebook, start: int) -> tuple[Array, ...]:
    """Return feature, low, high, left and right of one tree's nodes, children counted from `start`."""
    sides = np.zeros(len(tree.feature), dtype=bool) if tree.missing_left is None else tree.missing_left
    feature, low, high = (np.full(len(tree.feature), -1, dtype=np.int64) for _ in range(3))
    children = np.column_stack([tree.left, tree.right]).astype(np.int64)
    children[children >= 0] += start
    for i in tree.used:
        mask, column = tree.feature == i, tree.columns[i]
        axis = book.features.index(column.name)
        feature[mask] = axis
        low[mask], high[mask], swapped = book.axes[axis].intervals(
            column, tree.threshold[mask], sides[mask], tree.double
        )
        turned = np.flatnonzero(mask)[swapped]
        children[turned] = children[turned, ::-1]
    return feature, low, high, children[:, 0], children[:, 1]
