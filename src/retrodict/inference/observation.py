"""Outputs the model is known to have produced, as likelihoods of rows."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from scipy.special import xlogy

from retrodict.errors import ObservationError
from retrodict.schema import Target, class_of

Array = np.ndarray


class Observation(Protocol):
    """One output of the model. Observations are hashable: equal ones share one posterior."""

    @property
    def name(self) -> str:
        """What was observed, for people."""
        ...

    @property
    def log_bound(self) -> float:
        """The largest log-likelihood any row can have: what makes rejection exact."""
        ...

    def log_likelihood(self, output: Float[Array, "n ..."]) -> Float[Array, " n"]:
        """Return the log-likelihood of the observation under each row's output, never above `log_bound`."""
        ...


@runtime_checkable
class Nearby(Observation, Protocol):
    """An observation that outputs can come near to without being it: a value, or a vector."""

    @property
    def free(self) -> int:
        """How many entries of the output are free to differ from it."""
        ...

    @property
    def evidence_is(self) -> str:
        """What its evidence is: `density` or `relative likelihood`."""
        ...

    @property
    def loosen(self) -> str:
        """What lets outputs that differ more count as this one, for people."""
        ...

    def distance(self, output: Float[Array, "n ..."]) -> Float[Array, " n"]:
        """Return how far each row's output lies from it, in the output's units."""
        ...

    def apart(self, distance: float) -> str:
        """Say a distance in words."""
        ...


@dataclass(frozen=True)
class Label:
    """The model's output was this class: ``p(y|x)``.

    Parameters
    ----------
    index
        The class's place among the model's classes.
    label
        The class itself.
    """

    index: int
    label: Hashable

    @classmethod
    def of(cls, label: Hashable, target: Target) -> Label:
        """Look a class up among the model's; see `class_of` for how labels are compared.

        Raises
        ------
        ObservationError
            If the model has no such class.
        """
        index = class_of(label, target.classes)
        if index is None:
            raise ObservationError(f"class {label!r} is none of the model's; it has {list(target.classes)}")
        return cls(index, target.classes[index])

    @property
    def name(self) -> str:
        """The class."""
        return str(self.label)

    @property
    def log_bound(self) -> float:
        """A probability is at most one."""
        return 0.0

    def log_likelihood(self, output: Float[Array, "n k"]) -> Float[Array, " n"]:
        """Return the class's column of ``log p(y|x)``."""
        return output[:, self.index]


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
    precision: float = 200.0

    def __post_init__(self) -> None:
        q = np.asarray(self.probabilities, dtype=np.float64)
        if q.ndim != 1 or not np.isfinite(q).all() or (q < 0).any() or abs(q.sum() - 1.0) > 0.01:
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
