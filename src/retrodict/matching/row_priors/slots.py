"""A marginal's latent, cut into slots that each mean one code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.special import ndtri

from retrodict.matching.assumed import DRAWS, UNSEEN
from retrodict.matching.axes import NumberAxis
from retrodict.matching.row_priors.sight import Sight
from retrodict.priors.marginals import FiniteMarginal, Marginal
from retrodict.priors.marginals.inverse import ends_of, normal_mass
from retrodict.priors.restricted_draw import latents_of

Array = np.ndarray

LEAST = UNSEEN / DRAWS
"""The least mass of a slot, and chance of a code: counts may ask for any, also for one that the prior rules out."""
BEYOND = 1.0 / 400.0
"""The mass of a number's cells beyond all values that its marginal knows, at either end. Rows are met there, since a
sample's range is not its source's: a rarer one would decide alone, by its far latent, what is expected of others."""
_EDGE = 8.5  # latents beyond it are met once in 10**17
_GRID = np.linspace(-_EDGE, _EDGE, 4097)
"""Latents at which a number is looked at that the model lists: its categories are few, and wide in the latent."""
_HALVINGS = 40  # of a stretch of that grid


@dataclass(frozen=True, eq=False)
class Slots:
    """Stretches of one feature's standard normal latent.

    Parameters
    ----------
    codes
        The code that each means, in the order of the latent, shape (m,). All codes but the missing one are among them.
    masses
        Of each, above zero, sum 1.
    """

    codes: Int[Array, " m"]
    masses: Float[Array, " m"]

    @property
    def ends(self) -> Float[Array, " m+1"]:
        """Where they begin and end, from -inf to inf."""
        return ends_between(self.masses)

    def chances(self, size: int) -> Float[Array, " size"]:
        """Return the mass of each of `size` codes."""
        return np.bincount(self.codes, self.masses, minlength=size)


def ends_between(masses: Float[Array, " m"]) -> Float[Array, " m+1"]:
    """Return the latents between stretches of these masses; either tail is summed from its own end."""
    below, above = np.cumsum(masses)[:-1], np.cumsum(masses[::-1])[-2::-1]
    inner = np.where(below < 0.5, ndtri(np.minimum(below, 1.0)), -ndtri(np.minimum(above, 1.0)))
    return np.concatenate([[-np.inf], inner, [np.inf]])


def slots_of(marginal: Marginal, axis: int, sight: Sight) -> Slots:
    """Return the slots of a marginal's latent.

    Parameters
    ----------
    marginal
        Of the prior's feature, in the prior's encoding.
    axis, sight
        Whose codes the slots mean.

    Raises
    ------
    SchemaError
        If it has values that the model does not know.
    """
    codes, ends = runs_of(marginal, axis, sight)
    return with_all(codes, normal_mass(ends[:-1], ends[1:]), axis, sight)


def runs_of(marginal: Marginal, axis: int, sight: Sight) -> tuple[Int[Array, " m"], Float[Array, " m+1"]]:
    """Return the codes that a marginal's latent meets, in order, and where each begins, with the last one's end.

    Parameters
    ----------
    marginal, axis, sight
        As of `slots_of`.
    """
    own = sight.axis(axis)
    if isinstance(marginal, FiniteMarginal):
        codes, ends = sight.codes(axis, np.asarray(marginal.values(), dtype=np.float64)), ends_of(marginal)
    elif isinstance(own, NumberAxis) and not sight.book.schema.features[sight.of_axes[axis]].listed:
        codes, ends = _between_cuts(marginal, own)
    else:
        codes, ends = _looked_at(marginal, axis, sight)
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    return codes[first], np.append(ends[first], np.inf)


def with_all(codes: Int[Array, " m"], masses: Float[Array, " m"], axis: int, sight: Sight) -> Slots:
    """Return slots with all codes but the missing one, each of some mass.

    Parameters
    ----------
    codes, masses
        Those that a prior has.
    axis, sight
        Whose codes.
    """
    own = sight.axis(axis)
    most = own.size - (own.missing >= 0)
    for code in np.setdiff1d(np.arange(most), codes):
        # Of a number each code has its place in the latent's order; categories have none.
        place = int(np.searchsorted(codes, code)) if own.ordered and (np.diff(codes) > 0).all() else len(codes)
        codes, masses = np.insert(codes, place, code), np.insert(masses, place, 0.0)
    least = np.full(len(codes), LEAST)
    if isinstance(own, NumberAxis):
        known = np.flatnonzero(masses > LEAST)
        for outer in (np.arange(known[0]), np.arange(known[-1] + 1, len(codes))) if len(known) else ():
            least[outer] = BEYOND / max(len(outer), 1)
    masses = np.maximum(masses, least)
    return Slots(codes.astype(np.int64), masses / masses.sum())


def _between_cuts(marginal: Marginal, axis: NumberAxis) -> tuple[Array, Array]:
    """Return the cells of a number, and the latents at which they begin, with the end of the last."""
    if not len(axis.cuts):
        return np.zeros(1, dtype=np.int64), np.array([-np.inf, np.inf])
    inner = np.maximum.accumulate(latents_of(marginal, axis.cuts)[0])
    return np.arange(len(axis.cuts) + 1), np.concatenate([[-np.inf], inner, [np.inf]])


def _looked_at(marginal: Marginal, axis: int, sight: Sight) -> tuple[Array, Array]:
    """Return runs of codes and where they begin, of values that must be asked one by one."""

    def codes_at(latents: Array) -> Array:
        return sight.codes(axis, marginal.quantile_z(np.ascontiguousarray(latents)))

    codes = codes_at(_GRID)
    turn = np.flatnonzero(np.diff(codes))
    low, high, before = _GRID[turn], _GRID[turn + 1], codes[turn]
    for _ in range(_HALVINGS if len(turn) else 0):
        middle = (low + high) / 2.0
        same = codes_at(middle) == before
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return np.append(codes[turn], codes[-1]), np.concatenate([[-np.inf], low, [np.inf]])
