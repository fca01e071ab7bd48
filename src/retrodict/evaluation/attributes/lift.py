"""By how much more an output helps with some rows than with others, with its interval."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import norm

from retrodict.evaluation.membership.roc import Estimated

Array = np.ndarray


def gained(hit: Bool[Array, " n"], prior_hit: Bool[Array, " n"]) -> Float[Array, " n"]:
    """Return what the output changed of each row: 1 where it set it right, -1 where it set it wrong, else 0."""
    return hit.astype(np.float64) - prior_hit


def lifted(members: Float[Array, " m"], others: Float[Array, " n"], confidence: float = 0.95) -> Estimated:
    """Return how much more is gained with members than with others.

    Each kind's gain is the difference of two shares of the same rows; its variance is that of Agresti and Min
    (2005, doi:10.1002/sim.1781), who add half a row to each of the four outcomes, so that rows which all came out alike
    do not make an interval of no width. The two kinds are independent.

    Parameters
    ----------
    members, others
        Of `gained`; neither empty.
    confidence
        Of the interval.
    """
    value = float(members.mean() - others.mean())
    middles, variances = zip(*(_padded(one) for one in (members, others)), strict=True)
    middle = middles[0] - middles[1]
    wide = float(norm.ppf(0.5 + confidence / 2)) * math.sqrt(sum(variances))
    return Estimated(value, min(value, middle - wide), max(value, middle + wide))


def _padded(gain: Float[Array, " n"]) -> tuple[float, float]:
    """Return the mean of gains and its variance, with half a row more right, half a row more wrong, one the same."""
    n = len(gain) + 2.0
    mean = float(gain.sum()) / n
    return mean, (float((gain**2).sum() + 1.0) / n - mean**2) / n
