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
