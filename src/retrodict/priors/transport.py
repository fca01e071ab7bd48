"""What priors of this room share: they sample by transporting standard normals, and show themselves."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

_SHOWN = 8  # features named where a prior shows itself


class Transport:
    """Mixin: a prior samples by transporting standard normals; a subclass says how it transports and describes."""

    schema: Schema
    latent_dim: int
    notes: tuple[Note, ...]

    def __repr__(self) -> str:
        head = f"{type(self).__name__}: {len(self.schema)} features from {self.latent_dim} latents"
        shown = [f"{f.name} ({f.kind})" for f in self.schema.features[:_SHOWN]]
        more = [f"... {len(self.schema) - _SHOWN} more"] if len(self.schema) > _SHOWN else []
        return "\n".join([head, "  " + ", ".join([*shown, *more]), *(f"  note: {note}" for note in self.notes)])

    def transport(self, z: Float[Array, "n m"]) -> Float[Array, "n d"]:
        """Map standard normal latents to rows; see `Prior.transport`."""
        raise TypeError(f"{type(self).__name__} does not say how it transports")

    def sample(self, n: int, rng: np.random.Generator) -> Float[Array, "n d"]:
        """Draw `n` rows, shape (n, d), by transporting `n` standard normals."""
        return self.transport(rng.standard_normal((n, self.latent_dim)))
