"""Parts of priors that are made of marginals: independent, tied by a copula, or weighted cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.row_priors.marginal_values import MarginalValues
from retrodict.matching.row_priors.part import Part, softened
from retrodict.matching.row_priors.sight import Sight
from retrodict.matching.row_priors.slots import LEAST, runs_of, slots_of
from retrodict.priors import CopulaPrior, IndependentPrior, Prior, RakedPrior
from retrodict.priors.marginals.inverse import normal_mass

Array = np.ndarray


def marginals_part(prior: IndependentPrior | CopulaPrior, sight: Sight) -> Part:
    """Return the one component of a prior that has a latent a feature.

    Features that no tree splits on are left out: a normal law's other latents are normal as they are.

    Parameters
    ----------
    prior
        In its own encoding.
    sight
        What the codes show of it.

    Raises
    ------
    SchemaError
        If it has values that the model does not know.
    """
    places = sight.places
    marginals = tuple(prior.marginals[place] for place in places)
    correlation = prior.correlation if isinstance(prior, CopulaPrior) else np.eye(len(prior.schema))
    correlation = correlation[np.ix_(places, places)]
    axes = range(len(sight.book.axes))
    slots = tuple(slots_of(marginals[sight.of_axes[a]], a, sight) for a in axes)
    missing = np.array([float(softened(np.asarray(sight.missing(a, prior.schema)), sight.gaps(a))) for a in axes])
    at = sight.of_axes
    values = MarginalValues(sight, marginals, correlation, _rates(prior, places))
    return Part.of_slots(slots, correlation[np.ix_(at, at)], missing, tuple(sight.size(a) for a in axes), values)


def _rates(prior: Prior, places: Sequence[int]) -> Float[Array, " d"]:
    return np.array([prior.schema.features[place].missing for place in places])


def raked_part(prior: RakedPrior, sight: Sight) -> Part:
    """Return weighted cells as components in which nothing is tied, equal ones as one.

    Parameters
    ----------
    prior
        In its own encoding.
    sight
        What the codes show of it.

    Raises
    ------
    SchemaError
        If it has values that the model does not know.
    """
    places, at, axes = sight.places, sight.of_axes, range(len(sight.book.axes))
    marginals = tuple(prior.base.marginals[place] for place in places)
    own = [places[j] for j in at]
    seen, back = np.unique(np.hstack([prior.cells[:, own], prior.gaps[:, own]]), axis=0, return_inverse=True)
    weights = np.bincount(back.ravel(), prior.weights, minlength=len(seen))
    cells, gone = seen[:, : len(own)], seen[:, len(own) :].astype(np.float64)
    chances = []
    for a in axes:
        codes, ends = runs_of(marginals[at[a]], a, sight)
        chances.append(_of_cells(codes, ends, prior.edges[own[a]], sight.size(a))[cells[:, a]])
    c, none = len(own), np.empty(0, dtype=np.int64)
    missing = np.zeros((len(seen), c))
    for a in axes:
        missing[:, a] = softened(gone[:, a], sight.gaps(a))
    return Part(
        weights=weights / weights.sum(),
        tied=np.zeros(c, dtype=bool),
        means=np.zeros((len(seen), c)),
        covariance=np.eye(c),
        slots=(none,) * c,
        ends=(np.empty(0),) * c,
        missing=missing,
        chances=tuple(chances),
        values=MarginalValues(sight, marginals, np.eye(len(places)), _rates(prior, places)),
    )


def _of_cells(
    codes: Int[Array, " m"], ends: Float[Array, " m+1"], edges: Float[Array, " e"], size: int
) -> Float[Array, "cells size"]:
    """Return the chances of codes given that the latent lies between neighbours of some edges."""
    first, last = np.append(-np.inf, edges)[:, None], np.append(edges, np.inf)[:, None]
    low, high = np.maximum(ends[:-1], first), np.minimum(ends[1:], last)
    mass = normal_mass(low, np.maximum(low, high))
    # A cell that the normal law next to never meets has the code of its nearer end.
    lost = mass.sum(axis=1) <= 0
    near = np.where(first > 0, first, last)
    mass[lost] = ((ends[:-1] <= near) & (near < ends[1:]))[lost]
    out = np.zeros((len(edges) + 1, size))
    np.add.at(out.T, codes, mass.T)
    out = np.maximum(out / out.sum(axis=1, keepdims=True), LEAST)
    return np.asarray(out / out.sum(axis=1, keepdims=True))
