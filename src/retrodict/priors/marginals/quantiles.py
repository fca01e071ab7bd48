"""A marginal through stated quantiles: piecewise linear in the latent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr, ndtri

from retrodict.errors import PriorError

Array = np.ndarray

_FEW = 12  # knots up to which comparing with each of them is quickest
_RANGE_IN_SDS = 6.0  # how many standard deviations a bare range is taken to span


@dataclass(frozen=True, eq=False)
class Quantiles:
    """A piecewise normal distribution through knots; make one with `quantiles`.

    Between knots the value is linear in the latent. Beyond the last one it goes on with the last slope, or, where a
    bound is known, approaches it exponentially, with the same slope at the knot.

    Parameters
    ----------
    latents, knots
        Shape (k,), k >= 1: standard normal quantiles, increasing, and the values there, never decreasing.
    low, high
        Bounds, possibly infinite.
    slopes
        The slope at the first and at the last knot, in units of the value a unit of latent.
    """

    latents: Float[Array, " k"]
    knots: Float[Array, " k"]
    low: float
    high: float
    slopes: tuple[float, float]

    def quantile_z(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Map standard normals piecewise linearly; see `Marginal.quantile_z`."""
        if len(self.latents) <= _FEW:
            count = np.zeros(len(z), dtype=np.int8)
            for latent in self.latents:
                count += z >= latent
            segment = count.astype(np.intp)
        else:
            segment = np.searchsorted(self.latents, z, side="right")
        # Segment k begins at knot k - 1; the first one goes down from knot 0.
        first, last = self.latents[0], self.latents[-1]
        rise = np.diff(self.knots) / np.diff(self.latents)
        out = z - np.append(first, self.latents).take(segment)
        out *= np.concatenate([[self.slopes[0]], rise, [self.slopes[1]]]).take(segment)
        out += np.append(self.knots[0], self.knots).take(segment)
        if math.isfinite(self.low):
            _approach(out, z, z < first, first, self.knots[0], self.low, self.slopes[0])
        if math.isfinite(self.high):
            _approach(out, z, z > last, last, self.knots[-1], self.high, self.slopes[1])
        return out

    def breaks(self) -> Float[Array, " k"]:
        """Return the latents of the knots."""
        return self.latents

    def describe(self) -> dict[str, Any]:
        """Return quantiles and bounds as plain data."""
        points = {f"{p:.6g}": float(x) for p, x in zip(ndtr(self.latents).tolist(), self.knots.tolist(), strict=True)}
        ends = {"min": self.low, "max": self.high}
        return {"kind": "quantiles", "quantiles": points, **{k: v for k, v in ends.items() if math.isfinite(v)}}


def _approach(out: Array, z: Array, where: Array, knot_z: float, knot: float, bound: float, slope: float) -> None:
    """Replace the values beyond a knot by an exponential approach to the bound, in place."""
    gap = knot - bound
    index = np.flatnonzero(where)
    if gap == 0:
        out[index] = bound
        return
    tail = z[index]
    tail -= knot_z
    tail *= slope / gap  # negative on both sides: the bound lies in the direction of the tail
    np.exp(tail, out=tail)
    tail *= gap
    tail += bound
    out[index] = tail


def quantiles(
    points: Mapping[float, float], low: float | None = None, high: float | None = None, *, feature: str = "x"
) -> Quantiles:
    """Return the marginal through quantiles; a median with an interquartile range is ``{.25: a, .5: m, .75: b}``.

    Parameters
    ----------
    points
        Probability -> value; probabilities 0 and 1 are bounds. One inner quantile is enough where both bounds are
        known: the range is then taken as six standard deviations.
    low, high
        Bounds, in the feature's units; ``None`` where unknown.
    feature
        Its name, for messages.

    Raises
    ------
    PriorError
        If a probability is outside [0, 1], values decrease or are not finite, bounds contradict them, or the
        quantiles are too few.
    """
    where = f"feature '{feature}'"
    for p, x in points.items():
        if not 0 <= p <= 1:
            raise PriorError(f"{where}: a quantile's probability must lie in [0, 1], got {p}; correct it")
        if not math.isfinite(x):
            raise PriorError(f"{where}: the {p:g} quantile must be a finite number, got {x}; correct it")
    low, high = _bound(points.get(0), low, max, where, "min"), _bound(points.get(1), high, min, where, "max")
    inner = sorted((p, x) for p, x in points.items() if 0 < p < 1)
    for (p, x), (q, y) in pairwise(inner):
        if y < x:
            raise PriorError(
                f"{where}: quantiles must not decrease, got {x:g} at {p:g} and {y:g} at {q:g}; reorder them"
            )
    if not inner or (len(inner) < 2 and (low is None or high is None)):
        raise PriorError(
            f"{where}: give at least two quantiles with probabilities between 0 and 1, or one with min and max, "
            f"got {len(inner)}"
        )
    latents, knots = ndtri([p for p, _ in inner]), np.array([float(x) for _, x in inner])
    if (low is not None and knots[0] < low) or (high is not None and knots[-1] > high):
        side, bound = ("min", low) if low is not None and knots[0] < low else ("max", high)
        raise PriorError(f"{where}: quantiles {knots[0]:g} to {knots[-1]:g} pass {side} {bound:g}; correct one of them")
    if len(inner) == 1:
        slope = ((high or 0.0) - (low or 0.0)) / _RANGE_IN_SDS
        slopes = (slope, slope)
    else:
        rise = np.diff(knots) / np.diff(latents)
        slopes = (float(rise[0]), float(rise[-1]))
    return Quantiles(latents, knots, -math.inf if low is None else low, math.inf if high is None else high, slopes)


def _bound(point: float | None, bound: float | None, tighter: Any, where: str, side: str) -> float | None:
    if bound is not None and not math.isfinite(bound):
        raise PriorError(f"{where}: {side} must be a finite number, got {bound}; correct it")
    return bound if point is None else point if bound is None else float(tighter(point, bound))
