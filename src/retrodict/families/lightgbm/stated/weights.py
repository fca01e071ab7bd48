"""Whether rows counted unequally, as far as sums of hessians beside counts of rows tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import expit

from retrodict.families.lightgbm.text.model_text import ModelText

SAME = 1e-5
"""How far sums of hessians may be off, as a share, that were rounded row by row to 32 bits."""
WEIGHED = "of the rows as weighted"
UNKNOWN = "if no row had a weight"
_ALWAYS_ONE = frozenset({"regression", "regression_l1", "huber", "quantile"})
"""Objectives of which every row has the hessian one, whatever its score."""


def uneven(text: ModelText) -> bool:
    """Whether one class counts more than the other, but for the start."""
    return text.number("scale_pos_weight", 1.0) != 1.0 or text.flag("is_unbalance", False)


def weighed(text: ModelText, starts: Sequence[float | None]) -> bool | None:
    """Return whether rows had weights: whether hessians of a leaf's rows do not add up to what their number gives.

    Parameters
    ----------
    text
        The model.
    starts
        The score of all rows before each first tree; ``None`` where it is not known.

    Returns
    -------
    bool or None
        ``None`` where the hessians of rows differ anyway, or sums or counts are not stated. Weights of one class
        against the other are told by the parameters, and not looked for here.
    """
    objective, told = text.objective, False
    if objective is None or uneven(text):
        return None
    # of losses whose hessian is one in every tree all trees tell; of others those before which all rows are alike
    always = objective.name in _ALWAYS_ONE
    trees = text.trees if always else text.trees[: text.per_iteration]
    for i, tree in enumerate(trees):
        each = 1.0 if always else _hessian(text, starts[i], len(starts))
        if each is None or tree.weight is None or tree.count is None or not tree.weight.any() or not tree.count.any():
            return None
        if tree.leaves == 1:
            continue
        told = True
        if (np.abs(tree.weight - tree.count * each) > SAME * tree.count * each).any():
            return True
    return False if told else None


def _hessian(text: ModelText, start: float | None, classes: int) -> float | None:
    """Return the hessian of one row at the start; ``None`` where it is not the same for all."""
    objective: Any = text.objective
    if start is None:
        return None
    if objective.name in ("binary", "multiclassova"):
        share = float(expit(objective.sigmoid * start))
        return share * (1.0 - share) * objective.sigmoid**2
    if objective.name == "cross_entropy":
        share = float(expit(start))
        return share * (1.0 - share)
    if objective.name == "multiclass":
        share = float(np.exp(start))
        return classes / (classes - 1.0) * share * (1.0 - share)
    if objective.name == "poisson":
        return float(np.exp(min(start + text.number("poisson_max_delta_step", 0.7), 700.0)))
    return None
