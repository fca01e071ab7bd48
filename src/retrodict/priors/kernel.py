"""The kernel of a smoothed bootstrap: its width, its covariance, and the order of the rows."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.schema import Schema

Array = np.ndarray

_MOST_DUMMIES = 50  # categories of one feature that take part in the principal component


def silverman(n: float, d: int) -> float:
    """Return Silverman's bandwidth for `n` rows of `d` numbers, in units of their standard deviation."""
    return float((4 / (d + 2) / n) ** (1 / (d + 4)))


def numeric_moments(
    rows: Float[Array, "n p"], weights: Float[Array, " n"]
) -> tuple[Float[Array, " p"], Float[Array, "p p"]]:
    """Return weighted means and the covariance, each over the rows in which both values are present.

    Parameters
    ----------
    rows
        Numbers; NaN is missing.
    weights
        Of the rows, summing to one.
    """
    present = ~np.isnan(rows)
    w = present * weights[:, None]
    mass = np.maximum(w.sum(axis=0), np.finfo(np.float64).tiny)
    mean = np.where(present, rows, 0.0).T @ weights / mass if rows.shape[1] else np.empty(0)
    centred = np.where(present, rows - mean, 0.0)
    pairs = np.maximum((present * weights[:, None]).T @ present.astype(np.float64), np.finfo(np.float64).tiny)
    return mean, (centred * weights[:, None]).T @ centred / pairs


def noise_factor(covariance: Float[Array, "p p"]) -> Float[Array, "p p"]:
    """Return F with F F' = covariance (its positive part: pairs of incomplete rows can contradict one another).

    The variances stay exact: rows of F are scaled to them.
    """
    if not len(covariance):
        return covariance
    sd = np.sqrt(np.diag(covariance))
    unit = np.where(sd > 0, sd, 1.0)
    values, vectors = np.linalg.eigh(covariance / np.outer(unit, unit))
    factor = vectors * np.sqrt(np.maximum(values, 0.0))
    factor = factor @ vectors.T  # the symmetric root: each noise follows mostly its own latent
    norm = np.sqrt((factor**2).sum(axis=1))
    return factor * (sd / np.where(norm > 0, norm, 1.0))[:, None]


def first_component(schema: Schema, rows: Float[Array, "n d"], weights: Float[Array, " n"]) -> Float[Array, " n"]:
    """Return the rows' scores on the first principal component of the standardised matrix.

    Listed features enter as one column a category (at most fifty), missing values as the mean.
    """
    parts = []
    for j, feature in enumerate(schema.features):
        if feature.listed:
            kept = min(len(feature.categories), _MOST_DUMMIES)
            parts.append(
                np.where(np.isnan(rows[:, j])[:, None], np.nan, rows[:, j][:, None] == np.arange(kept)).astype(float)
            )
        else:
            parts.append(rows[:, j][:, None])
    wide = np.concatenate(parts, axis=1)
    mean, covariance = numeric_moments(wide, weights)
    sd = np.sqrt(np.diag(covariance))
    standard = np.where(np.isnan(wide), 0.0, (wide - mean) / np.where(sd > 0, sd, 1.0))
    axis = np.linalg.eigh((standard * weights[:, None]).T @ standard)[1][:, -1]
    return standard @ (axis * np.sign(axis[np.abs(axis).argmax()]))
