"""The other columns of known rows, as latents of a prior's marginals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from retrodict.priors.marginals import Marginal
from retrodict.priors.marginals.inverse import POINT, latents_of, log_weight
from retrodict.schema import Schema

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Others:
    """What is known of rows but one column.

    Parameters
    ----------
    low, high
        Stretches of latents, shape (n, d); NaN where nothing is known, as of the column itself.
    missing
        Which values are missing, shape (n, d); none of the column itself.
    """

    low: Float[Array, "n d"]
    high: Float[Array, "n d"]
    missing: Bool[Array, "n d"]

    @property
    def point(self) -> Bool[Array, "n d"]:
        """Where a value has one latent."""
        return np.asarray(self.high - self.low <= POINT)  # NaN compares as false

    @property
    def box(self) -> Bool[Array, "n d"]:
        """Where a value has a stretch of latents."""
        return np.asarray(self.high - self.low > POINT)

    def rates(self, schema: Schema) -> Float[Array, " n"]:
        """Return the log-probability of which of the other values are missing; that of the column is left out."""
        missing = np.array([feature.missing for feature in schema.features])
        with np.errstate(divide="ignore"):
            logs = np.where(self.missing, np.log(missing), np.log1p(-missing))
        known = self.missing | ~np.isnan(self.low)
        return np.asarray(np.where(known, logs, 0.0).sum(axis=1))


def others_of(
    marginals: Sequence[Marginal], X: Float[Array, "n d"], column: int, *, only: Sequence[int] | None = None
) -> Others:
    """Return the latents of all columns but one.

    Parameters
    ----------
    marginals
        One a feature.
    X
        Rows; NaN is missing.
    column
        The one that is not known, whatever it holds.
    only
        The columns to look at; by default all.
    """
    low, high = np.full(X.shape, np.nan), np.full(X.shape, np.nan)
    for j in range(X.shape[1]) if only is None else only:
        if j != column:
            low[:, j], high[:, j] = latents_of(marginals[j], X[:, j])
    missing = np.isnan(X)
    missing[:, column] = False
    return Others(low, high, missing)


def log_densities(marginals: Sequence[Marginal], others: Others) -> tuple[Float[Array, "n d"], Float[Array, "n d"]]:
    """Return the log-density of each known value under its own marginal, and which of them are atoms."""
    logs, atoms = np.zeros(others.low.shape), np.zeros(others.low.shape)
    for j, marginal in enumerate(marginals):
        if not np.isnan(others.low[:, j]).all():
            logs[:, j], atoms[:, j] = log_weight(marginal, others.low[:, j], others.high[:, j])
    return logs, atoms
