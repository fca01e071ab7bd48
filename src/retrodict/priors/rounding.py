"""Published numbers are rounded: what is stated is read with half a unit of its last digit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

import numpy as np

from retrodict.priors.marginals import Discrete, Marginal, constant, integer_moments, moments
from retrodict.priors.marginals.moments import LARGEST
from retrodict.results.notes import Note

Array = np.ndarray

_GRID = 401  # means that are tried within a rounding
_NEARLY = 2 / 3  # share of the largest variance from which a beta piles up on its two ends: its a + b is below 0.5
_NOISE = 1e-9  # relative size of an sd that floating point gives a constant column


def half_unit(number: Any) -> float:
    """Return half a unit of the last digit of a number as it is written: ``0.0008`` has 0.00005, ``44`` has 0.5.

    Parameters
    ----------
    number
        Its text, or a number, whose shortest text is taken. What is no number has 0.
    """
    try:
        exponent = Decimal(str(number)).as_tuple().exponent
    except InvalidOperation:
        return 0.0
    return 0.5 * 10.0 ** min(exponent, 0) if isinstance(exponent, int) else 0.0


@dataclass(frozen=True)
class Written:
    """How the numbers of one entry were written.

    Parameters
    ----------
    texts
        Path within the entry -> its text, such as ``("iqr", "0")``; numbers that are not there count by their value.
    """

    texts: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def half(self, value: float, *path: str) -> float:
        """Return half a unit of the last digit of a number."""
        return half_unit(self.texts.get(path, value))

    def bound(self, value: float | None, *path: str) -> float:
        """Return the same of a bound: 0 where it is whole, as the bounds of codes, counts and ages are exact."""
        if value is None or "." not in str(self.texts.get(path, "" if float(value).is_integer() else value)):
            return 0.0
        return self.half(value, *path)


def rounded_moments(
    mean: float,
    sd: float,
    low: float | None,
    high: float | None,
    *,
    written: Written,
    integer: bool = False,
    feature: str = "x",
) -> tuple[Marginal, Note | None]:
    """Return the marginal of a stated mean and standard deviation, each read within its rounding, and a note if due.

    As stated where that is possible. Where the standard deviation is the largest that two bounds allow, within the
    rounding of both, the column takes these two values alone: that of a column of zeros and ones is, and once rounded
    may even exceed what is possible. Else the nearest possible moments are taken.

    Parameters
    ----------
    mean, sd, low, high
        As `moments` takes them.
    written
        How they were written.
    integer
        Whether the feature is an integer.
    feature
        Its name, for messages.

    Raises
    ------
    PriorError
        If nothing within the rounding is possible.
    """
    make = integer_moments if integer else moments
    near_mean, near_sd = written.half(mean, "mean"), written.half(sd, "sd")
    if low is not None and low == high and sd >= 0:
        coarsest = max(near_sd, near_mean, written.half(low, "min"), written.half(low, "max"), _NOISE * abs(low))
        if sd <= coarsest and abs(mean - low) <= near_mean + max(written.bound(low, "min"), _NOISE * abs(low)):
            return constant(low), None
    if sd < 0 or not all(abs(value) <= LARGEST for value in (mean, sd, low or 0.0, high or 0.0)):
        return make(mean, sd, low, high, feature=feature), None  # which says what is wrong
    low, high = _opened(mean - near_mean, mean + near_mean, low, high, written)
    ends = (math.ceil(low), math.floor(high)) if integer and None not in (low, high) else (low, high)  # type: ignore[arg-type]
    possible = _Possible(ends[0], ends[1], integer)
    stated = possible.holds(mean, sd)
    alone = None if integer and stated else possible.nearest(mean, sd, near_mean, near_sd, two_values=True)
    if alone is not None and (not stated or sd**2 > _NEARLY * float(possible.most(mean)) ** 2):
        low, high = float(ends[0] or 0.0), float(ends[1] or 0.0)
        text = f"feature '{feature}': mean and sd are those of two values alone, {low:g} and {high:g}"
        told = Note("two_values_alone", text, feature=feature, values=[low, high])
        return Discrete(np.array([low, high]), np.array([high - alone[0], alone[0] - low])), told
    found = None if stated else possible.nearest(mean, sd, near_mean, near_sd)
    if found is None:
        return make(mean, sd, low, high, feature=feature), None
    text = f"feature '{feature}': mean {mean:g} and sd {sd:g} are impossible as they stand, and read as rounded"
    note = Note("read_as_rounded", text, feature=feature, mean=mean, sd=sd)
    return make(*found, low, high, feature=feature), note


def _opened(
    least: float, most: float, low: float | None, high: float | None, written: Written
) -> tuple[float | None, float | None]:
    """Move a bound that was rounded past the mean as far as its own rounding allows."""
    if low is not None and most < low and low - written.bound(low, "min") <= most:
        low = low - written.bound(low, "min")
    if high is not None and least > high and high + written.bound(high, "max") >= least:
        high = high + written.bound(high, "max")
    return low, high


@dataclass(frozen=True)
class _Possible:
    """Which means and standard deviations are possible between bounds."""

    low: float | None
    high: float | None
    integer: bool

    def most(self, mean: Any) -> Any:
        """Return the largest standard deviation at a mean: that of the two bounds alone."""
        if self.low is None or self.high is None:
            return np.full_like(np.asarray(mean, dtype=np.float64), np.inf)
        return np.sqrt(np.maximum((mean - self.low) * (self.high - mean), 0.0))

    def least(self, mean: Any) -> Any:
        """Return the smallest one: of integers that of the two that are next to the mean."""
        part = np.asarray(mean) - np.floor(mean)
        return np.sqrt(part * (1.0 - part)) if self.integer else np.zeros_like(part)

    def inside(self, mean: Any) -> Any:
        """Return whether a mean lies strictly between the bounds."""
        above = True if self.low is None else np.asarray(mean) > self.low
        below = True if self.high is None else np.asarray(mean) < self.high
        return np.logical_and(above, below)

    def holds(self, mean: float, sd: float) -> bool:
        """Return whether stated moments are possible as they are."""
        if sd == 0:
            at = (self.low is None or mean >= self.low) and (self.high is None or mean <= self.high)
            return bool(at and self.least(mean) == 0)
        return bool(self.inside(mean) and self.least(mean) <= sd and sd < self.most(mean))

    def nearest(
        self, mean: float, sd: float, near_mean: float, near_sd: float, *, two_values: bool = False
    ) -> tuple[float, float] | None:
        """Return possible moments within the rounding of stated ones; ``None`` where there are none.

        The nearest ones; but where the mean was rounded to a bound, or past it, the middle of what is possible. With
        `two_values`, those that only the two bounds have.
        """
        own = np.append(np.linspace(mean - near_mean, mean + near_mean, _GRID), mean)
        if two_values and (self.low is None or self.high is None):
            return None
        end = self.most(own)
        least = np.maximum(end if two_values else self.least(own), sd - near_sd)
        most = np.minimum(end if two_values or self.integer else end * (1.0 - _NOISE), sd + near_sd)
        at = np.flatnonzero(self.inside(own) & (least <= most) & (most > 0))
        if not len(at):
            bound = mean if self.low is None else max(mean, self.low)
            bound = bound if self.high is None else min(bound, self.high)
            constant_there = sd <= near_sd and abs(bound - mean) <= near_mean and self.least(bound) == 0
            return (float(bound), 0.0) if constant_there and not two_values else None
        own, taken = own[at], np.clip(sd, least[at], most[at])
        if not self.inside(mean) and not two_values:
            place = int(np.argsort(own, kind="stable")[len(own) // 2])
        else:
            near = [np.square((own - mean) / (near_mean or 1.0)), np.square((taken - sd) / (near_sd or 1.0))]
            place = int(np.argmin(near[0] + near[1]))
        return float(own[place]), float(taken[place])


def in_order(
    points: Mapping[float, float],
    written: Mapping[float, float],
    low: tuple[float | None, float],
    high: tuple[float | None, float],
) -> dict[float, float]:
    """Return quantiles that rounding put out of order, or past a bound, in order again.

    Parameters
    ----------
    points
        Probability -> value.
    written
        Probability -> half a unit of the value's last digit.
    low, high
        Bounds, each with half a unit of its last digit.

    Returns
    -------
    dict[float, float]
        The same quantiles; two that decrease by less than their rounding are taken to be equal. What decreases by more
        stays as it is, to be refused.
    """
    out = dict(sorted(points.items()))
    keys = list(out)
    for p in keys:
        for (bound, half), side in ((low, 1.0), (high, -1.0)):
            if bound is not None and 0 < side * (bound - out[p]) < written.get(p, 0.0) + half:
                out[p] = bound
    for before, after in pairwise(keys):
        gap = out[before] - out[after]
        if 0 < gap < written.get(before, 0.0) + written.get(after, 0.0):
            out[after] = out[before]
    return out
