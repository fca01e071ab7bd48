"""A slow quantile function, tabulated once in the latent and read back as a monotone cubic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline

from retrodict.errors import PriorError
from retrodict.priors.marginals.cubics import cubics, read

Array = np.ndarray

EDGE = 8.0
"""The table reaches this far on both sides; one latent in 10**15 falls beyond it and is mapped exactly."""

TOLERANCE = 1e-8
"""Largest error of the table between its nodes, in units of the larger of the spread and the value's own distance."""

_FIRST, _LAST = 512, 8192  # intervals to begin with, and at most


@dataclass(frozen=True, eq=False)
class Tabulated:
    """A marginal read from a table; make one with `tabulate`.

    Parameters
    ----------
    exact
        The quantile as a function of the latent, used beyond the table.
    coefficients
        Shape (4, k): the cubic of every interval in its local coordinate, the constant first.
    low, high
        The ends of the support, possibly infinite.
    about
        What it is, as plain data.
    """

    exact: Callable[[Array], Array]
    coefficients: Float[Array, "4 k"]
    low: float
    high: float
    about: dict[str, Any] = field(default_factory=dict)

    def quantile_z(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Map standard normals by the table; see `Marginal.quantile_z`."""
        out = read(self.coefficients, EDGE, z)
        if z.size and (z.min() < -EDGE or z.max() > EDGE):
            beyond = np.abs(z) > EDGE
            out[beyond] = self.exact(z[beyond])
        return np.clip(out, self.low, self.high, out=out)  # polynomials and scipy both round past the ends

    def breaks(self) -> Float[Array, " k"]:
        """Return no latents: the map is smooth."""
        return np.empty(0)

    def describe(self) -> dict[str, Any]:
        """Return what it is as plain data."""
        return dict(self.about)


def tabulate(
    exact: Callable[[Array], Array],
    low: float = -np.inf,
    high: float = np.inf,
    about: dict[str, Any] | None = None,
) -> Tabulated:
    """Tabulate a non-decreasing quantile function of the latent.

    The grid is refined until cubics between its nodes are within `TOLERANCE` of the exact values at the midpoints
    (at most 8,192 intervals); slopes are those of a cubic spline, limited after Fritsch and Carlson (1980,
    doi:10.1137/0717021) so that no interval decreases.

    Parameters
    ----------
    exact
        (n,) latents -> (n,) values; picklable if the prior is to be sent to other processes.
    low, high
        The ends of the support; values are kept within.
    about
        What `describe` returns.

    Raises
    ------
    PriorError
        If the quantile function gives values that are not finite.
    """
    count = _FIRST
    nodes = _evaluate(exact, np.linspace(-EDGE, EDGE, count + 1))
    while True:
        halves = _evaluate(exact, (np.arange(count) + 0.5) * (2 * EDGE / count) - EDGE)
        merged = np.empty(2 * count + 1)
        merged[::2], merged[1::2] = nodes, halves
        coefficients = _cubics(nodes)
        middle = coefficients.T @ 0.5 ** np.arange(4)
        spread = np.interp(1.0, *_axes(nodes)) - np.interp(-1.0, *_axes(nodes))
        scale = np.maximum(spread / 2, np.abs(halves - nodes[count // 2]))
        if count >= _LAST or (np.abs(middle - halves) <= TOLERANCE * scale).all():
            # The midpoints are known by now: using them makes the table another order better at no cost.
            return Tabulated(exact, _cubics(merged), low, high, about or {})
        nodes, count = merged, 2 * count


def _axes(nodes: Array) -> tuple[Array, Array]:
    return np.linspace(-EDGE, EDGE, len(nodes)), nodes


def _evaluate(exact: Callable[[Array], Array], z: Array) -> Array:
    values = np.asarray(exact(z), dtype=np.float64)
    if not np.isfinite(values).all():
        first = z[~np.isfinite(values)][0]
        raise PriorError(f"the quantile function is not finite at latent {first:g}; use other parameters or bounds")
    return values


def _cubics(nodes: Array) -> Float[Array, "4 k"]:
    """Return the monotone cubic of every interval, with the interval's width as the unit."""
    nodes = np.maximum.accumulate(nodes)  # iterative quantile functions can step back by a rounding error
    rise = np.diff(nodes)
    slope = CubicSpline(np.arange(len(nodes)), nodes)(np.arange(len(nodes)), 1)
    limit = 3 * np.minimum(np.concatenate([rise[:1], rise]), np.concatenate([rise, rise[-1:]]))
    slope = np.clip(slope, 0.0, limit)
    return cubics(nodes, slope)
