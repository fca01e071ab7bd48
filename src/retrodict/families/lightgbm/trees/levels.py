"""The ends between which targets may lie, and how large rows' terms are, of losses of a value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.matching.assumed_levels import AssumedLevels

Array = np.ndarray

_ROOM = 30.0
"""Times the distance of the outermost first steps: leaves hold means of rows, which lie nearer together than rows."""
_MANY_MEANS = 50.0
"""Times the mean, of targets that are never negative."""
_LARGEST = 80.0
"""Of a logarithm of a mean: squares of larger means are no numbers of 64 bits, and terms none of 32."""
_SPREAD = 3.0
"""How far rows lie from each other, of how far leaves do."""


def levels_of(text: ModelText, start: Float[Array, " K"], steps: Sequence[Float[Array, " leaves"]]) -> AssumedLevels:
    """Return what a model's first trees let assume of its target.

    Parameters
    ----------
    text
        The model.
    start
        The scores before the first trees, shape (K,).
    steps
        What leaves of the first trees add to these.
    """
    rate = text.number("learning_rate", 0.1) or 0.1
    first = np.concatenate(steps) / rate
    spread = max(float(np.ptp(first)), np.finfo(np.float64).tiny)
    middle = float(start[0] + np.median(steps[0]))  # values may hold what is not stated of the start
    name = "" if text.objective is None else text.objective.name
    if name in ("poisson", "gamma", "tweedie"):
        mean = float(np.exp(min(middle, _LARGEST)))
        scale = {"poisson": mean, "gamma": 1.0}.get(name, mean ** (2.0 - text.number("tweedie_variance_power", 1.5)))
        wide = max(1.0, spread)
        steep = float(np.exp(text.number("poisson_max_delta_step", 0.7))) if name == "poisson" else 1.0
        return AssumedLevels(np.array([0.0, _MANY_MEANS * mean * wide]), scale * wide, scale * steep * wide)
    return AssumedLevels(middle + _ROOM * spread * np.array([-1.0, 1.0]), _SPREAD * spread, 1.0)
