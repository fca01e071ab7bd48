"""Trees grown side by side without a bootstrap as equations: counts of rows, and of each class or sums of targets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrodict.errors import ModelError
from retrodict.families.sklearn.trees.target_levels import leaf_levels
from retrodict.matching.assumed_levels import AssumedLevels
from retrodict.matching.boosting import COUNTS, GRADIENTS, ROWS, BoostedTree, Boosting, Statement
from retrodict.matching.ensemble import Ensemble, GrownTree
from retrodict.matching.losses import Membership
from retrodict.matching.random_cuts import joined
from retrodict.plain_text import listing
from retrodict.results.notes import Note

Array = np.ndarray

_SHOWN = 8  # features, in a note
_SLACK = 1e-9
"""Of a sum of targets, what means times counts may be off by."""


def side_by_side(ensemble: Ensemble, name: str, notes: list[Note]) -> Boosting:
    """Return the equations of trees that all saw every row once.

    Parameters
    ----------
    ensemble
        Its trees with their sums.
    name
        What it is called, in messages.
    notes
        Is added to where random split points are joined.

    Raises
    ------
    ModelError
        If trees drew rows, or no tree states what is to be known of labels.
    """
    if any((each.multiplicities != 1).any() for each in ensemble.trees):
        raise ModelError(f"the {name} drew rows for each tree, by place: its counts are searched for, not solved for")
    joint, names = joined([each.tree for each in ensemble.trees])
    if names:
        text = f"random split points between which no node shows a value are taken for one: {listing(names, _SHOWN)}"
        notes.append(Note("random_cuts_joined", text, features=names))
    grown = [replace(each, tree=tree) for each, tree in zip(ensemble.trees, joint, strict=True)]
    classes = len(ensemble.classes)
    outputs = range(1, classes) if classes else range(1)
    many = classes if classes > 2 else 1
    ends = None if classes else _levels(ensemble)
    levels = np.empty(0) if classes else np.zeros(1) if ends is None else ends.ends
    trees = [
        BoostedTree(
            each.tree,
            np.where(each.tree.leaf, 1.0, 0.0),
            output if many > 1 else 0,
            0,
            (*(_counts(each) if output == outputs[0] else ()), *_labels(each, output)),
        )
        for each in grown
        for output in outputs
        if output == outputs[0] or each.sums is not None
    ]
    return Boosting(
        ensemble.place,
        tuple(trees),
        Membership(),
        np.zeros(many),
        ensemble.classes,
        levels,
        ensemble.n,
        typical=None if ends is None else ends.typical,
    )


def _counts(each: GrownTree) -> tuple[Statement, ...]:
    leaf, rows = each.tree.leaf, each.tree.rows.astype(np.float64)
    return (Statement(ROWS, COUNTS, np.where(leaf, rows, np.nan)),)


def _labels(each: GrownTree, output: int) -> tuple[Statement, ...]:
    """Return how many rows of a class a leaf holds, or the sum of its targets."""
    if each.sums is None:
        return ()
    own = each.sums[:, output if each.sums.shape[1] > 1 else 0]
    slack = 0.0 if each.sums.shape[1] > 1 else _SLACK * np.abs(own)
    return (Statement("labels", GRADIENTS, np.where(each.tree.leaf, own, np.nan), slack),)


def _levels(ensemble: Ensemble) -> AssumedLevels | None:
    """Return the range of a regressor's targets; ``None`` where no tree states their sums."""
    told = [(each.tree, each.sums) for each in ensemble.trees if each.sums is not None]
    return leaf_levels([tree for tree, _ in told], [sums for _, sums in told]) if told else None
