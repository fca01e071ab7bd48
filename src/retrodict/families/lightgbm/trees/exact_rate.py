"""The learning rate to its last digit: files state six digits of it."""

from __future__ import annotations

import numpy as np

from retrodict.families.lightgbm.stated.sums import penalties
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.trees.losses import loss_of
from retrodict.families.lightgbm.trees.settings import Settings

_FEW = 5
"""Digits of a rate that is as it was set, not cut off."""
_WHOLE = 1e-2
"""How far from whole numbers counts of rows may be with a rate of six digits."""
_DIGITS = 1e-5


def exact_rate(text: ModelText, settings: Settings) -> float | None:
    """Return the rate of a model of two classes with which its first tree's rows of a class are whole numbers.

    Parameters
    ----------
    text
        The model.
    settings
        With the stated rate, the start and weights.

    Returns
    -------
    float or None
        The stated one where it has few digits, or the first tree does not show a better one.
    """
    stated, tree, loss = settings.rate, text.trees[0], loss_of(text, settings.weights)
    if stated is None or float(f"{stated:.{_FEW}g}") == stated or settings.start is None or not settings.first:
        return stated
    two = text.objective is not None and text.objective.name in ("binary", "cross_entropy")
    if loss is None or not two or tree.leaves < 2 or tree.count is None or tree.weight is None or settings.longest > 0:
        return stated
    start = float(settings.start[0])
    g, _ = loss.terms(np.array([[start], [start]]), 0, np.array([0.0, 1.0]))
    penalty = penalties(text, tree, settings.step)[tree.leaves - 1 :]
    steps = tree.value - start
    shrunk = -steps * (tree.weight + penalty)  # the rate times what is left of gradients after the L1 penalty
    ones = ((shrunk / stated - np.sign(steps) * settings.l1) - tree.count * g[0]) / (g[1] - g[0])
    if np.abs(ones - np.rint(ones)).max() > _WHOLE:
        return stated
    left = (tree.count - np.rint(ones)) * g[0] + np.rint(ones) * g[1] + np.sign(steps) * settings.l1
    found = float(shrunk @ left / (left @ left)) if left.any() else stated
    return found if abs(found - stated) <= _DIGITS * stated else stated
