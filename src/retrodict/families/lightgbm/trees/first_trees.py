"""What the first trees tell of the start where leaf values are no plain steps, or rows were drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Bool
from scipy.optimize import brentq
from scipy.special import expit

from retrodict.families.lightgbm.stated.sums import penalties
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import TreeText
from retrodict.families.lightgbm.trees.settings import Settings
from retrodict.families.lightgbm.trees.starts import binary_start, lambda_start

Array = np.ndarray

_SAME = 1e-6
"""How far hessians may be off, as a share, that were rounded to 32 bits and are the same for all rows."""
_ROOTS = 1e-2
"""What a root's stated value, beside the start of which there is its own step, counts against whole numbers."""
_CUT = 1e-9
"""How near, as a share, a step may be to the longest one, or to none, to be taken as such."""
_WHOLE = 1e-3
"""How far from whole numbers counts of rows of a class may be, as leaf values give them."""


def start_of(text: ModelText, k: int, settings: Settings, drawn: bool, bent: bool = False) -> float | None:
    """Return the start of one score, from rows that all count once; ``None`` where it can't be told.

    Before the first trees all rows have one score, so that a row's hessian tells it, or its rows' gradients add up to
    zero.

    Parameters
    ----------
    text
        The model, in which a start was added to the values of the first trees.
    k
        Which score.
    settings
        How leaf values were made, and how many rows there are.
    drawn
        Whether the first trees were grown on some of the rows.
    bent
        Whether leaf values are no function of their sums alone.
    """
    tree, objective = text.trees[k], text.objective
    if tree.leaves == 1:
        return float(tree.value[0])
    if settings.smoothing > 0 and not bent:
        return None
    if objective is None or tree.weight is None or tree.count is None or settings.rows is None:
        return None
    each = tree.weight / np.maximum(tree.count, 1)
    if objective.name in ("binary", "multiclassova", "cross_entropy", "cross_entropy_lambda", "multiclass"):
        if np.ptp(each) > _SAME * float(each.max()):
            return None
        return _by_share(text, k, settings, float(np.median(each)), bent)
    if objective.name == "poisson":
        same = np.ptp(each) <= _SAME * float(each.max())
        return float(np.log(np.median(each)) - text.number("poisson_max_delta_step", 0.7)) if same else None
    return None if drawn or bent else _balanced(text, tree, settings)


def _by_share(text: ModelText, k: int, settings: Settings, each: float, bent: bool) -> float | None:
    """Return the start at which a row has this hessian, and whole numbers of rows the first tree's gradients."""
    tree, objective, rows = text.trees[k], text.objective, settings.rows
    assert objective is not None
    assert rows is not None
    assert tree.weight is not None
    assert tree.count is not None
    softmax, joint = objective.name == "multiclass", objective.name == "cross_entropy_lambda"
    classes = float(objective.classes or 2)
    slope = 1.0 if softmax else objective.sigmoid
    variance = each / (classes / (classes - 1.0) if softmax else slope**2)
    root = np.sqrt(max(0.0, 1.0 - 4.0 * variance))
    told: list[tuple[float, float]] = []
    for share in ((1.0 - root) / 2.0, (1.0 + root) / 2.0):
        # of `cross_entropy_lambda` the share of rows is log(1 + exp(start)), and the start's share another
        m = round(rows * (-np.log1p(-share) if joint else share)) if share < 1.0 else rows
        if not 0 < m < rows:
            continue
        start = lambda_start(m, rows) if joint else float(np.log(m / rows)) if softmax else binary_start(m, rows, slope)
        of_class = expit(start) if joint else m / rows
        own = (of_class * tree.count - _gradients(text, tree, settings, start) / slope)[_plain(tree, settings, start)]
        if bent or not len(own):
            stated = at_root(text, k)
            off = np.inf if stated is None else abs(stated - start) * _ROOTS
        else:
            off = float(np.abs(own - np.rint(own)).max()) + float(np.maximum(0.0, -own).max())
        told.append((off, start))
    best = min(told, default=(np.inf, 0.0))
    return best[1] if best[0] <= _WHOLE else None


def _plain(tree: TreeText, settings: Settings, start: float) -> Bool[Array, " leaves"]:
    """Return the leaves whose values tell their gradients: not cut off, nor zero for the L1 penalty."""
    assert settings.rate is not None
    size = np.abs(tree.value - start) / settings.rate
    inside = size < settings.longest * (1.0 - _CUT) if settings.longest > 0 else np.ones(len(size), dtype=bool)
    return np.asarray(inside & ((size > _CUT) | (settings.l1 == 0.0)))


def _gradients(text: ModelText, tree: TreeText, settings: Settings, start: float) -> Array:
    assert settings.rate is not None
    assert tree.weight is not None
    steps = (tree.value - start) / settings.rate
    penalty = penalties(text, tree, settings.step)[tree.leaves - 1 :]
    return np.asarray(-steps * (tree.weight + penalty) - np.sign(steps) * settings.l1)


def _balanced(text: ModelText, tree: TreeText, settings: Settings) -> float | None:
    """Return the start for which the gradients of all rows add up to zero."""
    if not settings.rate or settings.longest > 0:
        return None
    plain = replace(settings, longest=0.0)

    def total(start: float) -> float:
        return float(_gradients(text, tree, plain, start).sum())

    low, high = float(tree.value.min()), float(tree.value.max())
    if not total(low) * total(high) < 0:
        return None
    return float(brentq(total, low, high, xtol=1e-300, rtol=8.881784197001252e-16))


def at_root(text: ModelText, k: int) -> float | None:
    """Return the start that a first tree's root states, to six digits; ``None`` where it states nothing."""
    tree = text.trees[k]
    if tree.inner_value is None or tree.leaves == 1 or tree.inner_value[0] == 0.0:
        return None
    return float(tree.inner_value[0])
