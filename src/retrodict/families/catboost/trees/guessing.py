"""What is tried where a file does not state how leaf values of CatBoost were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retrodict.families.catboost.trees.parts import Parts
from retrodict.matching.inferring.first_leaves import FirstSteps, first_steps
from retrodict.matching.inferring.guesses import PENALTIES, RATES, Guesses, first
from retrodict.matching.inferring.steps import Steps

_RATE, _PENALTY = 0.03, 3.0
"""CatBoost's own; of some losses it finds a rate by the number of rows."""
_STEPS = (1, 10)
"""How many steps it takes by itself: more where there are many columns."""
_RATES = 12
"""Rates that the first tree allows, of which so many are tried, at most."""
_LOSSES = ("Logloss", "CrossEntropy")
"""Losses of which the first tree shows the rate."""


def guesses_of(parts: Parts, rows: int | None) -> Guesses:
    """Return the settings that are tried, those that are stated alone.

    Parameters
    ----------
    parts
        The model's trees.
    rows
        How many rows the table has, where that is known.
    """
    told, shown = parts.told, _shown(parts)
    rates = tuple(dict.fromkeys(own.rate for own in shown))[:_RATES] or first(_RATE, RATES)
    return Guesses(
        rates if told.rate is None else (told.rate,),
        _penalties(parts),
        (parts.content.bias,),
        rows,
    )


def as_stored(steps: Steps) -> Steps:
    """Return settings as CatBoost has them, which keeps rates and penalties in 32 bits."""
    return replace(steps, rate=float(np.float32(steps.rate)), penalty=float(np.float32(steps.penalty)))


def many_of(parts: Parts) -> int:
    """Return of how many steps leaf values are the sum, as the first tree shows."""
    shown = _shown(parts)
    return min((own.many for own in shown), default=1) if parts.told.steps is None else parts.told.steps


def _penalties(parts: Parts) -> Sequence[float]:
    return first(_PENALTY, PENALTIES) if parts.told.penalty is None else (parts.told.penalty,)


def _shown(parts: Parts) -> tuple[FirstSteps, ...]:
    if parts.loss not in _LOSSES or not parts.grown[0].followed:
        return ()
    values = parts.grown[0].values[parts.grown[0].tree.leaf, 0]
    return first_steps(values, parts.content.bias[0], _penalties(parts), _STEPS)
