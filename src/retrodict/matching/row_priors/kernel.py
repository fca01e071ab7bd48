"""The part of a smoothed bootstrap: one component a row of the sample, numbers around it, categories near its own."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from scipy.linalg import cho_factor, cho_solve

from retrodict.matching.axes import NumberAxis, nearest_on_grid
from retrodict.matching.codebook import category_in, number_in
from retrodict.matching.row_priors.part import Held, Part, softened
from retrodict.matching.row_priors.sight import Sight
from retrodict.matching.row_priors.slots import LEAST
from retrodict.priors.conditional.kernel import Sample

Array = np.ndarray

_RIDGE = 1e-6
"""Of a number's variance, added to the kernel's: columns that are sums of others have no density without."""
_ON_GRID = 1e-9
"""Of a step: a cut this near above a value of the grid is at it."""


def kernel_part(sample: Sample, sight: Sight) -> Part:
    """Return the components of a smoothed bootstrap.

    Latents are the numbers themselves, in units of the sample's standard deviation, so that cuts end their slots. What
    the kernel moves past a bound stays in the outermost cell that it reaches, and is brought back as a value only.

    Parameters
    ----------
    sample
        In the prior's own encoding.
    sight
        What the codes show of it.

    Raises
    ------
    SchemaError
        If it has values that the model does not know.
    """
    bandwidth = sample.bandwidth
    places, axes = sight.places, range(len(sight.book.axes))
    own = [places[j] for j in sight.of_axes]
    rows = sample.rows
    mean, sd, covariance = _moments(sample)
    numbers = np.array([not sight.schema.features[j].listed and sd[j] > 0 and bandwidth > 0 for j in own], dtype=bool)
    tied = numbers & np.array([isinstance(axis, NumberAxis) for axis in sight.book.axes], dtype=bool)
    shrink = 1.0 / np.sqrt(1.0 + bandwidth**2)
    standard = np.where(np.isnan(rows), 0.0, (rows - mean) / np.where(sd > 0, sd, 1.0)) * shrink
    wide = covariance[np.ix_(own, own)] * (bandwidth * shrink) ** 2
    inner = np.where(np.outer(tied, tied), wide + _RIDGE * np.eye(len(own)), np.eye(len(own)))
    gone = np.isnan(rows[:, own]).astype(np.float64)
    return Part(
        weights=sample.weights,
        tied=tied,
        means=np.where(tied, standard[:, own], 0.0),
        covariance=inner,
        slots=tuple(np.arange(sight.size(a)) if tied[a] else np.empty(0, dtype=np.int64) for a in axes),
        ends=tuple(_ends(sample, sight, a, mean[own[a]], sd[own[a]]) if tied[a] else np.empty(0) for a in axes),
        missing=np.column_stack([softened(gone[:, a], sight.gaps(a)) for a in axes]) if own else gone,
        chances=tuple(np.empty((len(rows), 0)) if tied[a] else _chances(sample, sight, a) for a in axes),
        values=_KernelValues(sight, sample, mean, sd, standard, covariance * (bandwidth * shrink) ** 2),
    )


def _moments(sample: Sample) -> tuple[Array, Array, Array]:
    """Return means and standard deviations of all features, and the kernel's correlation; 0 of listed ones."""
    d, numeric = len(sample.schema), list(sample.numeric)
    mean, sd, correlation = np.zeros(d), np.zeros(d), np.zeros((d, d))
    mean[numeric] = sample.mean
    sd[numeric] = np.sqrt((sample.factor**2).sum(axis=1))
    unit = sample.factor / np.where(sd[numeric] > 0, sd[numeric], 1.0)[:, None]
    correlation[np.ix_(numeric, numeric)] = unit @ unit.T
    return mean, sd, correlation


def _ends(sample: Sample, sight: Sight, a: int, mean: float, sd: float) -> Array:
    """Return where a number's cells end in its latent; of what is rounded, midway between two values."""
    axis, grid = sight.axis(a), sample.steps[sight.places[sight.of_axes[a]]]
    assert isinstance(axis, NumberAxis)
    cuts = axis.cuts
    if grid is not None:
        step, offset = grid
        cuts = (np.floor((cuts - offset) / step + _ON_GRID) + 0.5) * step + offset
    return np.concatenate([[-np.inf], (cuts - mean) / sd, [np.inf]])


def _chances(sample: Sample, sight: Sight, a: int) -> Array:
    """Return the chances of an axis's codes given each row: its own, and of listed ones those of a redraw."""
    place, size = sight.places[sight.of_axes[a]], sight.size(a)
    column = sample.rows[:, place]
    present = np.flatnonzero(~np.isnan(column))
    codes = np.zeros(len(column), dtype=np.int64)
    codes[present] = sight.codes(a, column[present])
    out = np.zeros((len(column), size))
    redraw, shares = 0.0, np.bincount(codes[present], sample.weights[present], minlength=size)
    if sight.schema.features[place].listed:
        seen = np.flatnonzero(sample.shares[place] > 0)
        shares = np.bincount(sight.codes(a, seen.astype(np.float64)), sample.shares[place][seen], minlength=size)
        redraw = sample.redraw
    shares = shares / shares.sum() if shares.sum() > 0 else np.full(size, 1.0 / size)
    out[present, codes[present]] = 1.0 - redraw
    out[present] += redraw * shares
    out[np.isnan(column)] = shares
    out = np.maximum(out, LEAST)
    return np.asarray(out / out.sum(axis=1, keepdims=True))


@dataclass(frozen=True, eq=False)
class _KernelValues:
    """What rows of a sample say inside cells: the latent itself, back in its own units, in the cell; see `Values`."""

    sight: Sight
    sample: Sample = field(repr=False)
    mean: Float[Array, " d"]
    sd: Float[Array, " d"]
    standard: Float[Array, "k d"] = field(repr=False)
    covariance: Float[Array, "d d"] = field(repr=False)

    def fill(self, held: Held, part: Part, rng: np.random.Generator) -> Float[Array, "n d"]:
        """Return rows with these codes; see `Values.fill`."""
        sight, book, sample = self.sight, self.sight.book, self.sample
        n, at, places = len(held.codes), {j: a for a, j in enumerate(sight.of_axes)}, sight.places
        out = np.empty((n, len(book.schema)))
        latents = self._latents(held, part, rng)
        for j, place in enumerate(places):
            u, own = rng.random(n), sample.schema.features[place]
            a = at.get(j)
            if a is None:
                value = sample.rows[held.which, place]
                if not own.listed and self.sd[place] > 0 and sample.bandwidth:
                    value = np.where(np.isnan(value), np.nan, self._kept(latents[:, place], place))
                elif own.listed and held.drawn:
                    again = (u < sample.redraw) & ~np.isnan(value)
                    another = rng.choice(len(sample.shares[place]), n, p=sample.shares[place])
                    value = np.where(again, another, value)
                out[:, j] = sight.encoded(j, value)
                continue
            axis, codes = book.axes[a], held.codes[:, a]
            if part.tied[a]:
                assert isinstance(axis, NumberAxis)
                out[:, j] = _inside(axis, codes, self._kept(latents[:, place], place))
            elif isinstance(axis, NumberAxis):
                out[:, j] = number_in(axis, codes, book.marginals[j], u)
            else:
                out[:, j] = category_in(axis, codes, book.marginals[j], u)
        return out

    def _latents(self, held: Held, part: Part, rng: np.random.Generator) -> Array:
        """Return the latents of all the prior's numbers: those of split ones as they are, of others given them."""
        places = self.sight.places
        own = [places[j] for j in self.sight.of_axes]
        known = [own[a] for a in np.flatnonzero(part.tied)]
        others = [j for j in places if j not in own and self.sd[j] > 0]
        out = np.array(self.standard[held.which])
        noise = rng.standard_normal((len(out), len(others)))
        if others:
            left = self.covariance[np.ix_(others, others)]
            if known:
                between = self.covariance[np.ix_(known, others)]
                factor = cho_factor(self.covariance[np.ix_(known, known)] + _RIDGE * np.eye(len(known)))
                out[:, others] += (held.latents[:, part.tied] - out[:, known]) @ cho_solve(factor, between)
                left = left - between.T @ cho_solve(factor, between)
            if held.drawn:
                values, vectors = np.linalg.eigh(left)
                out[:, others] += noise @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
        out[:, known] = held.latents[:, part.tied]
        return out

    def _kept(self, latents: Array, place: int) -> Array:
        """Return latents as values on their grid, within bounds."""
        feature, grid = self.sample.schema.features[place], self.sample.steps[place]
        out = self.mean[place] + self.sd[place] * latents
        if grid is not None:
            out = np.rint((out - grid[1]) / grid[0]) * grid[0] + grid[1]
        low, high = (
            (-np.inf if feature.low is None else feature.low),
            (np.inf if feature.high is None else feature.high),
        )
        return np.clip(out, low, high)


def _inside(axis: NumberAxis, codes: Array, values: Array) -> Array:
    """Return values in their cells: those that lie outside at the nearer end."""
    gone = codes == axis.missing
    low, high = axis.ends(np.where(gone, 0, codes))
    out = np.minimum(np.maximum(values, np.nextafter(low, np.inf)), high)
    if axis.step is not None:
        out = nearest_on_grid(out, low, high, axis.step)
    return np.where(gone, np.nan, out)
