"""A marginal by the name of a scipy distribution and its parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

import numpy as np
from scipy import stats

from retrodict.errors import PriorError
from retrodict.priors.marginals.contract import Marginal
from retrodict.priors.marginals.discrete import LARGEST_TABLE, Discrete, Rounded
from retrodict.priors.marginals.scipy_quantile import ScipyQuantile
from retrodict.priors.marginals.tabulated import tabulate

Array = np.ndarray

_LEAST_MASS = 1e-12  # what must be left between min and max
_LOST_MASS = 1e-7  # what may lie beyond the table of a discrete distribution, rounding included


def named(
    distribution: str,
    parameters: Mapping[str, float],
    low: float | None = None,
    high: float | None = None,
    *,
    integer: bool = False,
    feature: str = "x",
) -> tuple[Marginal, float | None, float | None]:
    """Return a scipy distribution as a marginal, cut to bounds where given, and the ends of its support.

    Discrete distributions are exact: thresholds of the latent, for up to 65,536 values. Continuous ones are tabulated;
    for an integer feature they are rounded.

    Parameters
    ----------
    distribution
        A name of `scipy.stats`, such as ``lognorm``, ``poisson``.
    parameters
        By scipy's own names, such as ``{"s": 0.5, "scale": 2}``.
    low, high
        Where the distribution is cut (and renormalised between); ``None`` leaves its own support.
    integer
        Whether the feature is an integer.
    feature
        Its name, for messages.

    Returns
    -------
    tuple[Marginal, float | None, float | None]
        The marginal and its finite bounds.

    Raises
    ------
    PriorError
        If the name or a parameter is unknown, absent, not a finite number or impossible, or nothing is left between
        the bounds.
    """
    where = f"feature '{feature}'"
    frozen, discrete = _frozen(distribution, parameters, where)
    first, last = (float(end) for end in frozen.support())
    low = first if low is None else max(low, first)
    high = last if high is None else min(high, last)
    if discrete:
        table = _discrete(frozen, low, high, f"{where}: {distribution}")
        ends = [float(end) if math.isfinite(end) else None for end in (low, high)]
        return table, ends[0], ends[1]
    cut = ScipyQuantile(frozen, low if low > first else -math.inf, high if high < last else math.inf)
    if low > high or not float(frozen.cdf(high) - frozen.cdf(low)) > _LEAST_MASS:
        raise PriorError(f"{where}: {distribution} has no mass between {low:g} and {high:g}; widen min and max")
    about = {"kind": distribution, **{key: float(value) for key, value in parameters.items()}}
    about |= {key: end for key, end in (("min", low), ("max", high)) if math.isfinite(end)}
    bounds = low if math.isfinite(low) else None, high if math.isfinite(high) else None
    try:
        inner = tabulate(cut, low, high, about)
    except PriorError as error:
        raise PriorError(f"{where}: {distribution}: {error}") from error
    if not integer:
        return inner, *bounds
    whole = math.ceil(low) if math.isfinite(low) else low, math.floor(high) if math.isfinite(high) else high
    if whole[0] > whole[1]:
        raise PriorError(f"{where}: no integer lies between {low:g} and {high:g}; widen min and max")
    ends = [float(end) if math.isfinite(end) else None for end in whole]
    return Rounded(inner, *whole), ends[0], ends[1]


def _discrete(frozen: Any, low: float, high: float, what: str) -> Discrete:
    """Return a discrete distribution as a table of its probabilities.

    Only the probability function is asked: scipy's general distribution functions over integers sum it from the start,
    which for heavy tails fills the memory.
    """
    middle = float(frozen.ppf(0.5))
    first, last = (float(end) for end in frozen.support())
    around = np.arange(max(first, middle - LARGEST_TABLE // 2), min(last, middle + LARGEST_TABLE // 2) + 1)
    if high - low < LARGEST_TABLE:
        support = np.arange(math.ceil(low), math.floor(high) + 1.0)
    elif frozen.pmf(around).sum() > 1 - _LOST_MASS:
        support = around[(around >= low) & (around <= high)]
    else:
        raise PriorError(
            f"{what} spreads over more than {LARGEST_TABLE:,} values; give min and max, or use a continuous one"
        )
    shares = frozen.pmf(support)
    if not shares.sum() > _LEAST_MASS:
        raise PriorError(f"{what} has no mass between {low:g} and {high:g}; widen min and max")
    return Discrete(support, shares)


@cache
def distributions() -> frozenset[str]:
    """Return the names of scipy's univariate distributions."""
    kinds = (stats.rv_continuous, stats.rv_discrete)
    return frozenset(name for name in dir(stats) if isinstance(getattr(stats, name), kinds))


def is_discrete(distribution: str) -> bool:
    """Return whether a name is one of scipy's distributions over integers."""
    return distribution in distributions() and isinstance(getattr(stats, distribution), stats.rv_discrete)


def _frozen(distribution: str, parameters: Mapping[str, float], where: str) -> tuple[Any, bool]:
    if distribution not in distributions():
        near = get_close_matches(distribution, sorted(distributions()), 3)
        hint = f"did you mean {' or '.join(near)}?" if near else "use a name of scipy.stats, such as norm or gamma"
        raise PriorError(f"{where}: unknown distribution '{distribution}'; {hint}")
    maker = getattr(stats, distribution)
    discrete = is_discrete(distribution)
    shapes = [name.strip() for name in maker.shapes.split(",")] if maker.shapes else []
    allowed = [*shapes, "loc", *([] if discrete else ["scale"])]
    for name, value in parameters.items():
        if name not in allowed:
            near = get_close_matches(name, allowed, 1)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(allowed)}"
            raise PriorError(f"{where}: {distribution} has no parameter '{name}'; {hint}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise PriorError(f"{where}: {distribution}'s {name} must be a finite number, got {value!r}; correct it")
    absent = [name for name in shapes if name not in parameters]
    if absent:
        raise PriorError(f"{where}: {distribution} needs {', '.join(absent)}; add {'them' if absent[1:] else 'it'}")
    frozen = maker(**parameters)
    if not np.isfinite(frozen.ppf(0.5)):
        given = ", ".join(f"{name} {value:g}" for name, value in parameters.items())
        raise PriorError(f"{where}: {distribution} does not exist with {given}; see scipy.stats.{distribution}")
    return frozen, discrete
