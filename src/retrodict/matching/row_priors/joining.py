"""Parts put together as the one mixture that a search moves under."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.row_prior import RowPrior
from retrodict.matching.row_priors.part import Part
from retrodict.matching.row_priors.slots import ends_between

Array = np.ndarray

_NONE = 1e-12
"""Mass of a slot that belongs to another part's order of categories: next to nothing, and still above zero."""


def joined(parts: Sequence[Part], shares: Float[Array, "L P"], sizes: Sequence[int], gaps: Sequence[bool]) -> RowPrior:
    """Return parts as one `RowPrior`, their components in order.

    An axis that one part ties has a latent in all: where nothing ties it, that is cut by its chances and stands alone.

    Parameters
    ----------
    parts
        Over the same axes.
    shares
        Of each part among the rows of each label; each label's sum to one.
    sizes
        How many codes each axis has, the missing one left out.
    gaps
        Which have a code for missing values.
    """
    c, count = len(sizes), sum(len(part) for part in parts)
    tied = np.any([part.tied for part in parts], axis=0) if c else np.zeros(0, dtype=bool)
    orders = [_order([part.slots[f] for part in parts], size) if tied[f] else [] for f, size in enumerate(sizes)]
    slots = [np.concatenate(order) if order else np.empty(0, dtype=np.int64) for order in orders]
    most = max([len(own) for own in slots] + [size + gap for size, gap in zip(sizes, gaps, strict=True)], default=1)
    ends, scale = _ends(parts, tied, orders, most)
    chances = np.zeros((count, c, most))
    for f in np.flatnonzero(~tied).tolist():
        present = np.concatenate([part.chances[f] for part in parts])
        gone = np.concatenate([part.missing[:, f] for part in parts])[:, None]
        chances[:, f, : sizes[f]] = (1.0 - gone) * present
        if gaps[f]:
            chances[:, f, sizes[f]] = gone[:, 0]
    laid = np.full((c, most), -1, dtype=np.int64)
    for f, order in enumerate(slots):
        laid[f, : len(order)] = order
    return RowPrior(
        shares=np.concatenate([shares[:, k, None] * part.weights for k, part in enumerate(parts)], axis=1),
        tied=tied,
        means=np.concatenate([part.means for part in parts]),
        precisions=np.stack([_inverse(part.covariance) for part in parts]),
        precision=np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
        ends=ends,
        scale=scale,
        slots=laid,
        missing=np.where(tied, np.concatenate([part.missing for part in parts]), 0.0),
        chances=chances,
    )


def _order(own: Sequence[Int[Array, " m"]], size: int) -> list[Array]:
    """Return the different orders in which parts meet an axis's codes; those without one take what there is."""
    out: list[Array] = []
    for order in own:
        if len(order) and not any(np.array_equal(order, seen) for seen in out):
            out.append(order)
    return out or [np.arange(size)]


def _ends(parts: Sequence[Part], tied: Array, orders: list[list[Array]], most: int) -> tuple[Array, Array]:
    """Return the ends of slots, once for what shares them, and which of these each component has."""
    out, scale = [], []
    for part in parts:
        alone = [f for f in np.flatnonzero(tied) if not part.tied[f]]
        # Chances differ between a part's components; ends of tied axes do not.
        for k in range(len(part) if alone else 1):
            own = np.full((len(tied), most + 1), np.inf)
            for f in np.flatnonzero(tied):
                if part.tied[f]:
                    found = _spread(part.ends[f], part.slots[f], orders[f])
                else:
                    found = _cut(part.chances[f][k], orders[f])
                own[f, : len(found)] = found
            out.append(own)
        scale += [len(out) - 1] * len(part) if not alone else list(range(len(out) - len(part), len(out)))
    return np.stack(out), np.array(scale, dtype=np.int64)


def _spread(ends: Array, slots: Array, orders: list[Array]) -> Array:
    """Return the ends of one order's slots among those of all orders."""
    if len(orders) == 1:
        return ends
    place = next(k for k, order in enumerate(orders) if np.array_equal(order, slots))
    before, after = sum(len(order) for order in orders[:place]), sum(len(order) for order in orders[place + 1 :])
    least = -ends_between(np.array([_NONE * max(before, 1), 1.0]))[1]
    low = np.linspace(-least - 1.0, -least, before + 1)[1:] if before else np.empty(0)
    high = np.linspace(least, least + 1.0, after + 1)[:-1] if after else np.empty(0)
    return np.concatenate([[-np.inf], low, ends[1:-1], high, [np.inf]])


def _cut(chances: Array, orders: list[Array]) -> Array:
    """Return the ends of slots with these chances, each code's shared equally among its slots."""
    slots = np.concatenate(orders)
    masses = chances[slots] / np.bincount(slots, minlength=len(chances))[slots]
    return ends_between(masses / masses.sum())


def _inverse(covariance: Array) -> Array:
    """Return the inverse, symmetric to the last digit."""
    out = np.linalg.inv(covariance) if len(covariance) else covariance
    return np.asarray((out + out.T) / 2.0)
