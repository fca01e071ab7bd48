"""A world with two modes, far apart, whose posterior is known by quadrature."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import log_expit
from scipy.stats import norm

from bench.worlds import LogisticWorld

WIDE_GRID = np.linspace(-14.0, 14.0, 56_001)
SHARES = (0.7, 0.3)
"""Of the upper and the lower mode: unequal, since a sampler that splits its draws evenly would be right by chance."""


@dataclass(frozen=True, eq=False)
class TwoSidedWorld(LogisticWorld):
    """As `LogisticWorld`, with ``p(1|z) = .7 expit(slope u - shift) + .3 expit(-slope u - shift)``."""

    family = "two-sided world"
    fingerprint = "two-sided world"

    def log_proba(self, X: np.ndarray) -> np.ndarray:
        """Return log-probabilities of both classes, shape (n, 2)."""
        u = X @ self.direction
        return np.column_stack([self._log_class(u, -1.0), self._log_class(u, 1.0)])

    def _log_class(self, u: np.ndarray, sign: float, shift: float | None = None) -> np.ndarray:
        shift = self.shift if shift is None else shift
        up, down = (log_expit(sign * (side * self.slope * u - shift)) for side in (1.0, -1.0))
        return np.logaddexp(np.log(SHARES[0]) + up, np.log(SHARES[1]) + down)

    def _mass(self, shift: float) -> float:
        density = np.exp(norm.logpdf(WIDE_GRID) + self._log_class(WIDE_GRID, 1.0, shift))
        return float(density.sum() * (WIDE_GRID[1] - WIDE_GRID[0]))

    @cached_property
    def grid(self) -> np.ndarray:
        """Where `density` is taken."""
        return WIDE_GRID

    @cached_property
    def density(self) -> np.ndarray:
        """The exact posterior of `u` on `grid`, summing to one."""
        p = np.exp(norm.logpdf(WIDE_GRID) + self._log_class(WIDE_GRID, 1.0))
        return p / p.sum()
