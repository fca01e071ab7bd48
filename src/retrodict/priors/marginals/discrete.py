"""Marginals over finitely many values: categories, integers, constants; and rounding for the rest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.special import ndtri

from retrodict.errors import PriorError
from retrodict.priors.marginals.closed import Uniform
from retrodict.priors.marginals.contract import Marginal

Array = np.ndarray

LARGEST_TABLE = 65_536
"""More values than this are not tabulated: they count as a continuous range that is rounded."""

_FEW = 12  # thresholds up to which comparing with each of them is quickest
_SHOWN = 100  # values up to which a description lists them
_HAIR = 1e-9  # of the latent: more than rounding moves one into another cell
_DEEPEST = 6  # thresholds within a cell of the guide: with more, bisection is quicker
_REACH, _CELLS = 8.5, 4096  # the guide's reach in the latent and its number of cells


@dataclass(frozen=True, eq=False)
class Discrete:
    """Finitely many values, met in the given order as the latent grows.

    Parameters
    ----------
    support
        Shape (k,): the values (numbers, or category indices), in the order of the latent.
    shares
        Shape (k,): not negative; they are scaled to sum to one, and values of share zero are left out.

    Raises
    ------
    PriorError
        If shapes differ, a share is negative or not finite, or all are zero.
    """

    support: Float[Array, " k"]
    shares: Float[Array, " k"]
    _thresholds: Float[Array, " t"] = field(init=False, repr=False)
    _guide: Int[Array, " c"] | None = field(init=False, repr=False)
    _depth: int = field(init=False, repr=False)
    _offset: float | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        support = np.array(self.support, dtype=np.float64).ravel()
        shares = np.array(self.shares, dtype=np.float64).ravel()
        if support.shape != shares.shape or not len(support):
            raise PriorError(f"{len(support)} values have {len(shares)} shares; give one share a value")
        if not (np.isfinite(shares).all() and (shares >= 0).all() and shares.sum() > 0):
            raise PriorError("shares must be finite, not negative and not all zero; correct them")
        support, shares = support[shares > 0], shares[shares > 0] / shares.sum()
        # Tails are summed from their own end, so that rare values on either side keep their probability.
        below, above = np.cumsum(shares)[:-1], np.cumsum(shares[::-1])[-2::-1]
        with np.errstate(divide="ignore"):
            thresholds = np.where(below < 0.5, ndtri(below), -ndtri(above))
        guide, depth = _guide(thresholds) if len(thresholds) > _FEW else (None, 0)
        step = bool((np.diff(support) == 1.0).all())
        offset = float(support[0]) if step else None
        for name, value in (
            ("support", support),
            ("shares", shares),
            ("_thresholds", thresholds),
            ("_guide", guide),
            ("_depth", depth),
            ("_offset", offset),
        ):
            object.__setattr__(self, name, value)

    def quantile_z(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Map standard normals by their thresholds; see `Marginal.quantile_z`."""
        index = self._index(z)
        if self._offset is None:
            return self.support.take(index)
        return index + self._offset

    def _index(self, z: Array) -> Array:
        if len(self._thresholds) <= _FEW:
            small = np.zeros(len(z), dtype=np.int8)
            for threshold in self._thresholds:
                small += z >= threshold
            return small
        if self._guide is None:
            return np.searchsorted(self._thresholds, z, side="right")
        cell = z + _REACH
        cell *= _CELLS / (2 * _REACH)
        np.clip(cell, 0, _CELLS - 1, out=cell)
        index = self._guide.take(cell.astype(np.intp))
        ends = np.append(self._thresholds, np.inf)
        for _ in range(self._depth):
            index += z >= ends.take(index)
        return index

    def values(self) -> Float[Array, " k"]:
        """Return the values of positive probability, in the order of the latent."""
        return self.support

    def probabilities(self) -> Float[Array, " k"]:
        """Return their probabilities."""
        return self.shares

    def breaks(self) -> Float[Array, " k"]:
        """Return the latents at which one value gives way to the next."""
        return self._thresholds

    def describe(self) -> dict[str, Any]:
        """Return values and probabilities as plain data, or their range where they are many."""
        if len(self.support) == 1:
            return {"kind": "constant", "value": float(self.support[0])}
        if len(self.support) > _SHOWN:
            mean = float(self.shares @ self.support)
            sd = math.sqrt(float(self.shares @ (self.support - mean) ** 2))
            ends = {"min": float(self.support.min()), "max": float(self.support.max())}
            return {"kind": "discrete", "n_values": len(self.support), "mean": mean, "sd": sd, **ends}
        return {"kind": "discrete", "values": self.support.tolist(), "probabilities": self.shares.tolist()}


def _guide(thresholds: Array) -> tuple[Int[Array, " c"] | None, int]:
    """Return how many thresholds lie before each cell of the latent, and the most that lie within one cell."""
    edges = np.linspace(-_REACH, _REACH, _CELLS + 1)
    # A hair below the edge: a latent that rounds up into a cell must not be taken to be past its edge.
    before = np.searchsorted(thresholds, edges - _HAIR)
    after = np.append(np.searchsorted(thresholds, edges[1:-1] + _HAIR), len(thresholds))
    before[0] = 0
    depth = int((after - before[:-1]).max())
    return (before[:-1].astype(np.intp), depth) if depth <= _DEEPEST else (None, 0)


def constant(value: float) -> Discrete:
    """Return the marginal that always gives one value."""
    return Discrete(np.array([value]), np.ones(1))


def listed(shares: Sequence[float] | Float[Array, " k"], order: Sequence[int] | None = None) -> Discrete:
    """Return the marginal of a listed feature: category indices with shares.

    Parameters
    ----------
    shares
        Shape (k,), one a category, in the schema's order.
    order
        The category indices in the order in which the latent meets them; the schema's order by default.

    Raises
    ------
    PriorError
        If shares are negative or all zero, or `order` is no permutation.
    """
    p = np.asarray(shares, dtype=np.float64)
    indices = np.arange(len(p)) if order is None else np.asarray(order)
    if sorted(indices.tolist()) != list(range(len(p))):
        raise PriorError(f"order must list the indices of all {len(p)} categories once, got {indices.tolist()}")
    return Discrete(indices.astype(np.float64), p[indices])


def integer_range(low: float, high: float) -> Marginal:
    """Return the uniform over the integers from `low` to `high`, both included.

    Raises
    ------
    PriorError
        If no integer lies between them.
    """
    first, last = math.ceil(low), math.floor(high)
    if first > last:
        raise PriorError(f"no integer lies between min {low:g} and max {high:g}; widen the range")
    if last - first >= LARGEST_TABLE:
        return Rounded(Uniform(first - 0.5, last + 0.5), first, last)
    return Discrete(np.arange(first, last + 1, dtype=np.float64), np.ones(last - first + 1))


@dataclass(frozen=True, eq=False)
class Rounded:
    """A continuous marginal rounded to whole numbers of steps: for integers of too many values to tabulate.

    Parameters
    ----------
    inner
        The continuous marginal.
    low, high
        Values of the grid that the result is kept between, possibly infinite.
    step
        Of the grid: one for integers, 0.1 for one decimal.
    offset
        A value of the grid.
    """

    inner: Marginal
    low: float = -math.inf
    high: float = math.inf
    step: float = 1.0
    offset: float = 0.0

    def quantile_z(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Map standard normals by the continuous marginal and round; see `Marginal.quantile_z`."""
        out = self.inner.quantile_z(z)
        # The outer rounding takes off what a multiple of a decimal step has in its last place.
        if self.offset:
            out = np.round(np.rint((out - self.offset) / self.step) * self.step + self.offset, 10)
        else:
            out = np.rint(out) if self.step == 1.0 else np.round(np.rint(out / self.step) * self.step, 10)
        return np.clip(out, self.low, self.high, out=out)

    def breaks(self) -> Float[Array, " k"]:
        """Return the bends of the continuous marginal; the steps are too small to matter to quadrature."""
        return self.inner.breaks()

    def describe(self) -> dict[str, Any]:
        """Return the continuous marginal as plain data."""
        step = {} if self.step == 1.0 else {"step": self.step}
        offset = {"offset": self.offset} if self.offset else {}
        return {"kind": "rounded", "of": self.inner.describe(), **step, **offset}
