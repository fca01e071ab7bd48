"""The weights of classes in histogram boosting: as they were set, or balanced, which the first trees' sums tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retrodict.disclosures.trees.tree import Tree
from retrodict.families.sklearn.disclose.boosted_sums import histogram_sums
from retrodict.families.sklearn.trees.weights import listed_weights
from retrodict.matching.inferring.steps import Steps

Array = np.ndarray

_NEAR = 1e-3
"""How far from whole numbers the sizes of classes may come out: gradients of 32 bits leave 1e-5."""


def class_weights(estimator: Any, trees: Sequence[Tree], steps: Steps, *, counted: bool) -> tuple[float, ...] | None:
    """Return the weight of each class, by its number: empty where all rows count alike, ``None`` where it is not told.

    Parameters
    ----------
    estimator
        The fitted estimator.
    trees
        Of the first stage.
    steps
        How its leaf values were made.
    counted
        Whether nodes count rows and state gains.
    """
    setting = getattr(estimator, "class_weight", None)
    if setting is None:
        return ()
    if isinstance(setting, dict):  # the library looks codes up in it, not classes
        return tuple(listed_weights(setting, range(len(estimator.classes_))).tolist())
    if len(estimator.classes_) > 2 or not counted:  # each tree then tells of one class's rows alone
        return None
    return _balanced(estimator, trees[0], steps)


def _balanced(estimator: Any, tree: Tree, steps: Steps) -> tuple[float, ...] | None:
    """Return the weights ``n / (2 n_c)``: classes weigh the same in all, so all rows start from even odds.

    A row then adds half its weight to the gradients, by its class, and a quarter to the hessians. Weighed counts of
    both classes follow, and leaves' counts are linear in them.
    """
    decoded = histogram_sums(estimator._predictors[0][0].nodes, steps.rate, steps.penalty, constant=False)
    if decoded is None or steps.rows is None:
        return None
    g, h = (each[tree.leaf] for each in decoded[:2])
    weighed = np.column_stack([2.0 * h + g, 2.0 * h - g])
    shares = weighed / (steps.rows / 2.0)  # of each class's rows, those in the leaf
    sizes, _, rank, _ = np.linalg.lstsq(shares, tree.rows[tree.leaf].astype(np.float64), rcond=None)
    whole = np.rint(sizes)
    if rank < 2 or (np.abs(sizes - whole) > _NEAR * steps.rows).any() or whole.sum() != steps.rows:
        return None
    return tuple((steps.rows / (2.0 * whole)).tolist())
