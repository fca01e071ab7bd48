"""The scores before the first trees, to the last bit: shares of classes are of whole numbers of rows."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from retrodict.families.lightgbm.text.model_text import ModelText

Array = np.ndarray

_SAME = 1e-6
"""How far a start may be from that of a whole number of rows that is the same: rounded gradients are in it."""
_BY_LOGARITHM = frozenset({"poisson", "gamma", "tweedie"})
_WHOLE = 1e-3
"""How far from a whole number a sum of targets may be that is one."""


def binary_start(positive: float, rows: float, sigmoid: float = 1.0) -> float:
    """Return the score at which training of two classes starts.

    Parameters
    ----------
    positive
        Rows of the second class, or their weights.
    rows
        All, or all weights; more than these.
    sigmoid
        What scores are multiplied by.
    """
    share = positive / rows
    return float(np.log(share / (1.0 - share)) / sigmoid)


def lambda_start(positive: float, rows: float) -> float:
    """Return the score at which training of `cross_entropy_lambda` starts; see `binary_start`."""
    return float(np.log(np.expm1(positive / rows)))


def exact_starts(
    text: ModelText, starts: Float[Array, " K"], rows: int | None, weights: tuple[tuple[float, ...], ...] = ()
) -> Float[Array, " K"]:
    """Return starts as training had them, from starts that are off by the rounding of gradients.

    Parameters
    ----------
    text
        The model.
    starts
        As the first trees tell them, shape (K,).
    rows
        How many rows the table has; starts stay as they are where that is not known.
    weights
        What rows of each class count by the user's own weights, which starts take; see `RoundedLoss`.
    """
    if rows is None or text.objective is None:
        return starts
    if text.objective.classes is not None and weights and len(set(weights[0])) > 1:
        return _of_weighed(
            starts, rows, np.array(weights[0]), 0.0 if text.objective.name == "multiclass" else text.objective.sigmoid
        )
    return np.array([_exact(text, k, start, rows, weights) for k, start in enumerate(starts.tolist())])


def _of_weighed(
    starts: Float[Array, " K"], rows: int, weights: Float[Array, " K"], sigmoid: float
) -> Float[Array, " K"]:
    """Return the starts of classes whose rows have weights: shares of these, or log-odds where there is a sigmoid."""
    shares = expit(sigmoid * starts) if sigmoid else np.exp(starts)
    counts = np.rint(shares / weights * (rows / (shares / weights).sum()))
    if counts.sum() != rows or (counts <= 0).any():
        return starts
    share = counts * weights / (counts * weights).sum()
    exact = np.log(share / (1.0 - share)) / sigmoid if sigmoid else np.log(share)
    return np.array([_if_same(*pair) for pair in zip(starts.tolist(), exact.tolist(), strict=True)])


def _exact(text: ModelText, k: int, start: float, rows: int, weights: tuple[tuple[float, ...], ...]) -> float:
    objective = text.objective
    assert objective is not None
    if objective.name in ("binary", "multiclassova", "cross_entropy"):
        own = weights[k] if weights else (1.0,) * (objective.classes or 2)
        zero, one = own[:2]  # of several classes all are the same here
        share = float(expit(objective.sigmoid * start))
        # share = one m / (one m + zero (n - m))
        m = round(rows * share * zero / (one * (1.0 - share) + zero * share))
        if not 0 < m < rows:
            return start
        return _if_same(start, binary_start(one * m, one * m + zero * (rows - m), objective.sigmoid))
    if objective.name == "multiclass":
        m = round(rows * float(np.exp(start)))
        return _if_same(start, float(np.log(m / rows))) if m > 0 else start
    if weights or objective.name == "cross_entropy_lambda":
        return start
    by_logarithm = objective.name in _BY_LOGARITHM
    total = rows * (float(np.exp(start)) if by_logarithm else start)
    if abs(total - round(total)) > _WHOLE or (by_logarithm and round(total) <= 0):
        return start  # targets that are no whole numbers
    mean = round(total) / rows
    return _if_same(start, float(np.log(mean)) if by_logarithm else mean)


def _if_same(start: float, exact: float) -> float:
    return exact if abs(start - exact) <= _SAME * max(1.0, abs(exact)) else start
