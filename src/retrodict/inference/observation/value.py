"""A regressor's value that was seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.errors import ObservationError

Array = np.ndarray


@dataclass(frozen=True)
class Value:
    """A regressor's target had this value: ``N(y; f(x), noise_scale^2)``.

    Parameters
    ----------
    value
        The observed value, in target units.
    noise_scale
        Standard deviation of the target around the prediction.

    Raises
    ------
    ObservationError
        If either is not finite, or the scale is not positive.
    """

    value: float
    noise_scale: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ObservationError(f"an observed value must be a finite number, got {self.value}")
        if not (math.isfinite(self.noise_scale) and self.noise_scale > 0):
            raise ObservationError(f"the noise scale must be a positive number, got {self.noise_scale}")

    @property
    def name(self) -> str:
        """The value."""
        return f"{self.value:g}"

    @property
    def log_bound(self) -> float:
        """The Gaussian density's peak."""
        return -math.log(self.noise_scale * math.sqrt(2.0 * math.pi))

    @property
    def free(self) -> int:
        """One number."""
        return 1

    @property
    def evidence_is(self) -> str:
        """A density, per unit of the target."""
        return "density"

    @property
    def loosen(self) -> str:
        """A larger noise scale."""
        return "state a larger noise scale"

    def distance(self, output: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return how far each row's prediction lies from the value."""
        return np.abs(output - self.value)

    def apart(self, distance: float) -> str:
        """Say the distance in noise scales."""
        return f"{distance / self.noise_scale:.3g} noise scales ({self.noise_scale:.3g}) away"

    def log_likelihood(self, output: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return the Gaussian log-density of the value around each row's prediction."""
        return self.log_bound - 0.5 * ((self.value - output) / self.noise_scale) ** 2
