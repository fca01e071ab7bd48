"""Whether numbers are uniform on 0 to 1, by their empirical distribution function inside simultaneous bands.

At each of several points the count of numbers below it is binomial, and the counts along the points are a Markov chain:
the probability that all of them stay between the same two binomial quantiles is a product of small matrices, exact
(Säilynoja, Bürkner & Vehtari, Statistics and Computing 32, 2022, section 2.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float, Int
from scipy.special import gammaln
from scipy.stats import binom

Array = np.ndarray

POINTS = 100
"""Points at most at which the distribution function is compared: more change the bands by less than a line's width."""

_STEPS = 40
"""Halvings of the search for a band: the tail is then known to twelve digits."""

_LEAST = 1e-300
"""The smallest tail that is told from none."""


@dataclass(frozen=True)
class Band:
    """Where the distribution function of uniform numbers lies, at all points at once.

    Parameters
    ----------
    n
        How many numbers.
    z
        The points, shape (k,).
    low, high
        Counts of numbers at or below each point, both inside the band, shape (k,).
    """

    n: int
    z: Float[Array, " k"]
    low: Int[Array, " k"]
    high: Int[Array, " k"]

    def holds(self, counts: Int[Array, "r k"]) -> Array:
        """Return whether each of several runs' counts stay inside, shape (r,)."""
        return np.asarray(((counts >= self.low) & (counts <= self.high)).all(axis=1))


def points(n: int) -> Float[Array, " k"]:
    """Return the points at which so many numbers are compared, evenly spaced inside 0 to 1."""
    k = max(min(n, POINTS), 2)
    return np.arange(1, k) / k


def counted(u: Float[Array, "r n"]) -> Int[Array, "r k"]:
    """Return how many of each run's numbers lie at or below each point."""
    runs, n = u.shape
    k = len(points(n)) + 1
    place = np.clip(np.ceil(u * k).astype(np.int64), 1, k) - 1
    cells = np.bincount((np.arange(runs)[:, None] * k + place).ravel(), minlength=runs * k).reshape(runs, k)
    return cells.cumsum(axis=1)[:, :-1]


def p_value(u: Float[Array, " n"]) -> float:
    """Return the probability that uniform numbers stray as far as these at any point.

    Parameters
    ----------
    u
        Independent numbers from 0 to 1, shape (n,); at least one.
    """
    n, z = len(u), points(len(u))
    below = counted(u[None])[0]
    tail = float(np.minimum(binom.cdf(below, n, z), binom.sf(below - 1, n, z)).min())
    return 1.0 if tail >= 0.5 else float(np.clip(1.0 - _inside(_band(n, tail, keep=False)), 0.0, 1.0))


@cache
def band(n: int, level: float) -> Band:
    """Return the narrowest band that uniform numbers leave with at most this probability.

    Parameters
    ----------
    n
        How many numbers.
    level
        Probability that any point lies outside.
    """
    low, high = 0.0, 0.5
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if 1.0 - _inside(_band(n, middle)) > level else (middle, high)
    return _band(n, low)


def _band(n: int, tail: float, keep: bool = True) -> Band:
    """Return the counts whose tails, both, are at least this large; larger, where the edge itself is not kept."""
    z = points(n)
    tail = max(tail, _LEAST)
    # A count's own tail is compared with itself: rounding must not decide.
    edge = tail * (1 - 1e-9) if keep else tail * (1 + 1e-9)
    low = binom.ppf(edge, n, z).astype(np.int64)
    low += binom.cdf(low, n, z) < edge
    high = binom.isf(edge, n, z).astype(np.int64)
    high -= binom.sf(high - 1, n, z) < edge
    high += binom.sf(high, n, z) >= edge
    return Band(n, z, np.clip(low, 0, n), np.clip(high, 0, n))


def _inside(one: Band) -> float:
    """Return the probability that the counts of uniform numbers stay inside a band at every point."""
    n, log_factorial = one.n, gammaln(np.arange(one.n + 1) + 1.0)
    states, chance, before = np.zeros(1, dtype=np.int64), np.ones(1), 0.0
    for z, low, high in zip(one.z, one.low, one.high, strict=True):
        following = np.arange(low, high + 1)
        more, left = following[None, :] - states[:, None], n - states
        possible = (more >= 0) & (more <= left[:, None])
        more = np.where(possible, more, 0)
        share = (z - before) / (1.0 - before)
        log_chance = log_factorial[left][:, None] - log_factorial[more] - log_factorial[left[:, None] - more]
        log_chance = log_chance + more * np.log(share) + (left[:, None] - more) * np.log1p(-share)
        chance = chance @ np.where(possible, np.exp(log_chance), 0.0)
        states, before = following, z
    return float(chance.sum())
