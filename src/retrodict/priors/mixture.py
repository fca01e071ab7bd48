"""One of several priors, chosen by chance for every row."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri

from retrodict.errors import PriorError
from retrodict.priors.columns import check_latents
from retrodict.priors.conditional.law import Law
from retrodict.priors.conditional.of_prior import law_of
from retrodict.priors.contract import Enumerable, Prior, class_shares, state_count
from retrodict.priors.merged_states import merged_states
from retrodict.priors.transport import Transport
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema

Array = np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class MixturePrior(Transport):
    """A mixture: the first latent selects the component, the others are shared among the components.

    Parameters
    ----------
    components
        Priors over the same features, in the same order, of the same kinds and categories; bounds may differ.
    weights
        One a component, not negative; scaled to sum to one.
    notes
        What a user should know of how it was made; the components' own notes follow.

    Raises
    ------
    PriorError
        If there is no component, weights do not fit, or features differ, naming them.
    """

    components: tuple[Prior, ...]
    weights: tuple[float, ...]
    notes: tuple[Note, ...] = ()
    class_shares: Mapping[Hashable, float] | None = None
    schema: Schema = field(init=False)
    latent_dim: int = field(init=False)

    def __post_init__(self) -> None:
        weights = np.asarray(self.weights, dtype=np.float64)
        if not self.components or len(weights) != len(self.components):
            raise PriorError(f"a mixture of {len(self.components)} priors got {len(weights)} weights; give one a prior")
        if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
            raise PriorError(
                f"mixture weights must be finite, not negative and not all zero, got {weights.tolist()}; correct them"
            )
        weights = weights / weights.sum()
        own = [note for component in self.components for note in component.notes]
        for name, value in (
            ("weights", tuple(weights.tolist())),
            ("schema", _union([component.schema for component in self.components], weights)),
            ("latent_dim", 1 + max(component.latent_dim for component in self.components)),
            ("notes", tuple(dict.fromkeys([*self.notes, *own]))),
            ("class_shares", self.class_shares or _shares(self.components, weights)),
        ):
            object.__setattr__(self, name, value)

    def transport(self, z: Float[Array, "n m"]) -> Float[Array, "n d"]:
        """Map standard normal latents to rows; see `Prior.transport`."""
        z = np.asarray(z, dtype=np.float64)
        check_latents(z, self.latent_dim)
        with np.errstate(divide="ignore"):
            chosen = np.searchsorted(ndtri(np.clip(np.cumsum(self.weights), 0, 1))[:-1], z[:, 0], side="right")
        out = np.empty((len(z), len(self.schema)))
        for k, component in enumerate(self.components):
            rows = np.flatnonzero(chosen == k)
            if len(rows):
                out[rows] = component.transport(np.ascontiguousarray(z[rows, 1 : 1 + component.latent_dim]))
        return out

    def given_others(self, X: Float[Array, "n d"], column: int) -> Law:
        """Return the mixture of what the components say; see `Conditional.given_others`.

        Raises
        ------
        PriorError
            If a component can't say it.
        """
        kept = [k for k, weight in enumerate(self.weights) if weight > 0]
        laws = [law_of(self.components[k], X, column) for k in kept]
        return Law.mixed(laws, np.array([self.weights[k] for k in kept]), ())

    def n_states(self) -> int | None:
        """Return an upper limit of the number of states, ``None`` where they are not finite.

        States that components share are counted once each time; `states` lists them once.
        """
        counts = [state_count(component) for component in self.components]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None

    def states(self) -> tuple[Float[Array, "m d"], Float[Array, " m"]]:
        """Return every state once with its log-probability, shapes (m, d) and (m,).

        Raises
        ------
        PriorError
            If the states of a component are not finite.
        """
        if self.n_states() is None:
            raise PriorError("the states of this mixture are not finitely many; draw from it by `sample` instead")
        rows, logs = [], []
        for component, weight in zip(self.components, self.weights, strict=True):
            if weight > 0 and isinstance(component, Enumerable):
                own, own_logs = component.states()
                rows.append(own)
                logs.append(own_logs + math.log(weight))
        return merged_states(np.concatenate(rows), np.concatenate(logs))

    def describe(self) -> dict[str, Any]:
        """Return weights and components as plain data."""
        parts = [component.describe() for component in self.components]
        return {"kind": "mixture", "weights": list(self.weights), "components": parts}


def _union(schemas: list[Schema], weights: Array) -> Schema:
    first = schemas[0]
    for schema in schemas[1:]:
        if schema.names != first.names:
            differ = sorted(set(schema.names) ^ set(first.names))
            said = f"only some have {', '.join(differ)}" if differ else f"the order {', '.join(first.names)} differs"
            raise PriorError(f"the priors of a mixture must have the same features in the same order; {said}")
        clash = [
            a.name
            for a, b in zip(first.features, schema.features, strict=True)
            if (a.kind, a.categories) != (b.kind, b.categories)
        ]
        if clash:
            raise PriorError(f"the priors of a mixture differ in kind or categories of {', '.join(clash)}; align them")
    features = tuple(_joined(own, weights) for own in zip(*(schema.features for schema in schemas), strict=True))
    return replace(first, features=features)


def _joined(features: tuple[Feature, ...], weights: Array) -> Feature:
    lows, highs = [f.low for f in features if f.low is not None], [f.high for f in features if f.high is not None]
    return replace(
        features[0],
        low=min(lows) if len(lows) == len(features) else None,
        high=max(highs) if len(highs) == len(features) else None,
        missing=float(weights @ np.array([f.missing for f in features])),
    )


def _shares(components: tuple[Prior, ...], weights: Array) -> dict[Hashable, float] | None:
    """Return the mixture of the components' class shares, if all have them."""
    known = [class_shares(component) for component in components]
    if any(shares is None for shares in known):
        return None
    out: dict[Hashable, float] = {}
    for shares, weight in zip(known, weights.tolist(), strict=True):
        for label, share in (shares or {}).items():
            out[label] = out.get(label, 0.0) + weight * share
    return out
