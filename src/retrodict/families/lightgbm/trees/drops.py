"""The trees that were dropped in each round of DART, dropped again: the file states the seed of the generator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import TreeText
from retrodict.families.lightgbm.trees.generator import stream

Array = np.ndarray

_MOST_TREES = 5_000
"""Trees that are followed: what each counted for in the scores that each saw is a table of their square."""
_SIX_DIGITS = 2e-5
"""How far numbers that are written with six digits may be off, as a share."""


def undropped(text: ModelText) -> tuple[ModelText, Float[Array, "T before"]] | None:
    """Return a model grown with DART as its trees were when each was new, and what they counted for later.

    In each round some trees are dropped: they do not count for the scores that the new tree sees. Then all of these are
    shrunk, so that together they say as much as before.

    Parameters
    ----------
    text
        The model.

    Returns
    -------
    tuple or None
        The model with leaf values as they were first, a start with those that hold it, and the rate of each tree as its
        shrinkage; and `Boosting.shares`. ``None`` where its trees are not shrunk as the stated seed would have it.
    """
    per, rounds = text.per_iteration, len(text.trees) // text.per_iteration
    if len(text.trees) > _MOST_TREES:
        return None
    if "drop_seed" not in text.parameters or "learning_rate" not in text.parameters:
        return None
    dropped = _dropped(text, rounds)
    rates = np.empty(rounds)
    weights = np.zeros((rounds + 1, rounds))  # of each tree in the scores that a round sees; at last in the file
    stands = np.zeros(rounds)
    rate, as_xgboost = text.number("learning_rate", 0.1), text.flag("xgboost_dart_mode", False)
    for t, own in enumerate(dropped):
        weights[t] = stands
        weights[t, own] = 0.0
        k = float(len(own))
        rates[t] = rate / (1.0 + k) if not as_xgboost else rate if not own else rate / (rate + k)
        stands[own] *= k / (k + 1.0) if not as_xgboost else k / (k + rate)
        stands[t] = 1.0
    weights[rounds] = stands
    trees = []
    for i, tree in enumerate(text.trees):
        stand, new_rate = float(stands[i // per]), float(rates[i // per])
        # a start that was added to a first tree sets its shrinkage to one; a start of zero is not added
        fits = [one for one in ((1.0, new_rate) if i < per else (new_rate,)) if _same(tree.shrinkage, one * stand)]
        if tree.leaves > 1 and not fits:
            return None
        trees.append(_as_new(tree, stand, fits[0] if fits else 1.0))
    shares = np.repeat(np.repeat(weights[:rounds], per, axis=0), per, axis=1)
    start = np.where(np.arange(rounds) == 0, 1.0, weights[:rounds, 0])  # in the first trees, and dropped with them
    parameters = {**text.parameters, "boosting": "gbdt"}
    new = replace(text, trees=tuple(trees), parameters=parameters)
    return new, np.column_stack([np.repeat(start, per), shares])


def _same(told: float, expected: float) -> bool:
    return bool(np.isclose(told, expected, rtol=_SIX_DIGITS))


def _as_new(tree: TreeText, stands: float, rate: float) -> TreeText:
    if tree.leaves == 1:
        return tree
    inner = None if tree.inner_value is None else tree.inner_value / stands
    return replace(tree, value=tree.value / stands, inner_value=inner, shrinkage=rate)


def _dropped(text: ModelText, rounds: int) -> list[list[int]]:
    """Return the rounds whose trees were dropped in each round."""
    numbers = stream(int(text.number("drop_seed", 4)))
    rate, rate_of_drops = text.number("learning_rate", 0.1), text.number("drop_rate", 0.1)
    most, skipped = int(text.number("max_drop", 50)), text.number("skip_drop", 0.5)
    uniform, as_xgboost = text.flag("uniform_drop", False), text.flag("xgboost_dart_mode", False)
    weight: list[float] = []
    total = 0.0
    out: list[list[int]] = []
    for t in range(rounds):
        own: list[int] = []
        if not next(numbers) < skipped and t:
            share, mean = rate_of_drops, 1.0
            if uniform:
                share = min(share, most / t) if most > 0 else share
            else:
                mean = len(weight) / total
                share = min(share, most * mean / total) if most > 0 else share
            for i in range(t):
                if next(numbers) < (share if uniform else share * weight[i] * mean):
                    own.append(i)
                    if most >= 0 and len(own) >= most:
                        break
        k = float(len(own))
        shrunk = rate / (1.0 + k) if not as_xgboost else rate if not own else rate / (rate + k)
        for i in own:
            total -= weight[i] * (1.0 / (k + (rate if as_xgboost else 1.0)))
            weight[i] *= k / (k + (rate if as_xgboost else 1.0))
        weight.append(shrunk)
        total += shrunk
        out.append(own)
    return out
