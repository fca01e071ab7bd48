"""A marginal cut to bounds that it would leave, and renormalised between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr, ndtri

from retrodict.errors import PriorError
from retrodict.priors.marginals.contract import Marginal

Array = np.ndarray

_EDGE = 8.5  # latents beyond it are met once in 10**17
_HALVINGS = 60
_LEAST_MASS = 1e-9  # what must be left between the bounds


@dataclass(frozen=True, eq=False)
class Truncated:
    """A marginal given that its values lie within bounds: nothing piles up on them.

    Parameters
    ----------
    inner
        A marginal over numbers, increasing in its latent.
    low, high
        The bounds, possibly infinite.

    Raises
    ------
    PriorError
        If next to nothing of the marginal lies between the bounds.
    """

    inner: Marginal
    low: float = -np.inf
    high: float = np.inf
    _ends: tuple[float, float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        first = _edge(self.inner, self.low, below=True)
        last = _edge(self.inner, self.high, below=False)
        if not ndtr(last) - ndtr(first) > _LEAST_MASS:
            raise PriorError(f"next to nothing of the distribution lies between {self.low:g} and {self.high:g}")
        object.__setattr__(self, "_ends", (first, last))

    def quantile_z(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Map standard normals through the part of the inner latents that is left; see `Marginal.quantile_z`."""
        first, last = self._ends
        # Each half works with its own small tail: 1 - p would lose it.
        lower = ndtri(ndtr(first) + ndtr(np.minimum(z, 0.0)) * (ndtr(last) - ndtr(first)))
        upper = -ndtri(ndtr(-last) + ndtr(-np.maximum(z, 0.0)) * (ndtr(-first) - ndtr(-last)))
        latent = np.clip(np.where(z > 0, upper, lower), first, last)
        return np.clip(self.inner.quantile_z(np.ascontiguousarray(latent)), self.low, self.high)

    def breaks(self) -> Float[Array, " k"]:
        """Return the latents at which the inner map jumps or bends, where they are now."""
        first, last = self._ends
        inner = np.asarray(self.inner.breaks())
        inner = inner[(inner > first) & (inner < last)]
        return ndtri((ndtr(inner) - ndtr(first)) / (ndtr(last) - ndtr(first)))

    def describe(self) -> dict[str, Any]:
        """Return the inner marginal and the bounds as plain data."""
        ends = {"min": self.low, "max": self.high}
        return {"kind": "truncated", "of": self.inner.describe(), **{k: v for k, v in ends.items() if np.isfinite(v)}}


def _edge(inner: Marginal, bound: float, *, below: bool) -> float:
    """Return the first latent whose value is not below the bound, or the last whose value is not above it."""
    lo, hi = -_EDGE, _EDGE
    if not np.isfinite(bound):
        return lo if below else hi
    for _ in range(_HALVINGS):
        middle = (lo + hi) / 2.0
        value = float(inner.quantile_z(np.array([middle]))[0])
        if value < bound or (value == bound and not below):
            lo = middle
        else:
            hi = middle
    return hi if below else lo


def within_bounds(marginal: Marginal, low: float | None, high: float | None) -> Marginal:
    """Return a marginal cut to bounds; itself where it does not leave them.

    Raises
    ------
    PriorError
        If next to nothing of it lies between them.
    """
    ends = (-np.inf if low is None else low, np.inf if high is None else high)
    first, last = marginal.quantile_z(np.array([-_EDGE, _EDGE])).tolist()
    return marginal if first >= ends[0] and last <= ends[1] else Truncated(marginal, *ends)
