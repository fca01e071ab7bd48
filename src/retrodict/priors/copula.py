"""Features with given marginals, tied by a normal copula."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from jaxtyping import Float

from retrodict.priors.columns import check_marginals, missing_features, transport_columns
from retrodict.priors.conditional.copula import copula_law
from retrodict.priors.conditional.law import Law
from retrodict.priors.correlation import Correlation, latent_correlation
from retrodict.priors.derivative import latent_gradient
from retrodict.priors.digest import digest
from retrodict.priors.independent import describe_features
from retrodict.priors.marginals import Marginal
from retrodict.priors.repair import check_correlation, repaired
from retrodict.priors.transport import Transport
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

_SHOWN = 12  # features up to which the matrix itself is described, not only its digest


@dataclass(frozen=True, eq=False, repr=False)
class CopulaPrior(Transport):
    """Marginals tied by the correlation of their latents (a normal copula).

    Latents as in `IndependentPrior`: those of the missing rates are left uncorrelated.

    Parameters
    ----------
    schema
        The features; their `missing` is the probability of a missing value.
    marginals
        One a feature, in the schema's order.
    correlation
        Shape (d, d), of the *latents*; see `CopulaPrior.from_stated` for correlations of the features. If it is not
        positive definite the nearest one that is takes its place, and a note says so.
    notes
        What a user should know of how it was made.
    class_shares
        Class -> share of the target in the sample or file it came from, if known.

    Raises
    ------
    PriorError
        If marginals and schema do not fit or the matrix is no correlation matrix.
    """

    schema: Schema
    marginals: tuple[Marginal, ...]
    correlation: Float[Array, "d d"]
    notes: tuple[Note, ...] = ()
    class_shares: Mapping[Hashable, float] | None = None
    _factor: Float[Array, "d d"] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_marginals(self.schema, self.marginals)
        matrix, notes = repaired(check_correlation(self.correlation, self.schema.names), self.schema.names)
        object.__setattr__(self, "correlation", matrix)
        object.__setattr__(self, "notes", (*self.notes, *notes))
        object.__setattr__(self, "_factor", np.linalg.cholesky(matrix))

    @classmethod
    def from_stated(
        cls,
        schema: Schema,
        marginals: tuple[Marginal, ...],
        stated: Sequence[Correlation],
        notes: tuple[Note, ...] = (),
        class_shares: Mapping[Hashable, float] | None = None,
    ) -> Self:
        """Make the copula in which the features have stated correlations; see `latent_correlation`.

        Raises
        ------
        PriorError
            If a correlation is out of reach or names no feature.
        """
        return cls(schema, marginals, latent_correlation(schema, marginals, stated), notes, class_shares)

    @property
    def latent_dim(self) -> int:  # type: ignore[override]  # the mixin declares it as a plain attribute
        """The number of features and of features that can be missing."""
        return len(self.schema) + len(missing_features(self.schema))

    def transport(self, z: Float[Array, "n m"]) -> Float[Array, "n d"]:
        """Map standard normal latents to rows; see `Prior.transport`."""
        return transport_columns(z, self.schema, self.marginals, self._factor)

    def latent_gradient(self, z: Float[Array, "n m"], gradient: Float[Array, "n d"]) -> Float[Array, "n m"]:
        """Return the gradient with respect to latents; see `Smooth.latent_gradient`."""
        return latent_gradient(z, gradient, self.schema, self.marginals, self._factor)

    def given_others(self, X: Float[Array, "n d"], column: int) -> Law:
        """Return the law of a column, normal in its latent or a mixture of normals; see `Conditional.given_others`."""
        return copula_law(self.schema, self.marginals, self.correlation, X, column)

    def describe(self) -> dict[str, Any]:
        """Return marginals and correlation as plain data (of a large matrix: its digest)."""
        matrix = self.correlation
        shown = np.round(matrix, 6).tolist() if len(matrix) <= _SHOWN else {"sha256": digest(matrix)}
        features = describe_features(self.schema, self.marginals)
        return {"kind": "copula", "features": features, "latent_correlation": shown}
