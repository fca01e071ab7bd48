"""How rows change with their latents: what moves along a gradient need of independent and copula priors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri

from retrodict.priors.blocked_products import rows_product
from retrodict.priors.columns import missing_features
from retrodict.priors.marginals import FiniteMarginal, Marginal
from retrodict.schema import Feature, Schema

Array = np.ndarray

_APART = 1e-4
"""Latents between which slopes are taken: their errors are then about 1e-8 of the scale, and knots are hardly met."""


def latent_gradient(
    z: Float[Array, "n m"],
    gradient: Float[Array, "n d"],
    schema: Schema,
    marginals: Sequence[Marginal],
    factor: Float[Array, "d d"] | None = None,
) -> Float[Array, "n m"]:
    """Return the gradient with respect to latents, of what has a gradient with respect to rows.

    Parameters
    ----------
    z
        Latents, shape (n, m); see `transport_columns` for their order.
    gradient
        With respect to the rows that they are transported to.
    schema, marginals, factor
        As of `transport_columns`.

    Returns
    -------
    Float[Array, "n m"]
        Zero for latents that decide on listed or whole values, on what is missing, or of a value that is missing.
        Slopes are differences over a short way: exact where a marginal is a straight line, else to about 1e-8.
    """
    d = len(schema)
    own = z[:, :d] if factor is None else rows_product(z[:, :d], factor)
    out = np.zeros_like(z)
    for j, (feature, marginal) in enumerate(zip(schema.features, marginals, strict=True)):
        if smooth(feature, marginal):
            at = np.ascontiguousarray(own[:, j])
            slope = (marginal.quantile_z(at + _APART) - marginal.quantile_z(at - _APART)) / (2.0 * _APART)
            out[:, j] = gradient[:, j] * slope
    for k, (j, feature) in enumerate(missing_features(schema)):
        out[z[:, d + k] < _threshold(feature), j] = 0.0
    if factor is not None:
        out[:, :d] = rows_product(out[:, :d], np.ascontiguousarray(factor.T))
    return out


def smooth(feature: Feature, marginal: Marginal) -> bool:
    """Whether values of a feature change little by little with their latent."""
    return not (feature.listed or feature.kind == "integer" or isinstance(marginal, FiniteMarginal))


def _threshold(feature: Feature) -> float:
    return float(ndtri(feature.missing))
