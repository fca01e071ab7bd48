"""Whether a model's settings and sums are such as training gives: a file may hold any numbers."""

from __future__ import annotations

import numpy as np

from retrodict.errors import ModelError
from retrodict.families.lightgbm.text.model_text import ModelText

_LARGEST = 1e12
_ENDS = {
    "learning_rate": (1e-9, 1e3),
    "lambda_l1": (0.0, _LARGEST),
    "lambda_l2": (0.0, _LARGEST),
    "cat_l2": (0.0, _LARGEST),
    "path_smooth": (0.0, _LARGEST),
    "scale_pos_weight": (1.0 / _LARGEST, _LARGEST),
    "poisson_max_delta_step": (0.0, 50.0),
    "tweedie_variance_power": (1.0, 2.0),
    "bagging_fraction": (1e-6, 1.0),
    "bagging_freq": (0.0, _LARGEST),
    "bagging_seed": (-_LARGEST, _LARGEST),
    "drop_seed": (-_LARGEST, _LARGEST),
    "max_drop": (-_LARGEST, _LARGEST),
}
"""Between which ends settings lie: beyond, the library refuses them, or sums have no meaning in 64 bits."""
_LARGEST_SUM = 1e30
"""Of a leaf's value or weight: squares of larger ones are no numbers."""


def check_sound(text: ModelText) -> None:
    """Check that a model can have been trained.

    Parameters
    ----------
    text
        The model.

    Raises
    ------
    ModelError
        If no tree splits anything, or a number is out of range.
    """
    if all(tree.leaves == 1 for tree in text.trees):
        raise ModelError("no tree of the LightGBM model splits anything, so that it tells nothing of rows")
    for name, (low, high) in _ENDS.items():
        value = text.number(name, low)
        if not low <= value <= high:
            raise ModelError(f"the LightGBM model states a {name} of {value:g}, with which none is trained")
    for tree in text.trees:
        sums = [tree.value, *(own for own in (tree.weight, tree.inner_value) if own is not None)]
        if any(not (np.abs(own) <= _LARGEST_SUM).all() for own in sums):
            raise ModelError("the LightGBM model states sums of its leaves that no rows give")
