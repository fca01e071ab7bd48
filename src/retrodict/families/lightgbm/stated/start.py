"""The score that training started from, which the first trees hold: shares of classes, or the mean of the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import expit

from retrodict.disclosures.kinds import ClassShares, Disclosure, TargetMoments, TargetQuantiles
from retrodict.disclosures.place import Place
from retrodict.families.lightgbm.stated.drawn import drawn_of, rows_drawn
from retrodict.families.lightgbm.stated.sums import RENEWED, agrees, penalties, step_of
from retrodict.families.lightgbm.stated.weights import SAME, UNKNOWN, WEIGHED, uneven, weighed
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import TreeText

Array = np.ndarray

_BY_LOGARITHM = frozenset({"poisson", "gamma", "tweedie"})
_WHOLE = 1e-4
"""How far from a whole number a share of rows may be, in rows, that is one."""
_SIX_DIGITS = "to 6 digits"
_ZERO = 1e-9
"""A start nearer to zero than that is zero: what is left of sums of thousands of rounded gradients."""


def starts_of(text: ModelText) -> list[float | None]:
    """Return the start of each score; zero where training began there, ``None`` where it can't be told.

    The first trees' leaves hold the start ``F``, for which the gradients of all rows add up to zero: with the values
    ``v = F - rate G / (H + penalty)``, ``F = sum v (H + penalty) / sum (H + penalty)``.
    """
    return [_start(text, tree) for tree in text.trees[: text.per_iteration]]


def _added_to(text: ModelText, tree: TreeText) -> bool | None:
    """Whether a start was added to a first tree's values; ``None`` where it can't be told."""
    if not text.flag("boost_from_average", True):
        return False
    if text.number("learning_rate", np.nan) == 1.0:
        return None
    if tree.shrinkage == 1.0:  # adding sets it
        return True
    mean = _mean_value(text, tree)  # a start of zero is not added, and the user's own start is none of ours
    return mean is not None and abs(mean) < _ZERO


def _mean_value(text: ModelText, tree: TreeText) -> float | None:
    """Return the mean of a tree's leaf values, weighed so that their own steps cancel."""
    step = step_of(text)
    if step is None or tree.weight is None or not tree.weight.any() or drawn_of(text).first or uneven(text):
        return None
    if text.objective is None or text.objective.name in ("huber", "fair"):
        return None  # gradients do not add up to zero at their starts
    weight = tree.weight + penalties(text, tree, step)[tree.leaves - 1 :]
    total = float(weight.sum())
    return float((tree.value * weight).sum()) / total if total > 0 else None


def _start(text: ModelText, tree: TreeText) -> float | None:
    added = _added_to(text, tree)
    if added is False:
        return 0.0
    if tree.leaves == 1:
        return float(tree.value[0]) if added else None
    found = (_counted(text) if uneven(text) else _mean_value(text, tree)) if added else None
    step = step_of(text)
    # leaves that were set anew do not hold the start any more
    return found if found is not None and step is not None and agrees(text, tree, step, found) else None


def of_start(
    text: ModelText, place: Place, starts: list[float | None], classes: tuple[Any, ...]
) -> Iterator[Disclosure]:
    """Yield what the start says of the target.

    Parameters
    ----------
    text
        The model.
    place
        Where it stands.
    starts
        See `starts_of`.
    classes
        Of the target, where it has some.
    """
    objective = text.objective
    if objective is None or not all(_added_to(text, tree) for tree in text.trees[: text.per_iteration]):
        return
    source, exact = place.at("trees[0].leaf_value"), place.exact
    if any(start is None for start in starts) or drawn_of(text).sampled is None:
        starts, alone = _at_roots(text)
        exact = (place.sample or _SIX_DIGITS) if alone else False
        source = place.at("trees[0].internal_value")
        if any(start is None for start in starts):
            return
    found = np.array(starts, dtype=np.float64)
    weights = False if uneven(text) else weighed(text, starts)  # the start counts rows of classes as they are
    if weights and exact in (True, _SIX_DIGITS):
        exact = WEIGHED
    elif weights is None and exact in (True, _SIX_DIGITS):
        exact = UNKNOWN if exact is True else f"{exact}, {UNKNOWN}"
    shared: dict[str, Any] = {"features": (), "source": source, "exact": exact}
    if classes:
        shares = _shares(objective, found)
        n = (
            None
            if weights is not False or drawn_of(text).first or objective.name.startswith("cross")
            else rows_drawn(text)
        )
        yield ClassShares(classes, _whole_shares(shares, n), **shared)
    elif place.target is not None or objective.root:
        return
    elif objective.name in RENEWED:
        at = text.number("alpha", 0.5) if objective.name == "quantile" else 0.5
        if objective.name != "mape":
            yield TargetQuantiles((at,), (float(found[0]),), **shared)
    else:
        mean = float(np.exp(found[0]) if objective.name in _BY_LOGARITHM else found[0])
        yield TargetMoments(mean, **shared)


def _at_roots(text: ModelText) -> tuple[list[float | None], bool]:
    """Return the starts that the roots of the first trees state, to six digits, and whether they hold nothing else.

    Newer releases add to a root's value its own step, which is small at the start. They do not where the roots of later
    trees state zero, or, in a forest, the same as the first.
    """
    k = text.per_iteration
    roots = [tree.inner_value[0] if tree.inner_value is not None and tree.leaves > 1 else None for tree in text.trees]
    expected = roots[:k] if text.averaged else [0.0] * k
    later = [(root, expected[i % k]) for i, root in enumerate(roots[k:]) if root is not None]
    alone = bool(later) and all(root == told for root, told in later)
    return [None if root is None or root == 0.0 else float(root) for root in roots[:k]], alone


def _counted(text: ModelText) -> float | None:
    """Return the start of two classes of which one counts more, by how many rows of it give the first tree's sums.

    With ``k`` rows of the second class among ``n`` and ``p = k / n``, a row of class ``c`` adds ``w_c p (1 - p)`` to
    the hessians and ``w_c (p - c)`` to the gradients.
    """
    tree, n, drawn = text.trees[0], rows_drawn(text), drawn_of(text)
    step = replace(text, parameters={**text.parameters, "scale_pos_weight": "1", "is_unbalance": "0"})
    mean, objective = _mean_value(step, tree), text.objective
    if objective is None or objective.name != "binary" or mean is None or n is None or drawn.sampled is None:
        return None
    settings = step_of(text)
    if tree.weight is None or settings is None:
        return None
    k = np.arange(1, n)
    p, slope = k / n, objective.sigmoid
    zero, one = np.ones(n - 1), np.full(n - 1, text.number("scale_pos_weight", 1.0))
    if text.flag("is_unbalance", False):
        zero, one = np.maximum(k / (n - k), 1.0), np.maximum((n - k) / k, 1.0) * one
    hessian = slope**2 * p * (1.0 - p) * ((n - k) * zero + k * one)
    gradient = slope * ((n - k) * zero * p - k * one * (1.0 - p))
    penalty = penalties(text, tree, settings)[tree.leaves - 1 :]
    starts = np.log(p / (1.0 - p)) / slope
    with np.errstate(all="ignore"):  # a file may hold any sums
        stated = starts - settings.rate * gradient / (hessian + penalty.sum())
        off = np.abs(hessian / tree.weight.sum() - 1.0) + np.abs(stated - mean)
    best = int(np.argmin(off))
    return float(starts[best]) if off[best] < SAME else None


def _shares(objective: Any, found: Array) -> Array:
    if objective.name == "multiclass":
        shares = np.exp(found)
        return shares / shares.sum()
    shares = expit(objective.sigmoid * found)
    return np.array([1.0 - shares[0], shares[0]]) if len(shares) == 1 else shares


def _whole_shares(shares: Array, n: int | None) -> tuple[float, ...]:
    """Return shares of so many rows as what they must be: whole numbers of rows."""
    if n is not None:
        rows = shares * n
        whole = np.rint(rows)
        if np.abs(rows - whole).max() < _WHOLE and whole.sum() == n:
            shares = whole / n
    return tuple(shares.tolist())
