"""A scipy distribution's quantile as a function of the latent, accurate in both tails."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class ScipyQuantile:
    """The quantile of a frozen scipy distribution at ``ndtr(z)``, optionally cut to an interval or reflected.

    Parameters
    ----------
    frozen
        A frozen continuous distribution of `scipy.stats`.
    low, high
        Where its support is cut (renormalised between), possibly infinite.
    reflected
        Whether the values are negated (and the order of the latent with them, so that the map still increases).
    """

    frozen: Any
    low: float = -np.inf
    high: float = np.inf
    reflected: bool = False

    def __call__(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """Return the values at latents `z`, shape (n,)."""
        z = np.asarray(z, dtype=np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of inverses that give up; `_forward` sees to those
            return -self._forward(-z) if self.reflected else self._forward(z)

    def _forward(self, z: Array) -> Array:
        out = np.empty(len(z))
        upper = z > 0  # each half works with its own small tail: 1 - p would lose it
        lower = ~upper
        below = self.frozen.cdf(self.low) if np.isfinite(self.low) else 0.0
        above = self.frozen.sf(self.high) if np.isfinite(self.high) else 0.0
        kept = 1.0 - below - above
        out[lower] = self.frozen.ppf(below + kept * ndtr(z[lower]))
        out[upper] = self.frozen.isf(above + kept * ndtr(-z[upper]))
        lost = np.isnan(out)  # some of scipy's inverses give up on probabilities below 1e-16: the other tail can answer
        out[lost & lower] = self.frozen.isf(above + kept * ndtr(-z[lost & lower]))
        out[lost & upper] = self.frozen.ppf(below + kept * ndtr(z[lost & upper]))
        return np.clip(out, self.low, self.high)
