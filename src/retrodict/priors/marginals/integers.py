"""An integer marginal from a mean, a standard deviation and, where known, bounds."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize
from scipy.special import log_softmax, logsumexp

from retrodict.errors import PriorError
from retrodict.priors.marginals.contract import Marginal
from retrodict.priors.marginals.discrete import Discrete, Rounded, constant
from retrodict.priors.marginals.moments import LARGEST, check_moments, matched_quantile, moments

Array = np.ndarray

_LARGEST = 4096  # integers up to which the moments are matched exactly, by a table
_SHEPPARD = 1 / 12  # the variance that rounding adds
_GRADIENT = 1e-10  # where the search for the tilt ends: moments are then met to as much
_SLACK = 1e-6  # how near a limit counts as on it: published moments are rounded


def integer_moments(
    mean: float, sd: float, low: float | None = None, high: float | None = None, *, feature: str = "x"
) -> Marginal:
    """Return a marginal over integers with this mean and standard deviation.

    The family of `moments` over half a unit more on each side, rounded, and then tilted (by the exponential of a
    quadratic) until both moments hold exactly. Where more than 4,096 integers matter, it is rounded only: the moments
    then hold up to a small part of one unit.

    Parameters
    ----------
    mean, sd
        In the feature's units.
    low, high
        Bounds, both included; ``None`` where unknown. Fractions are tightened to the integers within.
    feature
        Its name, for messages.

    Returns
    -------
    Marginal
        A `Discrete`, or a `Rounded` where the integers are too many.

    Raises
    ------
    PriorError
        If no distribution over the integers within the bounds has this mean and standard deviation.
    """
    check_moments(mean, sd if sd == 0 else 0.0, low, high, feature)
    low = None if low is None else float(math.ceil(low))
    high = None if high is None else float(math.floor(high))
    limit = _check_lattice(mean, sd, low, high, feature)
    if limit is not None:
        return limit
    inner_sd = math.sqrt(max(sd**2 - _SHEPPARD, 0.0))
    ends = (None if low is None else low - 0.5, None if high is None else high + 0.5)
    if inner_sd < 0.3:  # rounding can't be so narrow: start from equal weights near the mean
        first, last = math.floor(mean) - 12, math.ceil(mean) + 12
        first = first if low is None else max(first, int(low))
        last = last if high is None else min(last, int(high))
        return _matched(np.arange(first, last + 1.0), np.ones(last - first + 1), mean, sd)
    exact = matched_quantile(mean, inner_sd, *ends)
    reach = np.rint(exact(np.array([-8.2, 8.2])))
    first_value, last_value = np.clip(reach, -np.inf if low is None else low, np.inf if high is None else high)
    if last_value - first_value >= _LARGEST:
        inner = moments(mean, inner_sd, *ends, feature=feature)
        return Rounded(inner, -math.inf if low is None else low, math.inf if high is None else high)
    support = np.arange(first_value, last_value + 1.0)
    edges = np.append(support - 0.5, last_value + 0.5)
    shares = -np.diff(exact.frozen.cdf(-edges)) if exact.reflected else np.diff(exact.frozen.cdf(edges))
    return _matched(support, shares, mean, sd)


def _check_lattice(mean: float, sd: float, low: float | None, high: float | None, feature: str) -> Marginal | None:
    """Refuse what no integers can have; return the marginal itself where the limits leave but one."""
    if LARGEST < sd < math.inf:
        raise PriorError(f"feature '{feature}': sd is too large to be squared, got {sd:g}; scale the column")
    if sd < 0 or not math.isfinite(sd):
        raise PriorError(f"feature '{feature}': sd must be a finite number and not negative, got {sd:g}; correct it")
    below = math.floor(mean)
    least = math.sqrt((mean - below) * (below + 1 - mean))
    if sd == 0 and least == 0:
        return constant(mean)
    if sd < least - _SLACK * max(1.0, least):
        raise PriorError(
            f"feature '{feature}': sd {sd:g} is impossible for integers with mean {mean:g}; it must be at least "
            f"{least:.6g}"
        )
    most = math.inf if low is None or high is None else math.sqrt(max((mean - low) * (high - mean), 0.0))
    if (low is not None and mean < low) or (high is not None and mean > high):
        raise PriorError(f"feature '{feature}': mean {mean:g} lies outside the integers {low} to {high}; correct one")
    if sd > most + _SLACK * max(1.0, most):
        raise PriorError(
            f"feature '{feature}': sd {sd:g} is impossible with mean {mean:g}, min {low:g} and max {high:g}; "
            f"it must be at most {most:.6g}"
        )
    if low is not None and high is not None and sd >= most - _SLACK * max(1.0, most):
        return constant(mean) if low == high else Discrete(np.array([low, high]), np.array([high - mean, mean - low]))
    if sd <= least + _SLACK * max(1.0, least):
        return Discrete(np.array([below, below + 1.0]), np.array([below + 1 - mean, mean - below]))
    if mean in (low, high):
        raise PriorError(f"feature '{feature}': mean {mean:g} lies on a bound, which only sd 0 allows, got sd {sd:g}")
    return None


def _matched(support: Float[Array, " k"], shares: Float[Array, " k"], mean: float, sd: float) -> Discrete:
    """Tilt shares by exp(a t + b t^2) to the mean and standard deviation: a smooth convex problem in (a, b)."""
    t = (support - mean) / sd
    basis = np.stack([t, t**2])
    goal = np.array([0.0, 1.0])
    with np.errstate(divide="ignore"):
        start = np.log(np.maximum(shares, 0.0))

    def tilted(tilt: Array) -> tuple[Array, float]:
        logits = start + tilt @ basis
        return np.exp(log_softmax(logits)), float(logsumexp(logits))

    def value(tilt: Array) -> float:
        return tilted(tilt)[1] - float(tilt @ goal)

    def slope(tilt: Array) -> Array:
        return basis @ tilted(tilt)[0] - goal

    def curvature(tilt: Array) -> Array:
        p = tilted(tilt)[0]
        centred = basis - (basis @ p)[:, None]
        return (centred * p) @ centred.T

    solution = minimize(
        value, np.zeros(2), jac=slope, hess=curvature, method="trust-exact", options={"gtol": _GRADIENT}
    )
    p = tilted(solution.x)[0]
    return Discrete(support, p)
