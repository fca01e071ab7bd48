"""From values back to the latents that a marginal maps to them."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.special import log_ndtr, ndtr, ndtri

from retrodict.priors.marginals.contract import FiniteMarginal, Invertible, Marginal

Array = np.ndarray

FARTHEST = 4.0
"""Latents of known numbers are taken to be no farther out. A value beyond what is met once in 30,000 rows, or beyond a
sample's own range, is held to be at that range's end: it would else decide alone what is expected of other columns."""

POINT = 1e-6
"""Latents this near to one another are one: the marginal increases there."""

_HALVINGS = 48  # of the range of latents: to 1e-13
_STEP = 1e-4  # of the latent, for the slope of a marginal
_TINY = 1e-300


def latents_of(marginal: Marginal, values: Float[Array, " n"]) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
    """Return the stretch of latents that a marginal maps to each value; of a number that is no atom, its ends meet.

    Parameters
    ----------
    marginal
        Of one column.
    values
        In the schema's encoding.

    Returns
    -------
    tuple[Float[Array, " n"], Float[Array, " n"]]
        Lower and upper ends, infinite at the ends of finitely many values; NaN where the value is missing, or is none
        of finitely many.
    """
    distinct, back = np.unique(values, return_inverse=True)
    low, high = _finite(marginal, distinct) if isinstance(marginal, FiniteMarginal) else _number(marginal, distinct)
    return low[back], high[back]


def ends_of(marginal: FiniteMarginal) -> Float[Array, " k"]:
    """Return the latents at which each of a finite marginal's values begins, and the end of the last."""
    shares = marginal.probabilities()
    below, above = np.cumsum(shares)[:-1], np.cumsum(shares[::-1])[-2::-1]
    with np.errstate(divide="ignore"):
        inner = np.where(below < 0.5, ndtri(np.minimum(below, 1.0)), -ndtri(np.minimum(above, 1.0)))
    return np.concatenate([[-np.inf], inner, [np.inf]])


def _finite(marginal: FiniteMarginal, values: Array) -> tuple[Array, Array]:
    support, ends = marginal.values(), ends_of(marginal)
    order = np.argsort(support, kind="stable")
    place = np.minimum(np.searchsorted(support[order], values), len(support) - 1)
    found = order[place]
    known = support[found] == values
    return np.where(known, ends[found], np.nan), np.where(known, ends[found + 1], np.nan)


def _number(marginal: Marginal, values: Array) -> tuple[Array, Array]:
    if isinstance(marginal, Invertible):
        low, high = (np.clip(one, -FARTHEST, FARTHEST) for one in marginal.latents_at(values))
        return np.where(np.isnan(values), np.nan, low), np.where(np.isnan(values), np.nan, high)
    ends = []
    for least in (True, False):  # the least latent whose value is not below, and the greatest whose value is not above
        low, high = np.full(len(values), -FARTHEST), np.full(len(values), FARTHEST)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            got = marginal.quantile_z(middle)
            beyond = got >= values if least else got > values
            high, low = np.where(beyond, middle, high), np.where(beyond, low, middle)
        ends.append(np.where(np.isnan(values), np.nan, high if least else low))
    return ends[0], np.maximum(*ends)


def log_weight(
    marginal: Marginal, low: Float[Array, " n"], high: Float[Array, " n"]
) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
    """Return what turns densities of latents into those of values.

    Parameters
    ----------
    marginal
        Of one column.
    low, high
        Of `latents_of`.

    Returns
    -------
    tuple[Float[Array, " n"], Float[Array, " n"]]
        Log-probabilities of atoms, log-densities of all else, 0 where the value is not known; and which are atoms, as
        0 and 1.
    """
    atom = high - low > POINT
    known = ~np.isnan(low)
    out = np.zeros(len(low))
    with np.errstate(divide="ignore"):
        out[atom] = np.log(np.maximum(normal_mass(low[atom], high[atom]), _TINY))
    point = known & ~atom
    at = np.ascontiguousarray(low[point])
    rise = (marginal.quantile_z(at + _STEP) - marginal.quantile_z(at - _STEP)) / (2 * _STEP)
    out[point] = -0.5 * at**2 - 0.5 * np.log(2 * np.pi) - np.log(np.maximum(rise, _TINY))
    return out, atom.astype(np.float64)


def normal_mass(low: Float[Array, ...], high: Float[Array, ...]) -> Float[Array, ...]:
    """Return the probability of a stretch under a standard normal, precise in both tails; 0 where it is empty."""
    flip = low > 0
    first, last = np.where(flip, -high, low), np.where(flip, -low, high)
    return np.maximum(ndtr(last) - ndtr(first), 0.0)


def log_normal_mass(low: Float[Array, ...], high: Float[Array, ...]) -> Float[Array, ...]:
    """Return the logarithm of `normal_mass`, however far out the stretch lies."""
    flip = low > 0
    first, last = np.where(flip, -high, low), np.where(flip, -low, high)
    top = log_ndtr(last)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = top + np.log1p(-np.exp(np.minimum(log_ndtr(first) - top, 0.0)))
    return np.where(np.isneginf(top), -np.inf, out)
