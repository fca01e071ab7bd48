"""What every marginal is to a prior: a monotone map of one standard normal coordinate."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

Array = np.ndarray


@runtime_checkable
class Marginal(Protocol):
    """The distribution of one feature's present values."""

    def quantile_z(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Map standard normals to values in the schema's encoding, never decreasing in the marginal's own order.

        Parameters
        ----------
        z
            float64, shape (n,), contiguous; left as it was.

        Returns
        -------
        Float[Array, " n"]
            Numbers in the feature's units, or category indices.
        """
        ...

    def breaks(self) -> Float[Array, " k"]:
        """Return the latents at which the map jumps or bends, for quadrature; empty where it is smooth."""
        ...

    def describe(self) -> dict[str, Any]:
        """Return the distribution as plain data (JSON)."""
        ...


@runtime_checkable
class FiniteMarginal(Marginal, Protocol):
    """A marginal over finitely many values."""

    def values(self) -> Float[Array, " k"]:
        """Return the values of positive probability, in the order of the latent."""
        ...

    def probabilities(self) -> Float[Array, " k"]:
        """Return the probability of each of `values`; they sum to one."""
        ...


@runtime_checkable
class Invertible(Marginal, Protocol):
    """A marginal of numbers that says by a formula which latents have a value: others are searched for them."""

    def latents_at(self, values: Float[Array, " n"]) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return the least and the greatest latent of each value, one and the same but for atoms.

        Values outside the range have the latents of its nearer end; what is said of NaN is not looked at.
        """
        ...
