"""Weights of particles between temperatures, and the next temperature."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float, Int
from scipy.special import logsumexp

Array = np.ndarray


def relative_ess(log_weight: Float[Array, " n"]) -> float:
    """Return Kish's effective sample size of weighted particles as a share of their number, in (0, 1]."""
    w = np.exp(log_weight - log_weight.max())
    return float(w.sum() ** 2 / (len(w) * (w @ w)))


def next_beta(ll: Float[Array, " n"], beta: float, ess_target: float) -> float:
    """Return the largest inverse temperature whose weights keep the effective sample size at the target.

    Parameters
    ----------
    ll
        Finite log-likelihoods, shape (n,).
    beta
        The present inverse temperature, in [0, 1).
    ess_target
        Relative effective sample size to keep, in (0, 1).

    Returns
    -------
    float
        In (beta, 1].
    """
    if relative_ess((1.0 - beta) * ll) >= ess_target:
        return 1.0
    low, high = 0.0, 1.0 - beta
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if relative_ess(middle * ll) >= ess_target else (low, middle)
    return beta + max(low, np.finfo(float).eps)


def log_mean_exp(log_weight: Float[Array, " n"]) -> float:
    """Return the logarithm of the mean of ``exp(log_weight)``."""
    return float(logsumexp(log_weight) - np.log(len(log_weight)))


def systematic_resample(log_weight: Float[Array, " n"], n: int, rng: np.random.Generator) -> Int[Array, " k"]:
    """Return `n` indices drawn in proportion to the weights, with one shared uniform (Kitagawa, 1996)."""
    w = np.exp(log_weight - log_weight.max())
    edges = np.cumsum(w) / w.sum()
    index = np.searchsorted(edges, (rng.random() + np.arange(n)) / n, side="right")
    return np.minimum(index, len(w) - 1)


def family_ess(values: Float[Array, "n q"], family: Int[Array, " n"]) -> float:
    """Return the effective number of independent draws among particles that descend from common ancestors.

    The variance of a particle mean is estimated from the sums over families of the deviations (Lee & Whiteley,
    Biometrika 105, 2018): particles of one family that have forgotten their ancestor add no more than strangers do.

    Parameters
    ----------
    values
        Test functions of the particles, shape (n, q); the answer pools the columns by their variances.
    family
        The ancestor of each particle, shape (n,).

    Returns
    -------
    float
        In [1, n].
    """
    deviation = values - values.mean(axis=0)
    spread = (deviation**2).sum()
    if spread == 0:
        return float(len(np.unique(family)))
    _, member = np.unique(family, return_inverse=True)
    sums = np.zeros((member.max() + 1, values.shape[1]))
    np.add.at(sums, member, deviation)
    return float(np.clip(len(values) * spread / (sums**2).sum(), 1.0, len(values)))


def family_spread(family: Int[Array, " n"], steps: int) -> float:
    """Return the relative standard error of one population's evidence, from how its particles share ancestors.

    Parameters
    ----------
    family
        The first ancestor of each equally weighted particle, shape (n,).
    steps
        How often the population was resampled.

    Returns
    -------
    float
        Square root of Lee & Whiteley's estimate of the relative variance (Biometrika 105, 2018, eq. 8); never negative.
    """
    n = len(family)
    share = np.unique(family, return_counts=True)[1] / n
    variance = 1.0 - (n / (n - 1)) ** (steps + 1) * (1.0 - float(share @ share))
    return math.sqrt(max(variance, 0.0))
