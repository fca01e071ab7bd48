"""Features that know nothing of one another."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict.errors import PriorError
from retrodict.priors.columns import check_marginals, missing_features, transport_columns
from retrodict.priors.conditional.independent import independent_law
from retrodict.priors.conditional.law import Law
from retrodict.priors.derivative import latent_gradient
from retrodict.priors.marginals import FiniteMarginal, Marginal
from retrodict.priors.transport import Transport
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema

Array = np.ndarray

LARGEST_LISTING = 10_000_000
"""Most states that are ever listed."""


@dataclass(frozen=True, eq=False, repr=False)
class IndependentPrior(Transport):
    """Every feature is drawn from its marginal on its own.

    Each feature has a latent, in order, and after them each feature with a missing rate has one more, so that whether
    a value is missing depends on nothing.

    Parameters
    ----------
    schema
        The features; their `missing` is the probability of a missing value.
    marginals
        One a feature, in the schema's order.
    notes
        What a user should know of how it was made.
    class_shares
        Class -> share of the target in the sample or file it came from, if known.

    Raises
    ------
    PriorError
        If marginals and schema do not fit.
    """

    schema: Schema
    marginals: tuple[Marginal, ...]
    notes: tuple[Note, ...] = ()
    class_shares: Mapping[Hashable, float] | None = None

    def __post_init__(self) -> None:
        check_marginals(self.schema, self.marginals)

    @property
    def latent_dim(self) -> int:  # type: ignore[override]  # the mixin declares it as a plain attribute
        """The number of features and of features that can be missing."""
        return len(self.schema) + len(missing_features(self.schema))

    def transport(self, z: Float[Array, "n m"]) -> Float[Array, "n d"]:
        """Map standard normal latents to rows; see `Prior.transport`."""
        return transport_columns(z, self.schema, self.marginals)

    def latent_gradient(self, z: Float[Array, "n m"], gradient: Float[Array, "n d"]) -> Float[Array, "n m"]:
        """Return the gradient with respect to latents; see `Smooth.latent_gradient`."""
        return latent_gradient(z, gradient, self.schema, self.marginals)

    def given_others(self, X: Float[Array, "n d"], column: int) -> Law:
        """Return the marginal of a column for each row; see `Conditional.given_others`."""
        return independent_law(self.schema, self.marginals, X, column)

    def n_states(self) -> int | None:
        """Return the number of states (a missing value counts as one), ``None`` where they are not finite."""
        count = 1
        for feature, marginal in zip(self.schema.features, self.marginals, strict=True):
            if not isinstance(marginal, FiniteMarginal):
                return None
            count *= len(marginal.values()) + (feature.missing > 0)
        return count

    def states(self) -> tuple[Float[Array, "m d"], Float[Array, " m"]]:
        """Return every state of positive probability with its log-probability, shapes (m, d) and (m,).

        Raises
        ------
        PriorError
            If the states are not finite, or more than ten million.
        """
        count = self.n_states()
        if count is None or count > LARGEST_LISTING:
            said = "are not finitely many" if count is None else f"number {count:,}"
            raise PriorError(f"the states of this prior {said}; draw from it by `sample` instead")
        values, logs = np.empty((1, 0)), np.zeros(1)
        for feature, marginal in zip(self.schema.features, self.marginals, strict=True):
            own, own_logs = _states_of(feature, marginal)
            values = np.column_stack([np.repeat(values, len(own), axis=0), np.tile(own, len(values))])
            logs = (logs[:, None] + own_logs).ravel()
        return values, logs

    def describe(self) -> dict[str, Any]:
        """Return every feature's marginal as plain data."""
        return {"kind": "independent", "features": describe_features(self.schema, self.marginals)}


def _states_of(feature: Feature, marginal: Marginal) -> tuple[Array, Array]:
    assert isinstance(marginal, FiniteMarginal)  # n_states has seen to it
    values, logs = marginal.values(), np.log(marginal.probabilities())
    if not feature.missing:
        return values, logs
    return np.append(values, np.nan), np.append(logs + math.log1p(-feature.missing), math.log(feature.missing))


def describe_features(schema: Schema, marginals: tuple[Marginal, ...]) -> dict[str, Any]:
    """Return the features' marginals and missing rates as plain data."""
    return {
        feature.name: marginal.describe() | ({"missing": feature.missing} if feature.missing else {})
        for feature, marginal in zip(schema.features, marginals, strict=True)
    }
