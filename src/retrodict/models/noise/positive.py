"""Noise of targets above zero: gamma deviance, and the inverse Gaussian of generalised linear models."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from retrodict.models.noise.contract import Scaled

Array = np.ndarray

_STIRLING = 1e5
"""Shape above which the log-gamma function and its leading terms, each large, would cancel."""


@dataclass(frozen=True)
class _Positive(Scaled):
    values: ClassVar[str] = "a number above 0"

    def admits(self, value: float) -> bool:
        """Whether it is a finite number above zero."""
        return math.isfinite(value) and value > 0.0

    def log_bound(self, value: float) -> float:
        """Return the log-density at the mean that equals the value."""
        return float(self._log_top(np.array(value)))

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log p(value | mean)``; -inf for means that are not above zero."""
        value, mean = np.broadcast_arrays(np.asarray(value, dtype=np.float64), np.asarray(mean, dtype=np.float64))
        possible = (value > 0.0) & np.isfinite(value) & (mean > 0.0) & np.isfinite(mean)
        y, m = np.where(possible, value, 1.0), np.where(possible, mean, 1.0)
        return np.where(possible, self._log_top(y) - self._lack(y, m), -np.inf)

    def _log_top(self, value: Array) -> Array:
        """Return the log-density at means that equal the values."""
        raise NotImplementedError

    def _lack(self, value: Array, mean: Array) -> Array:
        """Return half the deviance over the scale."""
        raise NotImplementedError


@dataclass(frozen=True)
class Gamma(_Positive):
    """Gamma deviance: a gamma distribution of mean `m`; `scale` is its dispersion, one over its shape.

    The variance is ``scale m^2``: the scale has no unit.
    """

    name: ClassVar[str] = "gamma noise"

    def scale_of(self, off: Float[Array, " n"], mean: Float[Array, " n"]) -> float:
        """Return the mean squared distance as a share of the prediction (Pearson's estimate)."""
        return float(np.mean((off / mean) ** 2))

    def _log_top(self, value: Array) -> Array:
        shape = 1.0 / self._scale
        if shape > _STIRLING:
            return 0.5 * math.log(shape / (2.0 * math.pi)) - 1.0 / (12.0 * shape) - np.log(value)
        return shape * math.log(shape) - shape - math.lgamma(shape) - np.log(value)

    def _lack(self, value: Array, mean: Array) -> Array:
        ratio = (value - mean) / mean
        return (ratio - np.log1p(ratio)) / self._scale

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one target for each mean; zero where that is not above zero."""
        return rng.standard_gamma(1.0 / self._scale, len(mean)) * self._scale * np.maximum(mean, 0.0)


@dataclass(frozen=True)
class InverseGaussian(_Positive):
    """The inverse Gaussian distribution of mean `m`; `scale` is its dispersion, of variance ``scale m^3``."""

    name: ClassVar[str] = "inverse Gaussian noise"

    def scale_of(self, off: Float[Array, " n"], mean: Float[Array, " n"]) -> float:
        """Return the mean squared distance over the cube of the prediction (Pearson's estimate)."""
        return float(np.mean(off**2 / mean**3))

    def _log_top(self, value: Array) -> Array:
        return -0.5 * (math.log(2.0 * math.pi * self._scale) + 3.0 * np.log(value))

    def _lack(self, value: Array, mean: Array) -> Array:
        return 0.5 * ((value - mean) / mean) ** 2 / (value * self._scale)

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one target for each mean; zero where that is not above zero."""
        possible = mean > 0.0
        return np.where(possible, rng.wald(np.where(possible, mean, 1.0), 1.0 / self._scale), 0.0)
