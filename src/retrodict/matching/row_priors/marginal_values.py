"""Values inside cells from marginals, and from the latents of those that are tied."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import cho_factor, cho_solve
from scipy.special import ndtr

from retrodict.matching.axes import NumberAxis
from retrodict.matching.codebook import category_in, number_in
from retrodict.matching.row_priors.part import UNTIED, Held, Part
from retrodict.matching.row_priors.sight import Sight
from retrodict.priors.marginals import Marginal

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class MarginalValues:
    """What one component of marginals says inside cells; see `Values`.

    A marginal's values never decrease with its latent, so that a latent's place in its slot is a share of the cell. A
    feature that no tree splits on has the normal law that the latents of the others leave it.

    Parameters
    ----------
    sight
        Whose codes they are.
    marginals
        One a feature of the codebook's schema, in the prior's encoding.
    correlation
        Of their latents, shape (d, d).
    missing
        The share of missing values of each, shape (d,).
    """

    sight: Sight
    marginals: tuple[Marginal, ...] = field(repr=False)
    correlation: Float[Array, "d d"] = field(repr=False)
    missing: Float[Array, " d"] = field(repr=False)

    def fill(self, held: Held, part: Part, rng: np.random.Generator) -> Float[Array, "n d"]:
        """Return rows with these codes; see `Values.fill`."""
        sight, book = self.sight, self.sight.book
        n, at = len(held.codes), {j: a for a, j in enumerate(sight.of_axes)}
        out = np.empty((n, len(book.schema)))
        open_latents = self._others(held, part, rng)
        for j, marginal in enumerate(self.marginals):
            own, u = sight.schema[sight.names[j]], rng.random(n)
            if j not in at:
                out[:, j] = sight.encoded(j, marginal.quantile_z(np.ascontiguousarray(open_latents[:, j])))
                out[u < self.missing[j], j] = np.nan
                continue
            axis, codes = book.axes[at[j]], held.codes[:, at[j]]
            if part.tied[at[j]]:
                u = share_of(held.latents[:, at[j]], codes, part.slots[at[j]], part.ends[at[j]])
            if isinstance(axis, NumberAxis):
                alike = own.listed or book.schema.features[j].listed
                out[:, j] = number_in(axis, codes, book.marginals[j] if alike else marginal, u)
            else:
                out[:, j] = category_in(axis, codes, book.marginals[j], u)
        return out

    def _others(self, held: Held, part: Part, rng: np.random.Generator) -> Array:
        """Return latents of features that no tree splits on, given those of the others."""
        n, d = len(held.codes), len(self.marginals)
        at = self.sight.of_axes
        others = [j for j in range(d) if j not in at]
        out = np.zeros((n, d))
        if not others:
            return out
        noise = rng.standard_normal((n, len(others)))
        known = [j for a, j in enumerate(at) if part.tied[a]]
        between = self.correlation[np.ix_(others, known)]
        left = self.correlation[np.ix_(others, others)]
        if known:
            factor = cho_factor(self.correlation[np.ix_(known, known)])
            middle = held.latents[:, part.tied] @ cho_solve(factor, between.T)
            left = left - between @ cho_solve(factor, between.T)
        else:
            middle = np.zeros((n, len(others)))
        values, vectors = np.linalg.eigh(left)
        spread = noise @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
        told = (np.abs(between) > UNTIED).any(axis=1)
        # Of what the others tell something the middle is the likeliest; else a draw keeps the column's own spread.
        out[:, others] = middle + (spread if held.drawn else np.where(told, 0.0, spread))
        return out


def share_of(
    latents: Float[Array, " n"], codes: Int[Array, " n"], slots: Int[Array, " m"], ends: Float[Array, " m+1"]
) -> Float[Array, " n"]:
    """Return which share of a slot's mass lies below each latent: of the slot with the row's code nearest to it."""
    place = np.clip(np.searchsorted(ends, latents, side="left") - 1, 0, len(slots) - 1)
    out = np.full(len(latents), 0.5)
    for code in np.unique(codes):
        of = np.flatnonzero(slots == code)
        rows = codes == code
        if not len(of):  # the missing code
            continue
        place[rows] = of[np.abs(of - place[rows][:, None]).argmin(axis=1)]
    low, high = ends[place], ends[place + 1]
    z = np.clip(latents, low, high)
    flip = low > 0  # work with the small tail: 1 - p would lose it
    first, last, own = np.where(flip, -high, low), np.where(flip, -low, high), np.where(flip, -z, z)
    mass = ndtr(last) - ndtr(first)
    part = np.divide(ndtr(own) - ndtr(first), mass, out=out, where=mass > 0)
    return np.clip(np.where(flip, 1.0 - part, part), 0.0, 1.0)
