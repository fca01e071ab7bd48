"""What the first trees tell of the start where leaf values are no plain steps, or rows were drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Bool
from scipy.optimize import brentq

from retrodict.families.lightgbm.stated.sums import penalties
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import TreeText
from retrodict.families.lightgbm.trees.settings import Settings
from retrodict.families.lightgbm.trees.starts import binary_start

Array = np.ndarray

_SAME = 1e-6
"""How far hessians may be off, as a share, that were rounded to 32 bits and are the same for all rows."""
_CUT = 1e-9
"""How near, as a share, a step may be to the longest one, or to none, to be taken as such."""
_WHOLE = 1e-3
"""How far from whole numbers counts of rows of a class may be, as leaf values give them."""


def start_of(text: ModelText, k: int, settings: Settings, drawn: bool) -> float | None:
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
    """
    tree, objective = text.trees[k], text.objective
    if tree.leaves == 1:
        return float(tree.value[0])
    if objective is None or tree.weight is None or tree.count is None or settings.rows is None:
        return None
    each = tree.weight / np.maximum(tree.count, 1)
    if objective.name in ("binary", "multiclassova", "cross_entropy", "cross_entropy_lambda", "multiclass"):
        if np.ptp(each) > _SAME * float(each.max()):
            return None
        return _by_share(text, k, settings, float(np.median(each)))
    if objective.name == "poisson":
        same = np.ptp(each) <= _SAME * float(each.max())
        return float(np.log(np.median(each)) - text.number("poisson_max_delta_step", 0.7)) if same else None
    return None if drawn else _balanced(text, tree, settings)


def _by_share(text: ModelText, k: int, settings: Settings, each: float) -> float | None:
    """Return the start at which a row has this hessian, and whole numbers of rows the first tree's gradients."""
    tree, objective, rows = text.trees[k], text.objective, settings.rows
    assert objective is not None
    assert rows is not None
    assert tree.weight is not None
    assert tree.count is not None
    softmax = objective.name == "multiclass"
    classes = float(objective.classes or 2)
    slope = 1.0 if softmax else objective.sigmoid
    variance = each / (classes / (classes - 1.0) if softmax else slope**2)
    root = np.sqrt(max(0.0, 1.0 - 4.0 * variance))
    best: tuple[float, float] | None = None
    for share in ((1.0 - root) / 2.0, (1.0 + root) / 2.0):
        m = round(rows * share)
        if not 0 < m < rows:
            continue
        start = float(np.log(m / rows)) if softmax else binary_start(m, rows, slope)
        gradients = _gradients(text, tree, settings, start) / slope
        own = (m / rows * tree.count - gradients)[_plain(tree, settings, start)]  # rows of the class in each leaf
        if not len(own):
            return None
        off = float(np.abs(own - np.rint(own)).max()) + float(np.maximum(0.0, own - tree.count.max()).max())
        if best is None or off < best[0]:
            best = off, start
    return None if best is None or best[0] > _WHOLE else best[1]


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
