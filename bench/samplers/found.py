"""What a sampler gives back, and the forms of a posterior that samplers take: with a prior, or as one density."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri

from retrodict.inference.posterior import Posterior

LOG_TWO_PI = float(np.log(2 * np.pi))
NEAREST_EDGE = 1e-300
"""The unit cube's edges are no place of a normal variable."""


@dataclass(frozen=True)
class Found:
    """What one run gave.

    Parameters
    ----------
    z
        Draws as latents, shape (n, m); or rows of the schema, shape (n, d), where `rows` is set.
    weight
        What each draw counts, shape (n,); equal where it is not given. Nested sampling gives weighted draws.
    claimed
        The effective draws that the sampler itself counts; NaN where it says nothing.
    log_evidence, log_evidence_error
        NaN where it says nothing.
    rows
        Whether the draws are rows already.
    more
        Anything else that is kept of the run: plain numbers and words.
    """

    z: np.ndarray
    weight: np.ndarray | None = None
    claimed: float = np.nan
    log_evidence: float = np.nan
    log_evidence_error: float = np.nan
    rows: bool = False
    more: dict[str, float | str] = field(default_factory=dict)

    def table(self, posterior: Posterior) -> tuple[np.ndarray, np.ndarray]:
        """Return the draws as rows, shape (n, d), and their weights, which sum to one."""
        X = self.z if self.rows else posterior.prior.transport(self.z)
        weight = np.ones(len(X)) if self.weight is None else self.weight
        return X, weight / weight.sum()


Draw = Callable[[Posterior, np.random.Generator], Found]
"""Draws once from a posterior; whoever gives the posterior counts its calls."""


def log_likelihood(posterior: Posterior) -> Callable[[np.ndarray], np.ndarray]:
    """Return the log-likelihood at latents, shape (n, m) -> (n,); one latent, shape (m,), gives a number."""

    def likelihood(z: np.ndarray) -> np.ndarray:
        z = np.asarray(z, dtype=np.float64)
        found = posterior.evaluate(np.atleast_2d(z))[1]
        return found if z.ndim == 2 else found[0]

    return likelihood


def log_density(posterior: Posterior) -> Callable[[np.ndarray], np.ndarray]:
    """Return the log-density ``log N(z; 0, I) + log L(T(z))``, shape (n, m) -> (n,)."""
    likelihood = log_likelihood(posterior)

    def density(z: np.ndarray) -> np.ndarray:
        z = np.atleast_2d(np.asarray(z, dtype=np.float64))
        return likelihood(z) - 0.5 * (z**2).sum(axis=1) - 0.5 * z.shape[1] * LOG_TWO_PI

    return density


def from_cube(u: np.ndarray) -> np.ndarray:
    """Return latents at points of the unit cube."""
    return ndtri(np.clip(u, NEAREST_EDGE, 1 - np.finfo(float).epsneg))
