"""A marginal from a mean, a standard deviation and, where known, bounds."""

from __future__ import annotations

import math
from typing import Any

from scipy import stats

from retrodict.errors import PriorError
from retrodict.priors.marginals.closed import Normal
from retrodict.priors.marginals.contract import Marginal
from retrodict.priors.marginals.discrete import constant
from retrodict.priors.marginals.scipy_quantile import ScipyQuantile
from retrodict.priors.marginals.tabulated import tabulate

LARGEST = 1e150
"""Numbers beyond it have squares that are no floating-point numbers."""


def moments(
    mean: float, sd: float, low: float | None = None, high: float | None = None, *, feature: str = "x"
) -> Marginal:
    """Return a continuous marginal with exactly this mean and standard deviation.

    No bounds: a normal. One bound: a gamma that starts at it (reflected for an upper bound). Both: a beta scaled to
    them. A standard deviation of zero gives a constant.

    Parameters
    ----------
    mean, sd
        In the feature's units.
    low, high
        Bounds, in the same units; ``None`` where unknown.
    feature
        Its name, for messages.

    Returns
    -------
    Marginal
        A `Normal`, or a table of the beta or gamma quantile.

    Raises
    ------
    PriorError
        If no distribution within the bounds has this mean and standard deviation.
    """
    check_moments(mean, sd, low, high, feature)
    if sd == 0:
        return constant(mean)
    if low is None and high is None:
        return Normal(mean, sd)
    about = {"kind": matched_family(low, high), "mean": mean, "sd": sd, "min": low, "max": high}
    about = {key: value for key, value in about.items() if value is not None}
    exact = matched_quantile(mean, sd, low, high)
    return tabulate(exact, -math.inf if low is None else low, math.inf if high is None else high, about)


def matched_family(low: float | None, high: float | None) -> str:
    """Return the family that `moments` uses for these bounds."""
    if low is None and high is None:
        return "normal"
    return "beta" if low is not None and high is not None else "gamma"


def matched_quantile(mean: float, sd: float, low: float | None, high: float | None) -> ScipyQuantile:
    """Return the exact quantile of the family with these moments and bounds, which must be possible."""
    frozen: Any
    if low is None and high is None:
        return ScipyQuantile(stats.norm(mean, sd))
    if low is not None and high is not None:
        share = (mean - low) / (high - low)
        size = (mean - low) * (high - mean) / sd**2 - 1  # a + b of the beta
        return ScipyQuantile(stats.beta(share * size, (1 - share) * size, loc=low, scale=high - low))
    distance = mean - low if low is not None else (high or 0.0) - mean
    start = low if low is not None else -(high or 0.0)
    frozen = stats.gamma((distance / sd) ** 2, loc=start, scale=sd**2 / distance)
    return ScipyQuantile(frozen, reflected=low is None)


def check_moments(mean: float, sd: float, low: float | None, high: float | None, feature: str) -> None:
    """Refuse a mean and standard deviation that no distribution within the bounds has.

    Raises
    ------
    PriorError
        Naming the feature and the feasible range.
    """
    for name, value in (("mean", mean), ("sd", sd), ("min", low), ("max", high)):
        if value is not None and not math.isfinite(value):
            raise PriorError(f"feature '{feature}': {name} must be a finite number, got {value}; correct it")
        if value is not None and abs(value) > LARGEST:
            raise PriorError(f"feature '{feature}': {name} is too large to be squared, got {value:g}; scale the column")
    if sd < 0:
        raise PriorError(f"feature '{feature}': sd must not be negative, got {sd:g}; correct it")
    if low is not None and high is not None and low > high:
        raise PriorError(f"feature '{feature}': min {low:g} is above max {high:g}; swap or correct them")
    outside = (low is not None and mean < low) or (high is not None and mean > high)
    if outside:
        raise PriorError(f"feature '{feature}': mean {mean:g} lies outside {_range(low, high)}; correct one of them")
    if sd > 0 and mean in (low, high):
        raise PriorError(
            f"feature '{feature}': mean {mean:g} lies on a bound of {_range(low, high)}, which only sd 0 allows, "
            f"got sd {sd:g}; correct one of them"
        )
    if sd > 0 and low is not None and high is not None and sd**2 >= (mean - low) * (high - mean):
        most = math.sqrt((mean - low) * (high - mean))
        raise PriorError(
            f"feature '{feature}': sd {sd:g} is impossible with mean {mean:g}, min {low:g} and max {high:g}; "
            f"it must be below {most:.6g}"
        )


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"max {high:g}"
    return f"min {low:g}" if high is None else f"min {low:g} and max {high:g}"
