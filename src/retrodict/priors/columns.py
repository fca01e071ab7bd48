"""Apply the marginals of all features to a block of latents: what independent and copula priors share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri

from retrodict.errors import PriorError
from retrodict.priors.blocked_products import columns_product, rows_product
from retrodict.priors.marginals import Discrete, FiniteMarginal, Marginal, Normal, Uniform
from retrodict.priors.marginals.closed import between
from retrodict.priors.marginals.normal_share import normal_share
from retrodict.schema import Feature, Schema

Array = np.ndarray

BLOCK = 8192
"""Rows transported at a time: a column of a block stays in the cache while its marginal works on it."""

_FLAT = 32_768  # cells mapped at a time where no feature needs a column of its own


def check_marginals(schema: Schema, marginals: Sequence[Marginal]) -> None:
    """Refuse marginals that are not one a feature or leave the feature's bounds or categories.

    Raises
    ------
    PriorError
        Naming the first feature that does not fit.
    """
    if len(marginals) != len(schema):
        raise PriorError(f"{len(schema)} features have {len(marginals)} marginals; give one a feature")
    for feature, marginal in zip(schema.features, marginals, strict=True):
        low, high = _ends(marginal)
        if feature.listed:
            k = len(feature.categories)
            if not isinstance(marginal, FiniteMarginal) or low < 0 or high > k - 1:
                raise PriorError(
                    f"feature '{feature.name}': its marginal must give indices of its {k} categories; use `listed`"
                )
            continue
        for side, bound, passed in (("min", feature.low, low), ("max", feature.high, high)):
            if bound is not None and (passed < bound if side == "min" else passed > bound):
                raise PriorError(
                    f"feature '{feature.name}': its marginal reaches {passed:g}, past {side} {bound:g}; "
                    "widen the bound or cut the marginal"
                )


def _ends(marginal: Marginal) -> tuple[float, float]:
    if isinstance(marginal, Discrete):
        return float(marginal.support.min()), float(marginal.support.max())
    low, high = marginal.quantile_z(np.array([-8.5, 8.5]))
    return float(low), float(high)


def missing_features(schema: Schema) -> list[tuple[int, Feature]]:
    """Return the position and feature of each that can be missing; each has a latent of its own after the values'."""
    return [(j, feature) for j, feature in enumerate(schema.features) if feature.missing > 0]


def transport_columns(
    z: Float[Array, "n m"], schema: Schema, marginals: Sequence[Marginal], factor: Float[Array, "d d"] | None = None
) -> Float[Array, "n d"]:
    """Map latents to rows.

    Parameters
    ----------
    z
        Shape (n, d + number of features that can be missing).
    schema, marginals
        The features and their marginals.
    factor
        Shape (d, d): what the first d latents are multiplied by to correlate them; ``None`` where independent.

    Returns
    -------
    Float[Array, "n d"]
        Rows; NaN is missing. The input is left as it was.

    Raises
    ------
    PriorError
        If `z` has another number of columns.
    """
    z = np.asarray(z, dtype=np.float64)
    d, gaps = len(schema), missing_features(schema)
    check_latents(z, d + len(gaps))
    if not gaps and all(isinstance(marginal, Normal) for marginal in marginals):
        return _affine(z, [marginal for marginal in marginals if isinstance(marginal, Normal)], factor)
    if not gaps and factor is None and all(isinstance(marginal, Uniform) for marginal in marginals):
        return _uniform(z, [marginal for marginal in marginals if isinstance(marginal, Uniform)])
    thresholds = ndtri([feature.missing for _, feature in gaps])
    out = np.empty((len(z), d))
    # One row a feature: each marginal reads and writes contiguous memory. It is used again for every block, since the
    # first touch of memory costs as much as arithmetic.
    held = np.empty((d, min(BLOCK, len(z))))
    for start in range(0, len(z), BLOCK):
        block = z[start : start + BLOCK]
        columns = held[:, : len(block)]
        if factor is None:
            columns[...] = block[:, :d].T
        else:
            columns_product(block[:, :d], factor, columns)
        for j, marginal in enumerate(marginals):
            columns[j] = marginal.quantile_z(columns[j])
        for k, (j, _) in enumerate(gaps):
            columns[j, block[:, d + k] < thresholds[k]] = np.nan
        out[start : start + BLOCK] = columns.T
    return out


def _affine(z: Array, marginals: Sequence[Normal], factor: Array | None) -> Array:
    """All normal: the whole map is one matrix operation."""
    sds = np.array([marginal.sd for marginal in marginals])
    out = z * sds if factor is None else rows_product(z, factor * sds[:, None])
    out += np.array([marginal.mean for marginal in marginals])
    return out


def _uniform(z: Array, marginals: Sequence[Uniform]) -> Array:
    """All uniform: the latents are mapped as they lie, without being turned into columns and back."""
    rows = max(1, min(len(z), _FLAT // max(1, len(marginals))))
    # the ends of all features once for each row of a block: numpy is slow at short rows
    low, high = (np.tile([getattr(one, end) for one in marginals], rows) for end in ("low", "high"))
    out = np.empty(z.shape)
    for start in range(0, len(z), rows):
        share = normal_share(z[start : start + rows].ravel())
        cells = len(share)
        out[start : start + rows] = between(share, low[:cells], high[:cells]).reshape(-1, len(marginals))
    return out


def check_latents(z: Array, latent_dim: int) -> None:
    """Refuse latents of another shape than (n, latent_dim).

    Raises
    ------
    PriorError
        If the shape is another.
    """
    if z.ndim != 2 or z.shape[1] != latent_dim:
        raise PriorError(f"latents of shape (n, {latent_dim}) were expected, got {z.shape}; see `latent_dim`")
