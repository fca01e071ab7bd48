"""scikit-learn's fitted trees as the arrays that every library's trees are read by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray

_AT_BEST = "best"
"""The splitter that looks for the best split, midway between two values; the others draw split points at random."""


def tree_of(estimator: Any, columns: Columns) -> Tree:
    """Return the arrays of one fitted tree estimator.

    Parameters
    ----------
    estimator
        A decision tree or an extra tree.
    columns
        The columns that it splits.
    """
    nodes = estimator.tree_
    sides = getattr(nodes, "missing_go_to_left", None)  # releases before 1.3 take no missing values
    tree = Tree(
        columns,
        np.asarray(nodes.feature),
        np.asarray(nodes.threshold),
        np.asarray(nodes.children_left),
        np.asarray(nodes.children_right),
        np.asarray(nodes.n_node_samples),
        None if sides is None else np.asarray(sides).astype(bool),
        weights=np.asarray(nodes.weighted_n_node_samples),
        value=np.asarray(nodes.value),
        impurity=np.asarray(nodes.impurity),
        midpoints=estimator.splitter == _AT_BEST,
    )
    return replace(tree, met_missing=_met_missing(tree))


def _met_missing(tree: Tree) -> Array | None:
    """Return which splits have seen missing values for sure.

    Where there is none, scikit-learn has a missing value follow the larger child; a split that does otherwise, or that
    parts the missing values from all others, has seen some.
    """
    if tree.missing_left is None:
        return None
    larger = tree.rows[tree.left] > tree.rows[tree.right]
    return (tree.missing_left != larger) | np.isinf(tree.threshold)
