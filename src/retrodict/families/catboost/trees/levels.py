"""Between which two numbers the targets of a regressor's rows lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from retrodict.families.catboost.content import Content
from retrodict.families.catboost.flat_reader import DamagedError
from retrodict.families.catboost.plain_json import json_of
from retrodict.families.catboost.settings import under
from retrodict.families.catboost.trees.grown import Grown

Array = np.ndarray

_WIDER = 3.0
"""Times the spread of predictions that targets are taken to reach beyond them, where nothing is stated."""


def levels_of(content: Content, grown: Sequence[Grown], loss: str, rows: int | None) -> Float[Array, " 2"]:
    """Return two numbers between which all targets lie.

    The loss after the first tree, which the file of a fitted model states, is a mean over rows: no row's is more than
    as many times that as there are rows. Without it, targets are taken to lie not far beyond the predictions.

    Parameters
    ----------
    content
        The model.
    grown
        Its trees.
    loss
        What it was trained for, by CatBoost's name.
    rows
        How many; ``None`` where that is not known.
    """
    start = content.bias[0]
    first = grown[0].values[grown[0].tree.leaf, 0] + start
    ends = np.array([first.min(), first.max()])
    error = _first_error(content) if loss == "RMSE" and rows else None
    if error is not None and rows:
        reach = error * np.sqrt(rows)
        return np.array([ends[0] - reach, ends[1] + reach])
    sums = [(each.values[:, 0].min(), each.values[:, 0].max()) for each in grown]
    spread = start + np.sum(sums, axis=0)
    if loss != "RMSE":  # scores are logarithms of means of counts or amounts
        return np.array([0.0, float(np.exp(min(spread[1], _LARGEST))) * (1.0 + _WIDER)])
    reach = _WIDER * (spread[1] - spread[0])
    return np.array([spread[0] - reach, spread[1] + reach])


_LARGEST = 50.0
"""The logarithm of a mean that no table has."""


def _first_error(content: Content) -> float | None:
    """Return the root of the mean squared error after the first tree; ``None`` where it is not stated."""
    text = content.info.get("training")
    if not text:
        return None
    try:
        history = under(json_of(text, "'training'"), "metrics", "learn_metrics_history")
    except DamagedError:
        return None
    first = history[0] if isinstance(history, list) and history else None
    value = under(first, "RMSE")
    return float(value) if isinstance(value, int | float) and np.isfinite(value) and value >= 0 else None
