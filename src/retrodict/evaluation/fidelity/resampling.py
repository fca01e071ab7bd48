"""Bootstrap weights, the intervals that they give, and lift with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import t

Array = np.ndarray

GROUPS, REPLICATES = 50, 100


@dataclass(frozen=True, eq=False)
class Resample:
    """Bootstrap weights of a table's rows.

    Rows are resampled in random groups: what adds up over rows is then summed once a group, and not once a replicate.

    Parameters
    ----------
    groups
        Each row's group.
    counts
        How often each group is drawn, one line a replicate. The first line is the table itself: once each.
    """

    groups: Int[Array, " n"]
    counts: Float[Array, "r k"]

    @classmethod
    def of(cls, n: int, rng: np.random.Generator) -> Self:
        """Draw weights for `n` rows."""
        k = min(n, GROUPS)
        drawn = rng.multinomial(k, np.full(k, 1.0 / k), size=REPLICATES)
        return cls(rng.permutation(n) % k, np.vstack([np.ones(k), drawn]))

    @cached_property
    def rows(self) -> Float[Array, "r n"]:
        """The weight of each row, adding up to 1 in each replicate."""
        weights = self.counts[:, self.groups]
        return weights / weights.sum(axis=1, keepdims=True)

    def means(self, values: Float[Array, " n"]) -> Float[Array, " r"]:
        """Return the mean of what each row has, in each replicate."""
        return self.rows @ values


def margin(k: int = GROUPS) -> float:
    """Return how many standard errors a 95% interval reaches to either side."""
    return float(t.ppf(0.975, k - 1))


def interval(replicates: Float[Array, " r"]) -> tuple[float, float, float]:
    """Return a value, the first, with its 95% interval: as many standard deviations of the others to either side.

    Resampling adds noise, which moves every distance up; only how far the replicates scatter is taken from them.
    """
    reach = margin() * float(replicates[1:].std(ddof=1))
    return float(replicates[0]), float(replicates[0]) - reach, float(replicates[0]) + reach


@dataclass(frozen=True)
class Lift:
    """How much of the way from the prior alone to a fresh real sample a table goes.

    Parameters
    ----------
    value, low, high
        0: no better than the prior alone; 1: as good as held-out rows; with a 95% interval. ``None`` where undefined.
    reason
        Why it is undefined; empty where it is not.
    """

    value: float | None
    low: float | None
    high: float | None
    reason: str = ""


def lift(
    table: Float[Array, " r"], prior: Float[Array, " r"], ceiling: Float[Array, " r"], higher_is_nearer: bool
) -> Lift:
    """Return ``(prior - table) / (prior - ceiling)`` with Fieller's interval.

    Fieller's set holds every lift that the data do not contradict. It is an interval only where prior and ceiling
    differ by more than their error, and without that lift has no meaning.

    Parameters
    ----------
    table, prior, ceiling
        A measure with its replicates; those of one index share the resampled real rows.
    higher_is_nearer
        Whether a larger value is nearer to the real rows.

    Notes
    -----
    Fieller, Journal of the Royal Statistical Society B 16, 1954.
    """
    gain, way = table - prior, ceiling - prior
    n, d, reach = float(gain[0]), float(way[0]), margin()
    covariance = np.cov(gain[1:], way[1:]) * reach**2
    where = f"prior alone {prior[0]:.4g}, held-out rows {ceiling[0]:.4g}"
    if d**2 <= covariance[1, 1] or d == 0:
        return Lift(None, None, None, f"the prior alone and held-out rows can't be told apart ({where})")
    if (d > 0) != higher_is_nearer:
        return Lift(None, None, None, f"the prior alone is nearer to the training rows than held-out rows ({where})")
    a, b, c = d**2 - covariance[1, 1], n * d - covariance[0, 1], n**2 - covariance[0, 0]
    root = np.sqrt(max(b**2 - a * c, 0.0))
    return Lift(n / d, float((b - root) / a), float((b + root) / a))
