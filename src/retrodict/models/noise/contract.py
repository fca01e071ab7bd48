"""What every noise is: a distribution of the target given its prediction, with at most one free scale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, Self, runtime_checkable

import numpy as np
from jaxtyping import Float

Array = np.ndarray


@runtime_checkable
class Noise(Protocol):
    """A distribution of the target given its prediction. Equal ones are equal and hash alike."""

    @property
    def name(self) -> str:
        """What it is, for people: `Gaussian noise`."""
        ...

    @property
    def values(self) -> str:
        """The values that a target can have, for people: `a number above 0`."""
        ...

    @property
    def scale(self) -> float | None:
        """Its one free parameter, in the unit that the class says; ``None`` where it is unknown or there is none."""
        ...

    @property
    def scaled(self) -> bool:
        """Whether it has a scale, known or not."""
        ...

    @property
    def in_units(self) -> bool:
        """Whether the scale is a distance in target units."""
        ...

    @property
    def known(self) -> bool:
        """Whether nothing is left to be stated: densities can be computed."""
        ...

    @property
    def free(self) -> int:
        """Degrees of freedom of the chi-square that twice `log_bound` less twice `log_density` follows, at least about.

        One for all whose log-density is near quadratic at its top (Wilks, 1938); two for a Laplace distribution, whose
        loss is exponential exactly.
        """
        ...

    def with_scale(self, scale: float) -> Self:
        """Return it with another scale; as it is where it has none."""
        ...

    def scale_of(self, off: Float[Array, " n"], mean: Float[Array, " n"]) -> float | None:
        """Return the scale that targets' distances `off` from their predictions show; ``None`` where it has none."""
        ...

    def admits(self, value: float) -> bool:
        """Whether a target can have this value."""
        ...

    def discrete(self, value: float) -> bool:
        """Whether a target has this very value with a probability, so that `log_density` is the log of that."""
        ...

    def log_density(self, value: Float[Array, " n"] | float, mean: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return ``log p(value | mean)``, a log-probability where targets are counts; -inf where it can't be."""
        ...

    def log_bound(self, value: float) -> float:
        """Return the greatest ``log p(value | mean)`` of any mean, which is finite: rejection needs it."""
        ...

    def draw(self, mean: Float[Array, " n"], rng: np.random.Generator) -> Float[Array, " n"]:
        """Return one target for each mean."""
        ...


@dataclass(frozen=True)
class Scaled:
    """Noise with a scale.

    Parameters
    ----------
    scale
        In the unit that the class says; ``None`` where it is not stored.
    """

    scale: float | None = None

    scaled: ClassVar[bool] = True
    in_units: ClassVar[bool] = False
    free: ClassVar[int] = 1

    @property
    def known(self) -> bool:
        """Whether the scale is."""
        return self.scale is not None

    def with_scale(self, scale: float) -> Self:
        """Return it with another scale."""
        return replace(self, scale=scale)

    def discrete(self, value: float) -> bool:
        """Return that it is not: its targets have a density."""
        del value
        return False

    @property
    def _scale(self) -> float:
        if self.scale is None:
            raise ValueError("the noise scale is not known")
        return self.scale
