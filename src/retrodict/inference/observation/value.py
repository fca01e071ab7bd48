"""A regressor's value that was seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.errors import ObservationError
from retrodict.models.noise import Noise

Array = np.ndarray

_APART = 1e-6
"""What predictions are changed by, in parts, where slopes of densities are taken."""


@dataclass(frozen=True)
class Value:
    """A regressor's target had this value: ``p(value | f(x))`` of the model's noise.

    Parameters
    ----------
    value
        The observed value, in target units.
    noise
        How the target lies around the prediction, with its scale where it has one.

    Raises
    ------
    ObservationError
        If the value is none that a target with this noise can have, or the scale is not known or not positive.
    """

    value: float
    noise: Noise

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ObservationError(f"an observed value must be a finite number, got {self.value}")
        scale = self.noise.scale
        if self.noise.scaled and not (scale is not None and math.isfinite(scale) and scale > 0):
            raise ObservationError(f"the noise scale must be a positive number, got {scale}")
        if not self.noise.admits(self.value):
            raise ObservationError(
                f"an observed value must be {self.noise.values}, as the model's likelihood is {self.noise.name}, got "
                f"{self.value:g}; leave it out"
            )

    @property
    def name(self) -> str:
        """The value."""
        return f"{self.value:g}"

    @property
    def log_bound(self) -> float:
        """The log-density where the prediction is the likeliest for this value."""
        return self.noise.log_bound(self.value)

    @property
    def free(self) -> int:
        """One number; see `Noise.free`."""
        return self.noise.free

    @property
    def evidence_is(self) -> str:
        """A density, per unit of the target; of a count a probability."""
        return "probability" if self.noise.discrete(self.value) else "density"

    @property
    def loosen(self) -> str | None:
        """A larger noise scale, where there is one."""
        return "state a larger noise scale" if self.noise.scaled else None

    def distance(self, output: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return how far each row's prediction lies from the value."""
        return np.abs(output - self.value)

    def apart(self, distance: float) -> str:
        """Say the distance, in noise scales where these are in the target's unit."""
        scale = self.noise.scale
        if scale is None or not self.noise.in_units:
            return f"{distance:.3g} away"
        return f"{distance / scale:.3g} noise scales ({scale:.3g}) away"

    def log_likelihood(self, output: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return the log-density of the value around each row's prediction."""
        return self.noise.log_density(self.value, output)

    def slope(self, output: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return the slope of the log-density by the prediction, as a difference; see `Sloped.slope`."""
        apart = _APART * np.maximum(np.abs(output), self.noise.scale or 1.0)
        higher, lower = (self.noise.log_density(self.value, output + side) for side in (apart, -apart))
        with np.errstate(invalid="ignore"):
            return np.nan_to_num((higher - lower) / (2.0 * apart), posinf=0.0, neginf=0.0)
