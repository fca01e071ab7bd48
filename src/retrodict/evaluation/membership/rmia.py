"""RMIA: how a row's probability under the model, beside that under shadow models, compares with other rows' ratios.

Zarifzadeh, Liu & Shokri, "Low-cost high-power membership inference attacks" (2024), equations 2 to 4, algorithm 1.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import expit

from retrodict.evaluation.membership.over_models import mean_over

Array = np.ndarray

FEWEST = 2
"""Shadow models: one that saw the row, and one that did not."""

GAMMA = 1.0
"""How much larger than another row's ratio that of a row must be. Any value of at least 1 orders rows alike where no
share is 0 or 1; with 1 the fewest are."""

TEMPERATURE = 2.0
"""Log-odds are divided by it before they are made probabilities, as the paper does with softmax (its appendix on
signals): of rows that all models are sure of, probabilities near 1 would say nothing."""

OFFLINE_SCALE = 0.3
"""The paper's `a`: the probability under models that saw the row is held to be ``a p_out + 1 - a``, where ``p_out`` is
that under those that did not."""


def of_labels(
    target: Float[Array, " n"], said: Float[Array, "s n"], held: Bool[Array, "s n"], *, offline: bool = False
) -> Float[Array, " n"]:
    """Return for each row the share of the other rows whose ratio is smaller.

    Parameters
    ----------
    target
        Log-odds of each row's true class under the model; may be infinite.
    said
        The same under each shadow model.
    held
        Whether that was trained on the row.
    offline
        Whether only models that did not see the row are used.
    """
    return _shares(expit(target / TEMPERATURE), expit(said / TEMPERATURE), held, offline)


def of_values(
    target: Float[Array, " n"], said: Float[Array, "s n"], held: Bool[Array, "s n"], *, offline: bool = False
) -> Float[Array, " n"]:
    """Return the same of a regressor: the density of a normal around its prediction stands for the probability.

    Parameters
    ----------
    target
        Each row's value less the model's prediction.
    said
        The same of each shadow model.
    held
        Whether that was trained on the row.
    offline
        Whether only models that did not see the row are used.
    """
    scale = float(np.sqrt(np.mean(said[~held] ** 2))) or 1.0
    return _shares(np.exp(-0.5 * (target / scale) ** 2), np.exp(-0.5 * (said / scale) ** 2), held, offline)


def _shares(
    target: Float[Array, " n"], said: Float[Array, "s n"], held: Bool[Array, "s n"], offline: bool
) -> Float[Array, " n"]:
    """Return the share of other rows z with ``p(x|model) / p(x) >= GAMMA p(z|model) / p(z)``.

    The other rows are all others of either table: whether they were seen is not used.
    """
    unseen = mean_over(said, ~held)
    seen = OFFLINE_SCALE * unseen + 1.0 - OFFLINE_SCALE if offline else mean_over(said, held)
    usual = 0.5 * (seen + unseen)
    ratios = target / np.maximum(usual, np.finfo(np.float64).tiny)
    below = np.searchsorted(np.sort(ratios), ratios / GAMMA, side="right")
    return np.asarray((below - 1) / max(1, len(ratios) - 1))  # a row is no other row than itself
