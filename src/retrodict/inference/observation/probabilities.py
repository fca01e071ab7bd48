"""A probability vector that was seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import xlogy

from retrodict.errors import ObservationError

Array = np.ndarray

PRECISION = 200.0
"""Labels that a probability vector is taken to be worth where nothing else is said: matched to about 0.07."""

_SLACK = 0.01
"""How far shares may miss one in sum: published ones are rounded. They are scaled to one."""


@dataclass(frozen=True)
class Probabilities:
    """The model's output was this probability vector ``q``, seen with finite precision.

    The likelihood is ``exp(-precision KL(q || p(.|x)))``: that of `precision` labels in the shares `q`, relative to
    the best fit, so that it is at most one and an exact match reaches it. Rows are matched to within about
    ``1/sqrt(precision)`` in probability.

    Parameters
    ----------
    probabilities
        One share a class, in the model's order; they sum to one.
    precision
        The equivalent number of labels.

    Raises
    ------
    ObservationError
        If the shares are no distribution, or the precision is not positive.
    """

    probabilities: tuple[float, ...]
    precision: float = PRECISION

    def __post_init__(self) -> None:
        q = np.asarray(self.probabilities, dtype=np.float64)
        if q.ndim != 1 or not np.isfinite(q).all() or (q < 0).any() or abs(q.sum() - 1.0) > _SLACK:
            raise ObservationError(
                f"an observed probability vector must be non-negative and sum to 1, got {list(self.probabilities)}"
            )
        if not (math.isfinite(self.precision) and self.precision > 0):
            raise ObservationError(f"precision must be a positive number of labels, got {self.precision}")
        object.__setattr__(self, "probabilities", tuple(float(share) for share in q / q.sum()))

    @property
    def name(self) -> str:
        """The vector, to three digits."""
        return "[" + ", ".join(f"{share:.3g}" for share in self.probabilities) + "]"

    @property
    def log_bound(self) -> float:
        """An exact match has divergence zero."""
        return 0.0

    @property
    def free(self) -> int:
        """The shares sum to one."""
        return max(len(self.probabilities) - 1, 1)

    @property
    def evidence_is(self) -> str:
        """A likelihood relative to that of an exact match."""
        return "relative likelihood"

    @property
    def loosen(self) -> str:
        """A lower precision."""
        return "lower the precision"

    def distance(self, output: Float[Array, "n k"]) -> Float[Array, " n"]:
        """Return the largest difference of a probability."""
        return np.abs(np.exp(output) - np.asarray(self.probabilities)).max(axis=1)

    def apart(self, distance: float) -> str:
        """Say the largest difference."""
        return f"which differs by {distance:.3g} in a probability"

    def log_likelihood(self, output: Float[Array, "n k"]) -> Float[Array, " n"]:
        """Return ``-precision KL(q || p(.|x))`` for each row."""
        q = np.asarray(self.probabilities)
        seen = q > 0
        cross = output[:, seen] @ q[seen]
        # Rounding may lift a perfect match above the bound by an ulp.
        return np.minimum(self.precision * (cross - xlogy(q, q).sum()), 0.0)

    def slope(self, output: Float[Array, "n k"]) -> Float[Array, "n k"]:
        """Return ``precision q`` in each row; see `Sloped.slope`."""
        return np.tile(self.precision * np.asarray(self.probabilities), (len(output), 1))
