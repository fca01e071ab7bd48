"""Stretches of a column's latent in many rows at once, split until the integral of the likelihood over each is known.

Each is valued by the likelihood at its middle. Splitting one in three keeps its middle, so that two values are new, and
what the three add up to beside the one tells how far it was off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import ndtr, ndtri

from retrodict import time_limit
from retrodict.priors.conditional import Part
from retrodict.priors.conditional.kernel import Kept
from retrodict.priors.marginals.inverse import latents_of
from retrodict.reconstruction.attributes.points import summed

Array = np.ndarray

Asking = Callable[[Array, Array], tuple[Array, Array | None]]
"""From rows and values of the column to the log-likelihood there, and the side; see `Seen`."""

TOLERANCE = 1e-3
"""Of the evidence: how far off a row's integral may be. Intervals at 90% then err by less than a thousandth."""

START = 27
"""Stretches of a row to start with, each as likely under the prior."""

_ROUNDS = 30  # each makes a stretch a third: from a 27th to 1e-15
_ONE = TOLERANCE / 30  # of the evidence: what one stretch may add to the error
_LEAST = 1e-14  # of the prior: no stretch is split further, though nothing was found yet
_PIECES, _MOST = 256, 64  # of the posterior or the prior that one point may be, and points of one stretch
_TRIED = 4  # rows on which it is seen whether the likelihood is level between split points
_LEVEL = 1e-9  # of the log-likelihood


@dataclass(frozen=True, eq=False)
class Cells:
    """Stretches, one entry each.

    Parameters
    ----------
    row, part
        Which row, and which part of its law.
    low, high
        Ends of the latent.
    mass
        Under the prior, given the other columns.
    log_l, side
        The likelihood at the middle, and `Seen.side` of it, 0 where there is none.
    error
        By how much the prior mass times the likelihood may be off.
    """

    row: Int[Array, " p"]
    part: Int[Array, " p"]
    low: Float[Array, " p"]
    high: Float[Array, " p"]
    mass: Float[Array, " p"]
    log_l: Float[Array, " p"]
    side: Int[Array, " p"]
    error: Float[Array, " p"]

    def __len__(self) -> int:
        return len(self.row)

    def take(self, chosen: Array) -> Self:
        """Return some of them."""
        return type(self)(*(getattr(self, one.name)[chosen] for one in fields(self)))

    def joined(self, other: Self) -> tuple[Self, Bool[Array, " p"]]:
        """Return both, in order of rows, parts and latents, and which of them are the other's."""
        both = [np.concatenate([getattr(self, one.name), getattr(other, one.name)]) for one in fields(self)]
        order = np.lexsort((both[2], both[1], both[0]))
        return type(self)(*(one[order] for one in both)), order >= len(self)


@dataclass(frozen=True, eq=False)
class Axis:
    """The latents of all parts of a law that are not listed.

    Parameters
    ----------
    parts
        These parts.
    n
        Rows.
    """

    parts: tuple[Part, ...]
    n: int

    def each(self, part: Int[Array, " p"]) -> list[tuple[int, Part, Int[Array, " q"]]]:
        """Return each part with the entries that are of it."""
        places = [(k, one, np.flatnonzero(part == k)) for k, one in enumerate(self.parts)]
        return [(k, one, at) for k, one, at in places if len(at)]

    def between(
        self,
        part: Int[Array, " p"],
        row: Int[Array, " p"],
        low: Float[Array, " p"],
        high: Float[Array, " p"],
        share: Float[Array, " p"] | float,
    ) -> Float[Array, " p"]:
        """Return the latent that has so much of a stretch below it, by a normal as wide as the part's law."""
        out = np.empty(len(row))
        share = np.broadcast_to(share, row.shape)
        for _, one, at in self.each(part):
            center, scale = one.latent.center[row[at]], np.maximum(one.latent.scale[row[at]], _TINY)
            first, last = (low[at] - center) / scale, (high[at] - center) / scale
            flip = first > 0
            a, b = np.where(flip, -last, first), np.where(flip, -first, last)
            s = np.where(flip, 1.0 - share[at], share[at])
            p = ndtr(a)
            t = np.clip(ndtri(p + s * (ndtr(b) - p)), np.maximum(a, -_FAR), np.minimum(b, _FAR))
            out[at] = center + scale * np.where(flip, -t, t)
        return out

    def mass(
        self, part: Int[Array, " p"], row: Int[Array, " p"], low: Float[Array, " p"], high: Float[Array, " p"]
    ) -> Float[Array, " p"]:
        """Return the prior's mass of stretches, times the share of their part."""
        out = np.empty(len(row))
        for _, one, at in self.each(part):
            out[at] = one.latent.mass(row[at], low[at], high[at]) * one.share[row[at]]
        return out

    def values(self, part: Int[Array, " p"], latent: Float[Array, " p"]) -> Float[Array, " p"]:
        """Return the values at latents."""
        out = np.empty(len(latent))
        for _, one, at in self.each(part):
            out[at] = one.marginal.quantile_z(np.ascontiguousarray(latent[at]))
        return out

    def start(self, splits: Float[Array, " s"] | None) -> Cells:
        """Return the stretches between split points; without any, `START` of each row that are as likely."""
        rows, parts, lows, highs = [], [], [], []
        for k, one in enumerate(self.parts):
            if splits is None:
                t = ndtri(np.arange(START + 1) / START)
                scale = np.maximum(one.latent.scale, _TINY)
                ends = one.latent.center[:, None] + scale[:, None] * t
            else:
                at = splits if isinstance(one.marginal, Kept) else latents_of(one.marginal, splits)[1]
                inner = np.unique(np.concatenate([[-np.inf], at, [np.inf]]))
                ends = np.broadcast_to(inner, (self.n, len(inner)))
            lows.append(ends[:, :-1].ravel())
            highs.append(ends[:, 1:].ravel())
            rows.append(np.repeat(np.arange(self.n), ends.shape[1] - 1))
            parts.append(np.full(len(rows[-1]), k))
        row, part, low, high = (np.concatenate(one) for one in (rows, parts, lows, highs))
        mass = self.mass(part, row, low, high)
        kept = mass > 0.0
        return _bare(row[kept], part[kept], low[kept], high[kept], mass[kept])


def _bare(row: Array, part: Array, low: Array, high: Array, mass: Array) -> Cells:
    zeros = np.zeros(len(row))
    return Cells(row, part, low, high, mass, zeros, np.zeros(len(row), dtype=np.int64), zeros)


def integrated(axis: Axis, ask: Asking, splits: Float[Array, " s"] | None) -> tuple[Cells, bool]:
    """Return stretches over each of which the likelihood is as good as known.

    Parameters
    ----------
    axis
        The latents.
    ask
        The likelihood.
    splits
        Values between which the likelihood is held to be level, as the model's split points state; this is tried on a
        few rows, and where it is not so they are but a start. ``None`` where none are known.

    Returns
    -------
    Cells, bool
        The stretches; whether the likelihood was level on each.
    """
    cells = axis.start(splits)
    cells, level = (_asked(axis, ask, cells), False) if splits is None else _tried(axis, ask, cells)
    if level:
        return cells, True
    split = np.ones(len(cells), dtype=bool)
    for _ in range(_ROUNDS):
        if not split.any() or time_limit.left() <= 0.0:
            break
        old, parents = cells.take(~split), cells.take(split)
        children = _thirds(axis, ask, parents)
        cells, new = old.joined(children)
        top, total = _evidence(cells, axis.n)
        worth = np.where(total > 0, 1.0 / np.where(total > 0, total, 1.0), 1.0)
        before, after = (one.mass * likelihood(one.log_l, top[one.row]) for one in (parents, children))
        off = np.abs(after.reshape(-1, 3).sum(axis=1) - before) * worth[parents.row]
        cells, new = old.joined(replace(children, error=np.repeat(off / 3, 3)))
        least = np.where(total > 0, _ONE, _LEAST)[cells.row]
        wide = cells.mass * worth[cells.row] > least
        split = (new & (3 * cells.error > _ONE)) | (_crossed(cells, total <= 0) & wide)
    return cells, False


def _asked(axis: Axis, ask: Asking, cells: Cells) -> Cells:
    """Return stretches with the likelihood at their middles."""
    middle = axis.between(cells.part, cells.row, cells.low, cells.high, 0.5)
    log_l, side = ask(cells.row, axis.values(cells.part, middle))
    side = np.zeros(len(cells), dtype=np.int64) if side is None else side
    return Cells(cells.row, cells.part, cells.low, cells.high, cells.mass, log_l, side, cells.error)


def _thirds(axis: Axis, ask: Asking, parents: Cells) -> Cells:
    """Return each stretch in three, next to one another; the middle one has the parent's likelihood."""
    inner = [axis.between(parents.part, parents.row, parents.low, parents.high, k / 3) for k in (1, 2)]
    ends = np.stack([parents.low, *inner, parents.high], axis=1)
    row, part = np.repeat(parents.row, 3), np.repeat(parents.part, 3)
    low, high = ends[:, :-1].ravel(), ends[:, 1:].ravel()
    children = _bare(row, part, low, high, axis.mass(part, row, low, high))
    outer = np.tile([True, False, True], len(parents))
    told = _asked(axis, ask, children.take(outer))
    log_l, side = np.repeat(parents.log_l, 3), np.repeat(parents.side, 3)
    log_l[outer], side[outer] = told.log_l, told.side
    return Cells(row, part, low, high, children.mass, log_l, side, children.error)


def _tried(axis: Axis, ask: Asking, cells: Cells) -> tuple[Cells, bool]:
    """Return stretches with the likelihood at their middles, and whether it is the same near both ends of each.

    The latter is tried on the first rows; all is asked in one call, since calls of a large forest cost by themselves.
    """
    some = np.flatnonzero(cells.row < _TRIED)
    at = np.concatenate([np.arange(len(cells)), some, some])
    share = np.repeat([0.5, 0.1, 0.9], [len(cells), len(some), len(some)])
    part, row, low, high = cells.part[at], cells.row[at], cells.low[at], cells.high[at]
    log_l, side = ask(row, axis.values(part, axis.between(part, row, low, high, share)))
    middle, *ends = np.split(log_l, [len(cells), len(cells) + len(some)])
    level = all(np.allclose(one, middle[some], rtol=0.0, atol=_LEVEL) for one in ends)
    side = np.zeros(len(cells), dtype=np.int64) if side is None else side[: len(cells)]
    return replace(cells, log_l=middle, side=side), level


def _evidence(cells: Cells, n: int) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
    """Return the largest log-likelihood of each row, and the evidence as a multiple of it."""
    top = np.full(n, -np.inf)
    np.maximum.at(top, cells.row, cells.log_l)
    return top, summed(cells.row, cells.mass * likelihood(cells.log_l, top[cells.row]), n)


def likelihood(log_l: Float[Array, " p"], top: Float[Array, " p"]) -> Float[Array, " p"]:
    """Return likelihoods beside the largest ones, 0 where there is none."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isneginf(log_l), 0.0, np.exp(log_l - top))


def _crossed(cells: Cells, nothing: Bool[Array, " n"]) -> Bool[Array, " p"]:
    """Return which stretches lie beside one of the same row and part that is on another side of the known output.

    Of rows where nothing was found the two outermost are among them: what gives the output may lie farther out.
    """
    same = (cells.row[1:] == cells.row[:-1]) & (cells.part[1:] == cells.part[:-1])
    other = np.append(np.append(False, same & (cells.side[1:] != cells.side[:-1])), False)
    outermost = np.append(~same, True) | np.append(True, ~same)
    return other[1:] | other[:-1] | (outermost & nothing[cells.row])


def spread(axis: Axis, cells: Cells, weight: Float[Array, " p"]) -> tuple[Array, Array, Array, Array]:
    """Return stretches as points, none of them much of a row: rows, values, prior masses and weights.

    Parameters
    ----------
    axis
        The latents.
    cells
        Stretches.
    weight
        Of each, under the posterior.
    """
    shares = [one / np.maximum(summed(cells.row, one, axis.n), _TINY)[cells.row] for one in (cells.mass, weight)]
    pieces = np.clip(np.ceil(np.maximum(*shares) * _PIECES), 1, _MOST).astype(np.intp)
    back = np.repeat(np.arange(len(cells)), pieces)
    k = np.arange(len(back)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    row, part, low, high = cells.row[back], cells.part[back], cells.low[back], cells.high[back]
    ends = [axis.between(part, row, low, high, (k + step) / pieces[back]) for step in (0.0, 1.0)]
    first, last = np.where(k == 0, low, ends[0]), np.where(k == pieces[back] - 1, high, ends[1])
    mass = np.where(pieces[back] == 1, cells.mass[back], axis.mass(part, row, first, last))
    middle = axis.between(part, row, first, last, 0.5)
    level = np.where(cells.mass > 0, weight / np.where(cells.mass > 0, cells.mass, 1.0), 0.0)
    return row, axis.values(part, middle), mass, mass * level[back]


_TINY = 1e-300
_FAR = 38.0
"""Where the normal density ends in 64 bits."""
