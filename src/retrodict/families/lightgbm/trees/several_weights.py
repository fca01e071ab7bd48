"""Weights that rows of several classes had, one a class: first trees tell how much each class weighs in each leaf."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from retrodict.families.lightgbm.stated.sums import penalties
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.trees.settings import Settings

Array = np.ndarray

_WHOLE = 1e-4
"""How far from whole numbers counts of rows may be, as weights give them."""
_DIGITS = 1e-7
"""How far a weight may be off, as a share, that is found from sums of 32-bit terms."""
_WRITTEN = 6
"""Digits of a weight that a user writes, at most."""


def several_weights(
    text: ModelText, start: Float[Array, " K"], settings: Settings
) -> tuple[tuple[float, ...], ...] | None:
    """Return what rows of each class count by weights that the user gave, one a class.

    A first tree's leaf tells the weight of all of its rows, and of those of the tree's class. That weight is a whole
    number of rows in every leaf, and the rows of all classes are as many as the table has.

    Parameters
    ----------
    text
        A model of several classes.
    start
        The scores before the first trees, of the classes as they are weighed, shape (K,).
    settings
        How leaf values were made, and how many rows there are.

    Returns
    -------
    tuple or None
        See `RoundedLoss`. ``None`` where there are no such weights.
    """
    objective, rows = text.objective, settings.rows
    if objective is None or objective.classes is None or rows is None:
        return None
    found = [_of_class(text, k, float(start[k]), settings) for k in range(objective.classes)]
    if any(own is None for own in found):
        return None
    counts = np.array([own[0] for own in found if own is not None])
    if counts.sum() != rows:
        return None
    weights = tuple(_as_written(own[1], rows / (len(counts) * own[0])) for own in found if own is not None)
    return (weights,) * objective.classes


def _of_class(text: ModelText, k: int, start: float, settings: Settings) -> tuple[int, float] | None:
    """Return how many rows a class has, and what each weighs."""
    tree, objective, rows = text.trees[k], text.objective, settings.rows
    if objective is None or rows is None or tree.leaves < 2 or tree.weight is None or not tree.weight.any():
        return None
    softmax, classes = objective.name == "multiclass", float(objective.classes or 2)
    slope = 1.0 if softmax else objective.sigmoid
    share = float(np.exp(start)) if softmax else float(expit(slope * start))
    if not 0.0 < share < 1.0:
        return None
    factor = classes / (classes - 1.0) if softmax else slope**2
    assert settings.rate is not None
    steps = (tree.value - start) / settings.rate
    penalty = penalties(text, tree, settings.step)[tree.leaves - 1 :]
    gradients = (-steps * (tree.weight + penalty) - np.sign(steps) * settings.l1) / slope
    weight = share * tree.weight / (factor * share * (1.0 - share)) - gradients  # of the class in each leaf
    total = float(weight.sum())
    for m in range(1, rows):
        own = weight * (m / total)
        if np.abs(own - np.rint(own)).max() < _WHOLE:
            return m, total / m
    return None


def _as_written(weight: float, balanced: float) -> float:
    """Return a weight in 32 bits: the one by which classes weigh the same, or one of few digits, where it is that."""
    for likely in (balanced, *(float(f"{weight:.{digits}g}") for digits in range(1, _WRITTEN + 1))):
        if abs(likely - weight) <= _DIGITS * weight:
            return float(np.float32(likely))
    return float(np.float32(weight))
