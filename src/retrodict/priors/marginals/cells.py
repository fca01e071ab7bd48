"""A marginal of cells: each has a share, and inside one every value is as likely."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri

from retrodict.errors import PriorError
from retrodict.priors.marginals.normal_share import normal_share

Array = np.ndarray

_SHOWN = 100  # cells up to which a description lists them
_DECILES = np.linspace(0, 1, 11)


@dataclass(frozen=True, eq=False)
class Cells:
    """A distribution that is uniform inside each of its cells.

    Parameters
    ----------
    edges
        Shape (k + 1,): finite and increasing.
    shares
        Shape (k,): not negative; they are scaled to sum to one.

    Raises
    ------
    PriorError
        If edges do not increase, shapes differ, or shares are negative or all zero.
    """

    edges: Float[Array, " e"]
    shares: Float[Array, " k"]
    _ends: Float[Array, " e"] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        edges = np.asarray(self.edges, dtype=np.float64).ravel()
        shares = np.asarray(self.shares, dtype=np.float64).ravel()
        if len(edges) != len(shares) + 1 or not len(shares):
            raise PriorError(f"{len(edges)} edges have {len(shares)} shares between them; give one share a cell")
        if not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
            raise PriorError("the edges of cells must be finite and increase; sort them and drop repeated ones")
        if not (np.isfinite(shares).all() and (shares >= 0).all() and shares.sum() > 0):
            raise PriorError("shares must be finite, not negative and not all zero; correct them")
        ends = np.concatenate([[0.0], np.cumsum(shares)]) / shares.sum()
        for name, value in (("edges", edges), ("shares", shares / shares.sum()), ("_ends", ends / ends[-1])):
            object.__setattr__(self, name, value)

    def quantile_z(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Map standard normals through their probabilities; see `Marginal.quantile_z`."""
        u = normal_share(z)
        # Ends that an empty cell repeats are passed over: no value falls inside such a cell.
        cell = np.clip(np.searchsorted(self._ends, u, side="right") - 1, 0, len(self.shares) - 1)
        share = self.shares[cell]
        part = np.divide(u - self._ends[cell], share, out=np.zeros_like(u), where=share > 0)
        return self.edges[cell] + np.clip(part, 0.0, 1.0) * np.diff(self.edges)[cell]

    def cdf(self, values: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return the share at or below each value."""
        return np.interp(values, self.edges, self._ends)

    def breaks(self) -> Float[Array, " k"]:
        """Return the latents of the inner edges."""
        inner = np.unique(self._ends)
        return ndtri(inner[(inner > 0) & (inner < 1)])

    def describe(self) -> dict[str, Any]:
        """Return edges and shares as plain data, or deciles where they are many."""
        if len(self.shares) > _SHOWN:
            deciles = self.quantile_z(ndtri(_DECILES))
            return {"kind": "cells", "n_cells": len(self.shares), "deciles": deciles.tolist()}
        return {"kind": "cells", "edges": self.edges.tolist(), "shares": self.shares.tolist()}
