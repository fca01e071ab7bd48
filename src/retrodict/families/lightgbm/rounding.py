"""Rounder split points with which given rows go the same ways."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from retrodict.families.lightgbm.grown import NEAR_ZERO, NO_END
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import TreeText
from retrodict.families.rounded_points import rounded_points
from retrodict.sanitizing.rounding import Rounding

Array = np.ndarray


def rounded(text: ModelText, X: Float[Array, "n d"]) -> tuple[ModelText, Rounding]:
    """Return a model whose split points are rounder numbers, and what was moved.

    Those that part zero, or missing values, from all others stay: they are no midpoints.

    Parameters
    ----------
    text
        The model.
    X
        Rows as the library takes them, shape (n, d); each goes left where it is up to a split point.
    """
    points: dict[int, Array] = {}
    for tree in text.trees:
        cut = _moves(tree)
        for i in np.unique(tree.feature[cut]).tolist():
            own = tree.threshold[cut & (tree.feature == i)]
            points[i] = np.union1d(points.get(i, own), own)
    # a missing value may count as zero
    new = {i: rounded_points(own, np.append(X[:, i], 0.0), below=False) for i, own in points.items()}
    trees = tuple(_moved(tree, points, new) for tree in text.trees)
    moved = sum(int((new[i] != own).sum()) for i, own in points.items())
    return replace(text, trees=trees), Rounding(sum(map(len, points.values())), moved)


def _moves(tree: TreeText) -> Bool[Array, " inner"]:
    size = np.abs(tree.threshold)
    return ~tree.categorical & (size >= NEAR_ZERO) & (size < NO_END)


def _moved(tree: TreeText, points: dict[int, Array], new: dict[int, Array]) -> TreeText:
    threshold, cut = tree.threshold.copy(), _moves(tree)
    for i in np.unique(tree.feature[cut]).tolist():
        at = cut & (tree.feature == i)
        threshold[at] = new[i][np.searchsorted(points[i], tree.threshold[at])]
    if tree.leaves == 1:
        return tree
    told = " ".join(f"{one:.17g}" for one in threshold.tolist()).encode()
    return replace(tree, threshold=threshold, fields=tree.fields | {"threshold": told})
