"""How a regressor's target lies around its prediction: the likelihood that its training objective states."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, Self, runtime_checkable

import numpy as np
from jaxtyping import Float
from scipy.special import gammaln, xlogy

from retrodict.models.contract import Model, Regressor

Array = np.ndarray


class Noise(Protocol):
    """A distribution of the target given its prediction."""

    @property
    def name(self) -> str:
        """What it is, for people: `Gaussian noise`."""
        ...

    @property
    def scale(self) -> float | None:
        """Its one free parameter, in the unit that the class says; ``None`` where it is unknown or there is none."""
        ...

    @property
    def known(self) -> bool:
        """Whether nothing is left to be stated: densities can be computed."""
        ...

    def with_scale(self, scale: float) -> Self:
        """Return it with another scale."""
        ...

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log p(value | mean)``, a log-probability where targets are counts; -inf where it can't be."""
        ...

    def log_bound(self, value: float) -> float:
        """Return the greatest ``log p(value | mean)`` of any mean: rejection needs it; infinite where there is none."""
        ...

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one target for each mean."""
        ...


@dataclass(frozen=True)
class _Scaled:
    scale: float | None = None

    @property
    def known(self) -> bool:
        return self.scale is not None

    def with_scale(self, scale: float) -> Self:
        return replace(self, scale=scale)

    @property
    def _scale(self) -> float:
        if self.scale is None:
            raise ValueError("the noise scale is not known")
        return self.scale


@dataclass(frozen=True)
class Gaussian(_Scaled):
    """Squared error: a normal distribution; `scale` is its standard deviation, in target units."""

    name = "Gaussian noise"

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log p(value | mean)``."""
        return self.log_bound(0.0) - 0.5 * ((value - mean) / self._scale) ** 2

    def log_bound(self, value: float) -> float:
        """Return its greatest value over means."""
        return float(-np.log(self._scale * np.sqrt(2.0 * np.pi)))

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one target for each mean."""
        return mean + self._scale * rng.standard_normal(len(mean))


@dataclass(frozen=True)
class Laplace(_Scaled):
    """Absolute error: a Laplace distribution around its median; `scale` is the mean absolute deviation.

    `quantile` other than a half is the pinball loss: an asymmetric Laplace distribution of which the prediction is that
    quantile, with density ``q (1 - q) / scale * exp(-(y - m) (q - [y < m]) / scale)`` (Koenker and Machado, 1999).
    With a half, and for `scale` to be the mean absolute deviation, the loss is counted twice.
    """

    quantile: float = 0.5
    name = "Laplace noise"

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log p(value | mean)``."""
        off = value - mean
        return self.log_bound(0.0) - 2.0 * off * (self.quantile - (off < 0.0)) / self._scale

    def log_bound(self, value: float) -> float:
        """Return its greatest value over means."""
        return float(np.log(2.0 * self.quantile * (1.0 - self.quantile) / self._scale))

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one target for each mean."""
        above, below = rng.standard_exponential((2, len(mean)))
        return mean + 0.5 * self._scale * (above / self.quantile - below / (1.0 - self.quantile))


@dataclass(frozen=True)
class Poisson:
    """Counts: a Poisson distribution; it has no scale."""

    name = "Poisson counts"
    scale: float | None = None
    known = True

    def with_scale(self, scale: float) -> Self:
        """Return it as it is: its mean is all that it has."""
        del scale
        return self

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log P(value | mean)``."""
        mean = np.asarray(mean, dtype=np.float64)
        possible = (np.asarray(value) >= 0) & (np.asarray(value) == np.floor(value))
        counted = np.where(possible, value, 0.0)
        with np.errstate(invalid="ignore"):
            return np.where(possible & (mean >= 0), xlogy(counted, mean) - mean - gammaln(counted + 1.0), -np.inf)

    def log_bound(self, value: float) -> float:
        """Return its greatest value over means: at the mean that equals the count."""
        return float(self.log_density(np.array([value]), np.array([max(value, 0.0)]))[0])

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one count for each mean."""
        return rng.poisson(mean).astype(np.float64)


@runtime_checkable
class Noisy(Regressor, Protocol):
    """A regressor whose noise is not Gaussian, or need not be. A capability."""

    @property
    def noise(self) -> Noise:
        """The distribution of its target around its prediction."""
        ...


def noise_of(model: Model) -> Noise | None:
    """Return the noise of a regressor, Gaussian where it says nothing else; ``None`` of a classifier."""
    if isinstance(model, Noisy):
        return model.noise
    return Gaussian(model.noise_scale) if isinstance(model, Regressor) else None
