"""Posteriors whose answers are known: a logistic likelihood along one direction, and a world of few states."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_expit
from scipy.stats import norm

import retrodict as rd
from retrodict.inference.observation import Label
from retrodict.inference.posterior import Posterior
from retrodict.priors.marginals import Normal

GRID = np.linspace(-9.0, 14.0, 46_001)
"""Where integrals over the one direction are taken: a Riemann sum of smooth functions that vanish at both ends."""


@dataclass(frozen=True, eq=False)
class LogisticWorld:
    """``z ~ N(0, I)``, ``p(1|z) = expit(slope u - shift)`` along the direction ``u = a'z``, ``|a| = 1``.

    The posterior of `u` is one-dimensional, and so known to rounding; across it the posterior is the prior. It serves
    as a retrodict model of its own.

    Parameters
    ----------
    dim
        Dimensions of z.
    evidence
        The evidence of class 1; it decides the shift.
    slope
        How sharp the likelihood is.
    """

    dim: int
    evidence: float
    slope: float = 3.0

    family = "logistic world"
    likelihood = "exact (logits)"
    fingerprint = "logistic world"

    @cached_property
    def schema(self) -> rd.Schema:
        """One continuous feature a dimension."""
        return rd.Schema(tuple(rd.Feature(f"z{j}") for j in range(self.dim)), rd.schema.Target("y", (0, 1)))

    def bind(self, schema: rd.Schema) -> Self:
        """Return itself: it has no other columns."""
        return self

    @cached_property
    def direction(self) -> np.ndarray:
        """The unit vector that the model looks along; no axis is left out."""
        a = 1.0 + np.arange(self.dim) % 3
        return a / np.linalg.norm(a)

    @cached_property
    def shift(self) -> float:
        """The shift that gives the evidence asked for."""
        return float(brentq(lambda b: np.log(self._mass(b)) - np.log(self.evidence), -50.0, 200.0, xtol=1e-12))

    def _mass(self, shift: float) -> float:
        return float(np.exp(norm.logpdf(GRID) + log_expit(self.slope * GRID - shift)).sum() * (GRID[1] - GRID[0]))

    def log_proba(self, X: np.ndarray) -> np.ndarray:
        """Return log-probabilities of both classes, shape (n, 2)."""
        scores = self.slope * (X @ self.direction) - self.shift
        return np.column_stack([log_expit(-scores), log_expit(scores)])

    def posterior(self, max_queries: int | None = None) -> Posterior:
        """Return the posterior of class 1 with a meter of its own."""
        prior = rd.priors.IndependentPrior(self.schema, (Normal(0.0, 1.0),) * self.dim)
        return Posterior(prior, rd.models.Meter(self, max_queries), Label(1, 1))

    @cached_property
    def density(self) -> np.ndarray:
        """The exact posterior of `u` on `GRID`, summing to one."""
        p = np.exp(norm.logpdf(GRID) + log_expit(self.slope * GRID - self.shift))
        return p / p.sum()

    @cached_property
    def truth(self) -> tuple[np.ndarray, np.ndarray]:
        """Exact posterior means and variances of the test functions of `tests`."""
        along = np.column_stack([GRID, *(edge < GRID for edge in self.edges)])
        mean = self.density @ along
        variance = self.density @ (along - mean) ** 2
        return np.append(mean, 0.0), np.append(variance, 1.0)

    @cached_property
    def edges(self) -> np.ndarray:
        """The quartiles of `u` under the posterior."""
        return np.interp([0.25, 0.5, 0.75], np.cumsum(self.density), GRID)

    def tests(self, X: np.ndarray) -> np.ndarray:
        """Return the test functions of draws: `u`, whether it passes each quartile, and one coordinate across."""
        u = X @ self.direction
        across = np.zeros(self.dim)
        across[0], across[1] = self.direction[1], -self.direction[0]
        return np.column_stack([u, *(u > edge for edge in self.edges), X @ (across / np.linalg.norm(across))])


def effective(estimates: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> float:
    """Return the number of independent exact draws that would be as far from the truth as the runs' estimates were.

    Parameters
    ----------
    estimates
        Shape (runs, q): what independent runs found for `q` posterior means.
    mean, variance
        Shape (q,): the exact posterior means, and the variances of one exact draw.
    """
    return float(variance.sum() / ((estimates - mean) ** 2).mean(axis=0).sum())
