"""Draw a feature inside an interval: a marginal restricted to what is known of a row."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr, ndtri

from retrodict.errors import PriorError
from retrodict.priors.marginals import FiniteMarginal, Marginal, Rounded

Array = np.ndarray

_EDGE = 8.5  # latents beyond it are met once in 10**17
_GRID = np.linspace(-_EDGE, _EDGE, 1025)  # where an end is sought first: 60 cells a unit of the latent
_HALVINGS = 40  # of a cell of the grid: to a few units of the latent's last place


def draw_within(
    marginal: Marginal, low: Float[Array, " n"], high: Float[Array, " n"], u: Float[Array, " n"]
) -> Float[Array, " n"]:
    """Draw from a marginal restricted to ``(low, high]``, one interval a draw.

    Parameters
    ----------
    marginal
        The feature's distribution.
    low, high
        Shape (n,): the ends, possibly infinite; `low` below `high`.
    u
        Shape (n,): uniforms in [0, 1]. The draw never decreases with its uniform.

    Returns
    -------
    Float[Array, " n"]
        Values in the intervals. Where the marginal has no mass in an interval, the draw is uniform between its ends
        (over the whole numbers there, if the marginal is one of whole numbers), or next to its one finite end.

    Raises
    ------
    PriorError
        If shapes differ, or an interval is empty.
    """
    low, high, u = (np.asarray(values, dtype=np.float64) for values in (low, high, u))
    if not (low.ndim == 1 and low.shape == high.shape == u.shape):
        shapes = f"{low.shape}, {high.shape} and {u.shape}"
        raise PriorError(f"one low, one high and one uniform a draw are needed, got shapes {shapes}; align them")
    if not (low < high).all():
        i = int(np.flatnonzero(~(low < high))[0])
        raise PriorError(f"interval {i} from {low[i]:g} to {high[i]:g} is empty; low must lie below high")
    if isinstance(marginal, FiniteMarginal):
        out, whole = _from_list(marginal, low, high, u)
    else:
        out, whole = _fromlatents_of(marginal, low, high, u), isinstance(marginal, Rounded) and marginal.step == 1.0
    lost = np.isnan(out)
    if lost.any():
        out[lost] = _without_mass(low[lost], high[lost], u[lost], whole)
    return out


def _from_list(marginal: FiniteMarginal, low: Array, high: Array, u: Array) -> tuple[Array, bool]:
    """Return draws among listed values, NaN where none lies within, and whether all values are whole numbers."""
    order = np.argsort(marginal.values(), kind="stable")  # a nominal feature's latent has an order of its own
    values = np.asarray(marginal.values())[order]
    ends = np.concatenate([[0.0], np.cumsum(np.asarray(marginal.probabilities())[order])])
    first, last = np.searchsorted(values, low, side="right"), np.searchsorted(values, high, side="right")
    at = ends[first] + u * (ends[last] - ends[first])
    index = np.clip(np.searchsorted(ends, at, side="right") - 1, first, np.maximum(last - 1, first))
    out = np.where(first < last, values[np.minimum(index, len(values) - 1)], np.nan)
    return out, bool((values == np.rint(values)).all())


def _fromlatents_of(marginal: Marginal, low: Array, high: Array, u: Array) -> Array:
    """Return draws through the latents that the ends belong to, NaN where none lies between."""
    ends, back = np.unique(np.concatenate([low, high]), return_inverse=True)
    below, above = latents_of(marginal, ends)
    # The first latent whose value lies above `low`, and the last whose value does not lie above `high`.
    first, last = above[back[: len(low)]], below[back[len(low) :]]
    flip = first > 0  # work with the small tail: 1 - p would lose it
    a, b = np.where(flip, -last, first), np.where(flip, -first, last)
    v = np.where(flip, 1.0 - u, u)
    with np.errstate(invalid="ignore"):
        z = ndtri(ndtr(a) + v * (ndtr(b) - ndtr(a)))
    z = np.clip(np.where(flip, -z, z), first, last)
    z[first > last] = np.nan
    kept = ~np.isnan(z)
    out = np.full(len(u), np.nan)
    # Maps are monotone up to a rounding error only.
    out[kept] = np.clip(marginal.quantile_z(z[kept]), np.nextafter(low[kept], np.inf), high[kept])
    return out


def latents_of(marginal: Marginal, ends: Array) -> tuple[Array, Array]:
    """Return, for each end, the last latent known to give a value up to it, and the first that gives more."""
    at = np.maximum.accumulate(marginal.quantile_z(_GRID.copy()))
    cell = np.searchsorted(at, ends, side="right")
    below = np.concatenate([[-np.inf], _GRID])[cell]
    above = np.append(_GRID, np.inf)[cell]
    inside = np.flatnonzero((cell > 0) & (cell < len(_GRID)))
    lo, hi, goal = below[inside], above[inside], ends[inside]
    for _ in range(_HALVINGS if len(inside) else 0):
        middle = (lo + hi) / 2.0
        up = marginal.quantile_z(middle) <= goal
        lo, hi = np.where(up, middle, lo), np.where(up, hi, middle)
    below[inside], above[inside] = lo, hi
    # Beyond the grid there is next to no mass: an end there takes the grid's own end.
    return np.where(np.isinf(below), -np.inf, np.minimum(below, _EDGE)), np.maximum(above, -_EDGE)


def _without_mass(low: Array, high: Array, u: Array, whole: bool) -> Array:
    """Return draws that the marginal does not foresee."""
    inside = np.nextafter(low, np.inf)
    bounded = np.isfinite(low) & np.isfinite(high)
    with np.errstate(invalid="ignore"):
        out = np.where(bounded, low + u * (high - low), np.where(np.isfinite(low), inside, high))
        if whole:
            first, last = np.floor(low) + 1.0, np.floor(high)
            ends = np.where(np.isfinite(low), first, last)
            number = np.where(bounded, np.minimum(first + np.floor(u * (last - first + 1.0)), last), ends)
            out = np.where(~bounded | (first <= last), number, out)
    return np.clip(out, inside, high)
