"""Rows of an independent prior, weighted so that known sums hold, and drawn anew within their cells."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import ndtr, ndtri

from retrodict.errors import PriorError
from retrodict.priors.columns import check_latents
from retrodict.priors.conditional.law import Law
from retrodict.priors.conditional.raked import raked_law
from retrodict.priors.digest import digest
from retrodict.priors.independent import IndependentPrior, describe_features
from retrodict.priors.marginals import FiniteMarginal
from retrodict.priors.merged_states import merged_states
from retrodict.priors.transport import Transport
from retrodict.results.notes import Note
from retrodict.schema import Schema

Array = np.ndarray

_EDGE = 8.5  # latents beyond it are met once in 10**17
_MOST_MISSING = 1.0 - 1e-9  # a share that leaves values to draw from


@dataclass(frozen=True, eq=False, repr=False)
class RakedPrior(Transport):
    """A mixture of cells: one is chosen by its weight, and each feature is drawn from its marginal within the cell.

    Its first latent chooses the cell, the others are the features' own. Where sums over rows tell no values within a
    cell apart, as counts in the leaves of trees do not, redrawing them leaves the sums as they are, and no two rows
    need be the same.

    Parameters
    ----------
    base
        Whose marginals hold within a cell.
    edges
        For each feature, increasing: the latents at which its cells meet; empty where it is one cell.
    cells
        Which cell of each feature, shape (m, d).
    gaps
        Which features are missing, shape (m, d).
    weights
        Of each of the m, not negative; scaled to sum to one.
    notes, class_shares
        As of other priors.

    Raises
    ------
    PriorError
        If shapes do not fit, or weights are no weights.
    """

    base: IndependentPrior
    edges: tuple[Float[Array, " k"], ...]
    cells: Int[Array, "m d"]
    gaps: Bool[Array, "m d"]
    weights: Float[Array, " m"]
    notes: tuple[Note, ...] = ()
    class_shares: Mapping[Hashable, float] | None = None
    schema: Schema = field(init=False)
    _ends: Float[Array, " m"] = field(init=False)

    def __post_init__(self) -> None:
        weights, d = np.asarray(self.weights, dtype=np.float64), len(self.base.schema)
        if not (self.cells.shape == self.gaps.shape == (len(weights), d) and len(self.edges) == d):
            raise PriorError(f"cells of shape {self.cells.shape} do not fit {len(weights)} weights of {d} features")
        if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
            raise PriorError("weights of cells must be finite, not negative and not all zero; correct them")
        kept = weights > 0
        weights = weights[kept] / weights.sum()
        rates = np.clip(weights @ self.gaps[kept], 0.0, _MOST_MISSING)
        features = [replace(f, missing=float(rate)) for f, rate in zip(self.base.schema.features, rates, strict=True)]
        for name, value in (
            ("schema", replace(self.base.schema, features=tuple(features))),
            ("cells", self.cells[kept]),
            ("gaps", self.gaps[kept]),
            ("weights", weights),
            ("_ends", np.cumsum(weights)[:-1]),
        ):
            object.__setattr__(self, name, value)

    @property
    def latent_dim(self) -> int:  # type: ignore[override]
        """One for the cell, and one a feature."""
        return 1 + len(self.schema)

    def transport(self, z: Float[Array, "n m"]) -> Float[Array, "n d"]:
        """Map standard normal latents to rows; see `Prior.transport`."""
        z = np.asarray(z, dtype=np.float64)
        check_latents(z, self.latent_dim)
        chosen = np.searchsorted(self._ends, ndtr(z[:, 0]), side="right")
        out = np.empty((len(z), len(self.schema)))
        for j, (marginal, edges) in enumerate(zip(self.base.marginals, self.edges, strict=True)):
            latent = np.ascontiguousarray(z[:, 1 + j])
            if len(edges):
                latent = _within(latent, edges, self.cells[chosen, j])
            out[:, j] = marginal.quantile_z(latent)
        out[self.gaps[chosen]] = np.nan
        return out

    def given_others(self, X: Float[Array, "n d"], column: int) -> Law:
        """Return the law of a column in the cells that hold the other values; see `Conditional.given_others`."""
        return raked_law(self.base.marginals, self.edges, self.cells, self.gaps, self.weights, X, column)

    def n_states(self) -> int | None:
        """Return how many states there are at most, ``None`` where a cell has more than one value."""
        whole = all(
            isinstance(marginal, FiniteMarginal) and len(edges) == len(marginal.values()) - 1
            for marginal, edges in zip(self.base.marginals, self.edges, strict=True)
        )
        return len(self.weights) if whole else None

    def states(self) -> tuple[Float[Array, "m d"], Float[Array, " m"]]:
        """Return every state with its log-probability; see `Enumerable.states`.

        Raises
        ------
        PriorError
            If the states are not finite.
        """
        if self.n_states() is None:
            raise PriorError("the states of this prior are not finitely many; draw from it by `sample` instead")
        listed = [marginal.values() for marginal in self.base.marginals if isinstance(marginal, FiniteMarginal)]
        X = np.column_stack([values[self.cells[:, j]] for j, values in enumerate(listed)])
        return merged_states(np.where(self.gaps, np.nan, X), np.log(self.weights))

    def describe(self) -> dict[str, Any]:
        """Return the marginals, and how many cells there are with a hash of them and their weights."""
        return {
            "kind": "raked",
            "features": describe_features(self.schema, self.base.marginals),
            "cells": len(self.weights),
            "digest": digest(self.cells, self.gaps, self.weights, *self.edges),
        }


def _within(z: Float[Array, " n"], edges: Float[Array, " k"], cells: Int[Array, " n"]) -> Float[Array, " n"]:
    """Return latents moved into the stretches between edges that are asked for, each as likely as it was there."""
    low, high = (np.concatenate([[-_EDGE], edges, [_EDGE]])[cells + step] for step in (0, 1))
    flip = low > 0  # work with the small tail: 1 - p would lose it
    a, b = np.where(flip, -high, low), np.where(flip, -low, high)
    first, last = ndtr(a), ndtr(b)
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = ndtri(first + ndtr(np.where(flip, -z, z)) * (last - first))
    return np.clip(np.where(flip, -moved, moved), low, high)
