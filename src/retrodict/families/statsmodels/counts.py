"""Noise of counts that statsmodels fits beside Poisson's: negative binomials of any power, generalised Poisson."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize_scalar
from scipy.special import gammaln, xlogy

from retrodict.models.noise.contract import Scaled

Array = np.ndarray

_FAR = 6.0
"""Logarithms on either side of a count between which its likeliest mean lies: beyond a factor of 400 nothing fits."""

_ALL = 1.0 - 1e-12
"""What cumulated probabilities reach, but for rounding, when no other count is left."""


@dataclass(frozen=True)
class PowerCounts(Scaled):
    """What both share: counts whose spread goes with a power of their mean.

    Parameters
    ----------
    scale
        How far they spread beyond Poisson's; the class says the variance.
    power
        The power `p` of statsmodels.
    """

    power: float = 2.0

    values: ClassVar[str] = "a whole number of at least 0"

    def admits(self, value: float) -> bool:
        """Whether it is a whole number of at least zero."""
        return math.isfinite(value) and value >= 0.0 and value == math.floor(value)

    def discrete(self, value: float) -> bool:
        """Return that it is: every count has a probability."""
        del value
        return True

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log P(value | mean)``; -inf where it can't be."""
        value, mean = np.broadcast_arrays(np.asarray(value, dtype=np.float64), np.asarray(mean, dtype=np.float64))
        possible = (value >= 0.0) & (value == np.floor(value)) & np.isfinite(value) & (mean > 0.0) & np.isfinite(mean)
        with np.errstate(invalid="ignore", divide="ignore"):
            logs = self._logs(np.where(possible, value, 0.0), np.where(possible, mean, 1.0))
        nothing = (mean == 0.0) & (value == 0.0)  # a mean of zero is zero for certain
        return np.where(possible & ~np.isnan(logs), logs, np.where(nothing, 0.0, -np.inf))

    def log_bound(self, value: float) -> float:
        """Return the log-probability at the likeliest mean."""
        return _log_top(self, float(value))

    def _logs(self, value: Array, mean: Array) -> Array:
        raise NotImplementedError


@lru_cache(maxsize=4_096)
def _log_top(noise: PowerCounts, value: float) -> float:
    if value == 0.0:
        return 0.0

    def lack(log_mean: float) -> float:
        found = -float(noise.log_density(value, np.array([math.exp(log_mean)]))[0])
        return found if math.isfinite(found) else 1e300

    around = math.log(value)
    starts = np.linspace(around - _FAR, around + _FAR, 61)
    best = float(starts[int(np.argmin([lack(start) for start in starts]))])
    found = minimize_scalar(lack, bounds=(best - 0.25, best + 0.25), method="bounded", options={"xatol": 1e-9})
    return -min(float(found.fun), lack(best), lack(around))


@dataclass(frozen=True)
class NegativeBinomialP(PowerCounts):
    """Negative binomial counts of variance ``m + scale m^power``: NB1 and NB2 are those of power one and two."""

    name: ClassVar[str] = "negative binomial counts"

    def scale_of(self, off: Float[Array, " n"], mean: Float[Array, " n"]) -> float:
        """Return the scale of the mean squared distance, zero where counts spread no more than Poisson's."""
        return max(float(np.mean((off**2 - mean) / mean**self.power)), 0.0)

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one count for each mean; zero where that is not above zero."""
        held = np.maximum(np.asarray(mean, dtype=np.float64), np.finfo(np.float64).tiny)
        size = held ** (2.0 - self.power) / self._scale
        drawn = rng.poisson(np.minimum(rng.standard_gamma(size) * held / size, 2.0**62)).astype(np.float64)
        return np.where(mean > 0.0, drawn, 0.0)

    def _logs(self, value: Array, mean: Array) -> Array:
        size = mean ** (2.0 - self.power) / self._scale
        ways = gammaln(value + size) - gammaln(size) - gammaln(value + 1.0)
        return np.asarray(ways - size * np.log1p(mean / size) + xlogy(value, mean) - value * np.log(mean + size))


@dataclass(frozen=True)
class GeneralizedPoisson(PowerCounts):
    """Generalised Poisson counts (Consul and Jain, 1973), of variance ``m (1 + scale m^(power - 1))^2``.

    A scale below zero makes them spread less than Poisson's; large counts then have no probability.
    """

    name: ClassVar[str] = "generalised Poisson counts"

    def scale_of(self, off: Float[Array, " n"], mean: Float[Array, " n"]) -> float:
        """Return the scale of the mean squared distance as a share of the mean, not below zero."""
        spread = math.sqrt(max(float(np.mean(off**2 / mean)), 1.0))
        return (spread - 1.0) / float(np.mean(mean ** (self.power - 1.0)))

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one count for each mean; zero where that is not above zero.

        With a scale of at least zero a count is all that descend from a Poisson number of first ones, each of which
        has a Poisson number of its own (Consul and Shoukri, 1988); below zero only finitely many counts are possible.
        """
        held = np.maximum(np.asarray(mean, dtype=np.float64), 0.0)
        more = self._scale * np.where(held > 0.0, held, 1.0) ** (self.power - 1.0)
        if self._scale < 0.0:
            return self._drawn_below(held, more, rng)
        alive = rng.poisson(held / (1.0 + more)).astype(np.float64)
        out = alive.copy()
        while alive.any():
            alive = rng.poisson(alive * more / (1.0 + more)).astype(np.float64)
            out += alive
        return out

    def _drawn_below(self, mean: Array, more: Array, rng: np.random.Generator) -> Float[Array, " n"]:
        """Return counts by their cumulated probabilities: those are few that are possible, or far beyond the mean."""
        asked, reached, out = rng.random(len(mean)), np.zeros(len(mean)), np.zeros(len(mean))
        open_ = np.flatnonzero(mean > 0.0)
        count = 0.0
        while len(open_):
            reached[open_] += np.exp(self.log_density(count, mean[open_]))
            out[open_] = count
            count += 1.0
            possible = mean[open_] + more[open_] * count > 0.0
            open_ = open_[possible & (asked[open_] > reached[open_]) & (reached[open_] < _ALL)]
        return out

    def _logs(self, value: Array, mean: Array) -> Array:
        more = self._scale * mean ** (self.power - 1.0)
        inner = mean + more * value
        logs = np.log(mean) + (value - 1.0) * np.log(inner) - value * np.log1p(more)
        return np.asarray(np.where(inner > 0.0, logs - gammaln(value + 1.0) - inner / (1.0 + more), np.nan))
