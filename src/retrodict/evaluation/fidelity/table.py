"""A table as the measures take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Float

from retrodict.evaluation.fidelity.resampling import Resample

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Table:
    """Rows with bootstrap weights.

    Parameters
    ----------
    X
        Codes of a layout; NaN is missing.
    weights
        Of the rows.
    points
        The rows in the common encoding; empty where no measure of whole rows is taken.
    """

    X: Float[Array, "n d"]
    weights: Resample
    points: Float[Array, "n p"]

    @classmethod
    def of(cls, X: Float[Array, "n d"], rng: np.random.Generator, points: Float[Array, "n p"] | None = None) -> Self:
        """Draw the weights of a table."""
        return cls(X, Resample.of(len(X), rng), np.empty((len(X), 0)) if points is None else points)

    def __len__(self) -> int:
        return len(self.X)
