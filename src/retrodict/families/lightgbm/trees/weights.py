"""What rows of each class count: by the library's own settings, or by weights that differ from class to class."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from retrodict.families.lightgbm.stated.sums import penalties
from retrodict.families.lightgbm.stated.weights import uneven
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.trees.settings import Settings
from retrodict.families.lightgbm.trees.starts import binary_start

Array = np.ndarray

_SAME_COUNTS = 1e-4
"""How far counts of rows may be off, in rows, that two weights give."""
_ULPS = 6
"""Last places of 32 bits up and down that are tried of a weight."""
_SAME_TERM = 2.0**-26
"""How far a row's term may be off, as a share, that is the same in 32 bits."""
_DIGITS = 1e-5
"""How far a weight may be off, as a share, that is written with six digits."""


def classes_differ(text: ModelText) -> bool:
    """Whether one class counts more by the library's own settings, of an objective that takes these."""
    return uneven(text) and text.objective is not None and text.objective.name in ("binary", "multiclassova")


def set_weights(text: ModelText, start: float | None, rows: int | None) -> tuple[tuple[float, ...], ...] | None:
    """Return what rows of each class count by `scale_pos_weight` or `is_unbalance`, to the last bit where that is told.

    Parameters
    ----------
    text
        A model of which one class counts more than the other, or than all others.
    start
        The score before the first tree, of the classes as they are; ``None`` where it is not known.
    rows
        How many rows the table has, where that is known.

    Returns
    -------
    tuple or None
        See `RoundedLoss`. ``None`` where they depend on what is not known.
    """
    assert text.objective is not None
    classes = text.objective.classes
    stated = text.number("scale_pos_weight", 1.0)
    if classes is not None:  # one against the others
        own = [tuple(stated if label == k else 1.0 for label in range(classes)) for k in range(classes)]
        return None if text.flag("is_unbalance", False) else tuple(own)
    if start is None or rows is None:
        return None if text.flag("is_unbalance", False) else ((1.0, stated),)
    share = float(expit(text.objective.sigmoid * start))
    one = round(rows * share)
    zero = rows - one
    if text.flag("is_unbalance", False):
        return ((one / zero, 1.0),) if one > zero else ((1.0, zero / one),)
    tree = text.trees[0]
    if tree.weight is None or not tree.weight.any() or not one or not zero:
        return ((1.0, stated),)
    # six digits are stated; the first tree's hessians tell which of the likely numbers has these
    p, slope = one / rows, text.objective.sigmoid
    each = slope**2 * p * (1.0 - p)
    total = float(tree.weight.sum())
    summed = (total - zero * float(np.float32(each))) / one / each
    likely = [stated, zero / one, float(np.sqrt(zero / one)), rows / one, rows / (2.0 * one), summed]
    near = [value for value in likely if abs(value - stated) <= _DIGITS * stated]
    off = [abs(zero * float(np.float32(each)) + one * float(np.float32(each * value)) - total) for value in near]
    return ((1.0, near[int(np.argmin(off))] if near else stated),)


def found_weights(text: ModelText, start: float, settings: Settings) -> tuple[tuple[float, ...], ...] | None:
    """Return what rows of two classes count by weights that the user gave, one a class.

    The first tree's leaves tell the summed weights of either class, and how many rows they have: two weights must give
    the one from the other in all leaves.

    Parameters
    ----------
    text
        A model of two classes.
    start
        The score before the first tree, of the classes as they are weighed.
    settings
        How leaf values were made.

    Returns
    -------
    tuple or None
        See `RoundedLoss`. ``None`` where no two weights do.
    """
    tree, objective = text.trees[0], text.objective
    if objective is None or objective.name != "binary" or uneven(text) or tree.leaves < 3:
        return None
    if tree.weight is None or tree.count is None or settings.missing not in ((), ("start",)):
        return None
    share, slope = float(expit(objective.sigmoid * start)), objective.sigmoid
    assert settings.rate is not None
    steps = (tree.value - start) / settings.rate
    penalty = penalties(text, tree, settings.step)[tree.leaves - 1 :]
    gradients = (-steps * (tree.weight + penalty) - np.sign(steps) * settings.l1) / slope
    both = tree.weight / (slope**2 * share * (1.0 - share))
    summed = np.column_stack([gradients + (1.0 - share) * both, share * both - gradients])  # of class 0, and 1
    inverse = np.linalg.lstsq(summed, tree.count.astype(np.float64), rcond=None)[0]
    counts = summed * inverse
    off = max(np.abs(counts.sum(axis=1) - tree.count).max(), np.abs(counts - np.rint(counts)).max())
    if not (inverse > 0).all() or off > _SAME_COUNTS:
        return None
    whole = np.rint(counts)
    terms = np.concatenate(
        [np.linalg.lstsq(whole, tree.weight, rcond=None)[0], np.linalg.lstsq(whole, gradients * slope, rcond=None)[0]]
    )
    return (_to_last_bit(summed.sum(axis=0) / whole.sum(axis=0), whole.sum(axis=0), terms, slope),)


def _to_last_bit(weights: Array, rows: Array, terms: Array, slope: float) -> tuple[float, ...]:
    """Return the weights of 32 bits, near those given, with which rows' rounded hessians and gradients are the same."""
    near = [np.float32(weight) + np.arange(-_ULPS, _ULPS + 1) * np.spacing(np.float32(weight)) for weight in weights]
    best: tuple[float, float, tuple[float, ...]] | None = None
    for zero in near[0].astype(np.float64).tolist():
        for one in near[1].astype(np.float64).tolist():
            share = 1.0 / (1.0 + np.exp(-slope * binary_start(one * rows[1], one * rows[1] + zero * rows[0], slope)))
            each = slope**2 * share * (1.0 - share)
            told = np.array([each * zero, each * one, slope * share * zero, -slope * (1.0 - share) * one], np.float32)
            off = int((np.abs(told - terms) > _SAME_TERM * np.abs(terms)).sum())
            key = off, abs(zero - weights[0]) + abs(one - weights[1]), (zero, one)
            best = key if best is None or key < best else best
    assert best is not None
    return best[2]
