"""What every prior is to inference: a transport of a standard normal to rows."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from retrodict.schema import Schema

Array = np.ndarray


@runtime_checkable
class Prior(Protocol):
    """What is assumed about the features before the model is asked: the law of ``T(z)``, ``z ~ N(0, I)``."""

    @property
    def schema(self) -> Schema:
        """The features it draws."""
        ...

    @property
    def latent_dim(self) -> int:
        """The number of coordinates of ``z``."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of how it was made (a repaired correlation matrix, say)."""
        ...

    def transport(self, z: Float[Array, "n m"]) -> Float[Array, "n d"]:
        """Map standard normal latents to rows in the schema's encoding.

        Parameters
        ----------
        z
            float64, shape (n, latent_dim).

        Returns
        -------
        Float[Array, "n d"]
            Rows; NaN is missing. The input is left as it was.
        """
        ...

    def sample(self, n: int, rng: np.random.Generator) -> Float[Array, "n d"]:
        """Draw `n` rows."""
        ...

    def describe(self) -> dict[str, Any]:
        """Return what the prior is as plain data (JSON), for provenance."""
        ...


@runtime_checkable
class Enumerable(Prior, Protocol):
    """A prior over finitely many states, which can list them."""

    def n_states(self) -> int | None:
        """Return the number of states, ``None`` where they are not finite; cheap."""
        ...

    def states(self) -> tuple[Float[Array, "m d"], Float[Array, " m"]]:
        """Return every state with its log-probability, shapes (m, d) and (m,)."""
        ...


class Transport:
    """Mixin: a prior samples by transporting standard normals."""

    schema: Schema
    latent_dim: int
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        head = f"{type(self).__name__}: {len(self.schema)} features from {self.latent_dim} latents"
        shown = [f"{f.name} ({f.kind})" for f in self.schema.features[:8]]
        more = [f"... {len(self.schema) - 8} more"] if len(self.schema) > 8 else []
        return "\n".join([head, "  " + ", ".join([*shown, *more]), *(f"  note: {note}" for note in self.notes)])

    def transport(self, z: Float[Array, "n m"]) -> Float[Array, "n d"]:
        """Map standard normal latents to rows; see `Prior.transport`."""
        raise TypeError(f"{type(self).__name__} does not say how it transports")

    def sample(self, n: int, rng: np.random.Generator) -> Float[Array, "n d"]:
        """Draw `n` rows, shape (n, d), by transporting `n` standard normals."""
        return self.transport(rng.standard_normal((n, self.latent_dim)))
