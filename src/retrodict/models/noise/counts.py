"""Noise of targets that are counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from jaxtyping import Float
from scipy.special import gammaln, xlogy

from retrodict.models.noise.contract import Scaled

Array = np.ndarray

LARGEST = 2.0**62
"""A mean above it draws as it does: numpy counts in 64 bits."""


class _Counts:
    """What all counts share."""

    values: ClassVar[str] = "a whole number of at least 0"

    def admits(self, value: float) -> bool:
        """Whether it is a whole number of at least zero."""
        return math.isfinite(value) and value >= 0.0 and value == math.floor(value)

    def discrete(self, value: float) -> bool:
        """Return that it is: every count has a probability."""
        del value
        return True


def _counted(value: Array | float) -> tuple[Array, Array]:
    """Return which values are counts, and the values with zero in place of the others."""
    value = np.asarray(value, dtype=np.float64)
    possible = (value >= 0.0) & (value == np.floor(value)) & np.isfinite(value)
    return possible, np.where(possible, value, 0.0)


@dataclass(frozen=True)
class Poisson(_Counts):
    """Poisson loss: a Poisson distribution, which has no scale. A mean below zero, as some links give, has no counts.

    Drawn from, such a mean is zero.
    """

    name: ClassVar[str] = "Poisson counts"
    scale: ClassVar[None] = None
    scaled: ClassVar[bool] = False
    in_units: ClassVar[bool] = False
    known: ClassVar[bool] = True
    free: ClassVar[int] = 1

    def with_scale(self, scale: float) -> Self:
        """Return it as it is: its mean is all that it has."""
        del scale
        return self

    def scale_of(self, off: Float[Array, " n"], mean: Float[Array, " n"]) -> None:
        """Return that it has none."""
        del off, mean

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log P(value | mean)``."""
        possible, counted = _counted(value)
        mean = np.asarray(mean, dtype=np.float64)
        held = np.where(mean >= 0.0, mean, 0.0)
        return np.where(possible & (mean >= 0.0), xlogy(counted, held) - held - gammaln(counted + 1.0), -np.inf)

    def log_bound(self, value: float) -> float:
        """Return the log-probability at the mean that equals the count."""
        return float(self.log_density(value, np.array([value]))[0])

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one count for each mean."""
        return rng.poisson(np.clip(mean, 0.0, LARGEST)).astype(np.float64)


@dataclass(frozen=True)
class NegativeBinomial(_Counts, Scaled):
    """Counts that spread more than Poisson's: of variance ``m + scale m^2`` (NB2), a Poisson whose mean is gamma."""

    name: ClassVar[str] = "negative binomial counts"

    def scale_of(self, off: Float[Array, " n"], mean: Float[Array, " n"]) -> float:
        """Return the scale of the mean squared distance, zero where counts spread no more than Poisson's."""
        return max(float(np.mean((off**2 - mean) / mean**2)), 0.0)

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log P(value | mean)``."""
        possible, counted = _counted(value)
        mean = np.asarray(mean, dtype=np.float64)
        held, size = np.where(mean >= 0.0, mean, 0.0), 1.0 / self._scale
        ways = gammaln(counted + size) - gammaln(size) - gammaln(counted + 1.0)
        logs = ways - size * np.log1p(held / size) + xlogy(counted, held) - counted * np.log(held + size)
        return np.where(possible & (mean >= 0.0), logs, -np.inf)

    def log_bound(self, value: float) -> float:
        """Return the log-probability at the mean that equals the count."""
        return float(self.log_density(value, np.array([value]))[0])

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one count for each mean."""
        means = rng.standard_gamma(1.0 / self._scale, len(mean)) * self._scale * np.maximum(mean, 0.0)
        return rng.poisson(np.minimum(means, LARGEST)).astype(np.float64)
