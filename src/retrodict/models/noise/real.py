"""Noise of targets that can be any number: squared, absolute and quantile losses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from retrodict.models.noise.contract import Scaled

Array = np.ndarray


@dataclass(frozen=True)
class _Real(Scaled):
    values: ClassVar[str] = "a finite number"
    in_units: ClassVar[bool] = True

    def admits(self, value: float) -> bool:
        """Whether it is a finite number."""
        return math.isfinite(value)


@dataclass(frozen=True)
class Gaussian(_Real):
    """Squared error: a normal distribution; `scale` is its standard deviation, in target units."""

    name: ClassVar[str] = "Gaussian noise"

    def scale_of(self, off: Float[Array, " n"], mean: Float[Array, " n"]) -> float:
        """Return the root of the mean squared distance."""
        del mean
        return float(np.sqrt(np.mean(off**2)))

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log p(value | mean)``."""
        return self.log_bound(0.0) - 0.5 * ((value - mean) / self._scale) ** 2

    def log_bound(self, value: float) -> float:
        """Return the log-density at the mean, which is the same for every value."""
        del value
        return -math.log(self._scale * math.sqrt(2.0 * math.pi))

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one target for each mean."""
        return mean + self._scale * rng.standard_normal(len(mean))


@dataclass(frozen=True)
class Laplace(_Real):
    """Absolute and quantile (pinball) loss: a Laplace distribution, of which the prediction is the `quantile`.

    `scale` is twice the mean pinball loss, in target units: of the median, the mean absolute deviation. The density is
    ``2 q (1 - q) / scale * exp(-2 (y - m) (q - [y < m]) / scale)``, an asymmetric Laplace distribution where `q` is no
    half (Koenker & Machado, JASA 94, 1999).
    """

    quantile: float = 0.5

    free: ClassVar[int] = 2

    @property
    def name(self) -> str:
        """What it is, with the quantile where that is not the median."""
        return "Laplace noise" if self.quantile == 0.5 else f"asymmetric Laplace noise of quantile {self.quantile:g}"

    def _loss(self, off: Array) -> Array:
        """Twice the pinball loss."""
        return 2.0 * off * (self.quantile - (off < 0.0))

    def scale_of(self, off: Float[Array, " n"], mean: Float[Array, " n"]) -> float:
        """Return the mean of twice the pinball loss, the scale of largest likelihood."""
        del mean
        return float(self._loss(off).mean())

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log p(value | mean)``."""
        return self.log_bound(0.0) - self._loss(value - mean) / self._scale

    def log_bound(self, value: float) -> float:
        """Return the log-density at the prediction, which is the same for every value."""
        del value
        return math.log(2.0 * self.quantile * (1.0 - self.quantile) / self._scale)

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one target for each mean: a difference of two exponentials."""
        above, below = rng.standard_exponential((2, len(mean)))
        return mean + 0.5 * self._scale * (above / self.quantile - below / (1.0 - self.quantile))
