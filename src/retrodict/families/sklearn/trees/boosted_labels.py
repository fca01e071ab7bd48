"""What a boosted model states of labels beside its trees' sums: class sizes, class weights, the range of targets."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, softmax

from retrodict.disclosures.place import Place
from retrodict.errors import ModelError
from retrodict.families.sklearn.trees.losses import BoostedLoss
from retrodict.matching.boosting import GRADIENTS, Statement
from retrodict.matching.inferring.steps import Steps
from retrodict.results.notes import Note

Array = np.ndarray

_WHOLE = 1e-6
"""How far from a whole number a class's size may lie, of the size."""


def class_statement(loss: BoostedLoss, steps: Steps, output: int, nodes: int) -> list[Statement]:
    """Return what the start states: the classes' sizes, as the sum of gradients in the root of an output's first tree.

    Parameters
    ----------
    loss
        Of a classifier.
    steps
        Its start and its number of rows; nothing is stated where that is unknown or fits no whole sizes.
    output
        Whose tree.
    nodes
        How many the tree has.
    """
    if steps.rows is None or not loss.classes:
        return []
    start = np.array(steps.start)
    share = softmax(start) if loss.classes > 2 else np.array([1.0 - expit(start[0]), expit(start[0])])
    share = share / (np.array(loss.weights) if loss.weights else 1.0)
    sizes = share / share.sum() * steps.rows
    if (np.abs(sizes - np.rint(sizes)) > _WHOLE * sizes).any():
        return []
    labels = np.arange(float(loss.classes))
    gradients, _ = loss.terms(np.tile(start, (loss.classes, 1)), output, labels)
    of_root = np.full(nodes, np.nan)
    of_root[0] = float(np.rint(sizes) @ gradients)
    return [Statement("classes", GRADIENTS, of_root, loss.slack(float(steps.rows), max(loss.weights, default=1.0)))]


def target_statement(loss: BoostedLoss, steps: Steps, gradient: float, nodes: int) -> list[Statement]:
    """Return what a regressor's start states: with the mean of the targets as the score, gradients sum to 0.

    Parameters
    ----------
    loss
        Of a regressor.
    steps
        Its start.
    gradient
        How large one of a row is, about.
    nodes
        How many its first tree has.
    """
    of_root = np.full(nodes, np.nan)
    of_root[0] = 0.0
    many = 1.0 if steps.rows is None else float(steps.rows)
    return [Statement("targets", GRADIENTS, of_root, loss.slack(many, gradient))]


def counts_alone(estimator: Any, place: Place, why: str, *, counted: bool, notes: list[Note]) -> None:
    """Note that leaf values are no sums of rows, so that counts are all that is taken, or refuse.

    Parameters
    ----------
    estimator, place
        Whose.
    why
        What hides the sums.
    counted
        Whether nodes count their rows.
    notes
        Is added to.

    Raises
    ------
    ModelError
        If nodes don't count either.
    """
    name = type(estimator).__name__ + (f" at {place.path}" if place.path else "")
    if not counted:
        raise ModelError(
            f"the leaf values of the {name} are not sums over its rows that are known ({why}), and it is not read with "
            "node counts; reconstruct rows under a prior instead"
        )
    text = f"{name}: counts of rows are used alone, labels are not told: its leaf values are no known sums ({why})"
    notes.append(Note("counts_alone", text, why=why))
