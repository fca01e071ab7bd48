"""Tweedie deviance: sums of a Poisson number of gammas, so that a target is zero with a probability."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from scipy.special import gammaln, logsumexp

from retrodict.models.noise.contract import Scaled

Array = np.ndarray

_TERMS = 1e7
"""Index of the largest term of the series beyond which its parts cancel to fewer digits than the saddlepoint has."""

_BEYOND, _MORE = 12.0, 30.0
"""Terms that are summed: so many of their standard deviations beyond the largest, and so many terms more."""


@dataclass(frozen=True)
class Tweedie(Scaled):
    """Tweedie deviance of a power between one and two: zero or more, in sums such as a year's claims.

    The mean is `m` and the variance ``scale m^power``. A target is the sum of ``N`` gammas, ``N`` Poisson of mean
    ``m^(2-power) / (scale (2-power))``: it is zero where ``N`` is, with a probability, and has a density above zero.

    Parameters
    ----------
    scale
        Its dispersion.
    power
        Above one and below two.

    References
    ----------
    Dunn & Smyth, Series evaluation of Tweedie exponential dispersion model densities, Statistics and Computing 15,
    2005.
    """

    power: float = 1.5

    name: ClassVar[str] = "Tweedie noise"
    values: ClassVar[str] = "a number of at least 0"

    def __post_init__(self) -> None:
        if not 1.0 < self.power < 2.0:
            raise ValueError(f"the Tweedie power must be above 1 and below 2, got {self.power}")

    def admits(self, value: float) -> bool:
        """Whether it is a finite number of at least zero."""
        return math.isfinite(value) and value >= 0.0

    def discrete(self, value: float) -> bool:
        """Whether it is zero, which alone has a probability."""
        return value == 0.0

    def scale_of(self, off: Float[Array, " n"], mean: Float[Array, " n"]) -> float:
        """Return the mean squared distance over the power of the prediction (Pearson's estimate)."""
        return float(np.mean(off**2 / mean**self.power))

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log p(value | mean)``, at a value of zero the log of its probability; -inf for means below zero.

        Each distinct value costs one series, whatever the number of means.
        """
        value, mean = np.broadcast_arrays(np.asarray(value, dtype=np.float64), np.asarray(mean, dtype=np.float64))
        possible = (value >= 0.0) & np.isfinite(value) & (mean >= 0.0) & np.isfinite(mean)
        y, m = np.where(possible, value, 1.0), np.where(possible, mean, 1.0)
        distinct, place = np.unique(y, return_inverse=True)
        tops = np.array([self.log_bound(one) for one in distinct.tolist()])[place].reshape(y.shape)
        return np.where(possible, tops - self._lack(y, m), -np.inf)

    def log_bound(self, value: float) -> float:
        """Return the log-density at the mean that equals the value; zero is certain at a mean of zero."""
        return 0.0 if value == 0.0 else _log_top(value, self._scale, self.power)

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one target for each mean; zero where that is not above zero."""
        mean, p = np.maximum(mean, 0.0), self.power
        number = rng.poisson(mean ** (2.0 - p) / (self._scale * (2.0 - p)))
        return rng.standard_gamma(number * (2.0 - p) / (p - 1.0)) * self._scale * (p - 1.0) * mean ** (p - 1.0)

    def _lack(self, value: Array, mean: Array) -> Array:
        """Return half the deviance over the scale, without cancellation where the mean is near the value."""
        p, above = self.power, value > 0.0
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            ratio = np.log(mean / np.where(above, value, 1.0))
            terms = np.expm1((2.0 - p) * ratio) / (2.0 - p) - np.expm1((1.0 - p) * ratio) / (1.0 - p)
            at_zero = mean ** (2.0 - p) / (2.0 - p)
            return np.where(above, np.maximum(terms, 0.0) * value ** (2.0 - p), at_zero) / self._scale


@lru_cache(maxsize=4_096)
def _log_top(value: float, scale: float, power: float) -> float:
    """Return the log-density of a value above zero at the mean that equals it."""
    each = (2.0 - power) / (power - 1.0)  # the shape of one gamma
    largest = value ** (2.0 - power) / (scale * (2.0 - power))
    if largest > _TERMS:
        return -0.5 * math.log(2.0 * math.pi * scale) - 0.5 * power * math.log(value)
    reach = _BEYOND * math.sqrt(largest / (1.0 + each)) + _MORE
    j = np.arange(max(1.0, math.floor(largest - reach)), math.ceil(largest + reach) + 1.0)
    log_z = each * (math.log(value) - math.log(power - 1.0)) - (1.0 + each) * math.log(scale) - math.log(2.0 - power)
    series = float(logsumexp(j * log_z - gammaln(1.0 + j) - gammaln(each * j)))
    return series - math.log(value) - largest * (1.0 + each)
