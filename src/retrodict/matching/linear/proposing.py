"""What offers possible rows to the pool of columns: those that would lower the misfit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Proposed:
    """Possible rows with labels, the dearest first or in any order, none of them twice.

    Parameters
    ----------
    keys
        A number for each row and label, the same whenever it is offered and of no other that trees tell apart from it,
        shape (m,).
    codes
        Shape (m, d).
    labels
        Their places in the equations' labels, shape (m,).
    """

    keys: Int[Array, " m"]
    codes: Int[Array, "m d"]
    labels: Int[Array, " m"]

    def __len__(self) -> int:
        return len(self.keys)


class Proposer(Protocol):
    """Offers possible rows by their price: how fast the misfit falls as a column enters, per its length."""

    @property
    def complete(self) -> bool:
        """Whether there is no such row where none is offered: all were looked at."""
        ...

    def best(
        self,
        residual: Float[Array, "sites Q"],
        least: float,
        many: int,
        taken: Int[Array, " p"],
        amounts: Float[Array, " p"],
    ) -> Proposed:
        """Return rows of high price.

        Parameters
        ----------
        residual
            Weighed totals less what is explained, shape (sites, Q).
        least
            The price from which a row is worth a place.
        many
            At most so many rows.
        taken
            Keys of those that are in the pool.
        amounts
            How many of each the solution has.
        """
        ...

    def state(self) -> dict[str, Array]:
        """Return what the next offers depend on beside what they are asked with, by names that begin with "offer"."""
        ...

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go back to where `state` was taken."""
        ...
