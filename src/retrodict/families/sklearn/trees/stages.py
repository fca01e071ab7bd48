"""What the first stage of gradient boosting states of the target: later stages fit what the trees before left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor

from retrodict.disclosures.trees.tree import Tree
from retrodict.families.sklearn.trees.ensembles import TreeEstimator
from retrodict.families.sklearn.trees.weights import whole
from retrodict.results.notes import Note

Array = np.ndarray


def stages_of(source: TreeEstimator, trees: Sequence[Tree], notes: list[Note]) -> list[Array | None]:
    """Return each tree's class counts or sums of the target: known for the first stage alone.

    A stage is fitted to what is left of the target. Before the first one that is the target less its start, the same
    for all rows, so a node's mean gives its sum. Leaves are moved by a Newton step, whose denominator is then the
    same known number for all rows: ``p (1 - p)``. Later, it depends on the rows.

    Parameters
    ----------
    source
        The boosted ensemble.
    trees
        Its trees, stage by stage.
    notes
        Is added to.
    """
    estimator = source.estimator
    unknown: list[Array | None] = [None] * len(trees)
    classifier = hasattr(estimator, "classes_")
    several = classifier and len(estimator.classes_) > 2
    start = None if several else _start(estimator)
    weighted = trees[0].weighted
    first = None
    if start is not None and not weighted:
        first = _classes(trees[0], start) if classifier else _values(trees[0], start)
    if first is None:
        why = (
            "with several classes each of its trees states one class's counts alone, which are not used"
            if several
            else "its first stage does not state them (another loss, start or weights)"
        )
        text = f"{source.name}: trees count rows, but not labels: {why}"
        notes.append(Note("stages_count_rows_alone", text, ensemble=source.name))
        return unknown
    if len(trees) > 1:
        text = f"{source.name}: labels are known from the first stage alone; later stages count rows"
        notes.append(Note("later_stages_count_rows", text, ensemble=source.name, stages=len(trees) - 1))
    return [first, *unknown[1:]]


def _start(estimator: Any) -> float | None:
    """Return the share of the second class, or the mean, that boosting began with; ``None`` where rows differ."""
    classifier = hasattr(estimator, "classes_")
    loss, init = estimator.loss, estimator.init_
    if loss != ("log_loss" if classifier else "squared_error"):
        return None
    if isinstance(init, str):  # zero: even odds, or nothing taken off
        return 0.5 if classifier else 0.0
    if classifier and type(init) is DummyClassifier and init.strategy == "prior":
        return float(init.class_prior_[1])
    if not classifier and type(init) is DummyRegressor and init.strategy == "mean":
        return float(np.ravel(init.constant_)[0])
    return None


def _classes(tree: Tree, share: float) -> Array | None:
    assert tree.value is not None  # every tree of scikit-learn states it
    left = tree.value[:, 0, 0].copy()
    left[tree.leaf] *= share * (1.0 - share)
    rows = tree.rows.astype(np.float64)
    second = whole((left + share) * rows)
    return None if second is None else np.column_stack([rows - second, second])


def _values(tree: Tree, mean: float) -> Array:
    assert tree.value is not None
    return np.asarray((tree.value[:, 0, :] + mean) * tree.rows[:, None])
