"""What an observation is to engines: a bounded log-likelihood of rows, by the model's outputs for them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

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
        """What its evidence is: `density`, `probability` or `relative likelihood`."""
        ...

    @property
    def loosen(self) -> str | None:
        """What lets outputs that differ more count as this one, for people; ``None`` where nothing does."""
        ...

    def distance(self, output: Float[Array, "n ..."]) -> Float[Array, " n"]:
        """Return how far each row's output lies from it, in the output's units."""
        ...

    def apart(self, distance: float) -> str:
        """Say a distance in words."""
        ...


@runtime_checkable
class Sloped(Observation, Protocol):
    """An observation whose log-likelihood changes with outputs little by little. A capability."""

    def slope(self, output: Float[Array, "n ..."]) -> Float[Array, "n ..."]:
        """Return the derivative of the log-likelihood by each entry of each row's output, in the output's shape."""
        ...
