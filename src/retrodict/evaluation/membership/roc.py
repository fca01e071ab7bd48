"""How well one number a row tells members from others: AUC, and the true positive rate at a low false positive rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import brentq
from scipy.stats import beta, betabinom, binom, norm, rankdata

Array = np.ndarray


@dataclass(frozen=True)
class Estimated:
    """A share with its interval.

    Parameters
    ----------
    value
        The share, from 0 to 1.
    low, high
        Ends of the interval.
    """

    value: float
    low: float
    high: float


def auc(members: Float[Array, " m"], others: Float[Array, " n"], confidence: float = 0.95) -> Estimated:
    """Return how often a member's signal is above another row's, ties counted half.

    The interval is DeLong's on the logit scale. Where every member is above (or below) every other row its variance is
    estimated as 0; there it is the one that Newcombe (2006, method 5) solves for, whose variance depends on the AUC.

    Parameters
    ----------
    members, others
        Signals of training rows, and of rows that the model did not see; neither empty.
    confidence
        Of the interval.
    """
    m, n = len(members), len(others)
    both = rankdata(np.concatenate([members, others]))
    above = (both[:m] - rankdata(members)) / n  # for each member the share of the others below it
    below = 1.0 - (both[m:] - rankdata(others)) / m
    value = float(above.mean())
    z = float(norm.ppf(0.5 + confidence / 2))
    variance = sum(float(np.var(part, ddof=1)) / len(part) for part in (above, below) if len(part) > 1)
    if variance <= 0.0 or not 0.0 < value < 1.0 or min(m, n) < 2:
        return Estimated(value, *_newcombe(value, m, n, z))
    logit, wide = np.log(value / (1 - value)), z * np.sqrt(variance) / (value * (1 - value))
    low, high = 1.0 / (1.0 + np.exp(-(logit - wide))), 1.0 / (1.0 + np.exp(-(logit + wide)))
    return Estimated(value, float(low), float(high))


def _newcombe(value: float, m: int, n: int, z: float) -> tuple[float, float]:
    """Return all AUCs that the one found is no further than `z` of their own standard errors from."""
    mean = (m + n) / 2 - 1

    def apart(true: float) -> float:
        spread = true * (1 - true) * (1 + mean * ((1 - true) / (2 - true) + true / (1 + true)))
        return (value - true) ** 2 - z**2 * spread / (m * n)

    low = 0.0 if value <= 0.0 else brentq(apart, 0.0, value - _STEP * value)
    high = 1.0 if value >= 1.0 else brentq(apart, value + _STEP * (1 - value), 1.0)
    return float(low), float(high)


_STEP = 1e-9
"""Inside this share of the value found, the equation has no other root than the value itself."""


def rate_at(
    members: Float[Array, " m"], others: Float[Array, " n"], false_rate: float = 0.01, confidence: float = 0.95
) -> Estimated:
    """Return the share of the members above a threshold that at most `false_rate` of the others are above.

    The interval covers both that the threshold is known from so many others only and that so many members are seen:
    half of what it may miss goes to either. The threshold's bounds are order statistics, the share's are Clopper and
    Pearson's. Where the others are too few to show where so low a rate lies, the lower end is 0.

    Parameters
    ----------
    members, others
        Signals of training rows, and of rows that the model did not see; neither empty.
    false_rate
        The share of the others.
    confidence
        Of the interval.
    """
    m, n = len(members), len(others)
    falling = np.concatenate([[np.inf], np.sort(others)[::-1], [-np.inf]])
    miss = (1.0 - confidence) / 4  # half of it, and half of that at either end
    # so many of the others are above the threshold that exactly `false_rate` of all such rows exceed
    few, many = int(binom.ppf(miss, n, false_rate)), int(binom.ppf(1.0 - miss, n, false_rate))
    strict, loose = falling[few], falling[min(many + 1, n + 1)]
    value = float((members > falling[int(false_rate * n + _ROUNDING) + 1]).mean())
    sure, possible = int((members > strict).sum()), int((members > loose).sum())
    low = 0.0 if sure == 0 else float(beta.ppf(miss, sure, m - sure + 1))
    high = 1.0 if possible == m else float(beta.ppf(1.0 - miss, possible + 1, m - possible))
    return Estimated(value, min(low, value), max(high, value))


_ROUNDING = 1e-9
"""One hundredth of 300 rows is 3, and not what floating point makes of it."""


def chance_auc(m: int, n: int, confidence: float = 0.95) -> float:
    """Return the AUC that a signal which tells nothing stays below so often: normal, without ties (Mann & Whitney).

    Parameters
    ----------
    m, n
        Members, and others.
    confidence
        How often.
    """
    return min(0.5 + float(norm.ppf(confidence)) * float(np.sqrt((m + n + 1) / (12.0 * m * n))), 1.0)


def chance_rate(m: int, n: int, false_rate: float = 0.01, confidence: float = 0.95) -> float:
    """Return the true positive rate of `rate_at` that a signal which tells nothing stays at or below so often.

    The members above the j-th largest of `n` others are beta-binomial, whatever the signal, with parameters j and
    ``n + 1 - j``.

    Parameters
    ----------
    m, n
        Members, and others.
    false_rate
        The share of the others that may be above the threshold.
    confidence
        How often.
    """
    place = int(false_rate * n + _ROUNDING) + 1
    return float(betabinom.ppf(confidence, m, place, n + 1 - place)) / m


def curve(
    members: Float[Array, " m"], others: Float[Array, " n"], points: int = 200
) -> tuple[Float[Array, " k"], Float[Array, " k"]]:
    """Return the ROC: for one threshold after another the shares of the others, and of the members, at or above it.

    Of more than `points` thresholds so many are kept: both ends, half of the rest evenly by the share of the others,
    and half by its logarithm, since what happens at few false alarms is a small corner of the picture.

    Parameters
    ----------
    members, others
        Signals of training rows, and of rows that the model did not see; neither empty.
    points
        At most so many, at least 4.
    """
    cuts = np.unique(np.concatenate([members, others]))[::-1]
    false, true = (
        np.concatenate([[0.0], 1.0 - np.searchsorted(np.sort(side), cuts, side="left") / len(side)])
        for side in (others, members)
    )
    if len(false) > points:
        half = (points - 2) // 2
        wanted = np.concatenate([np.linspace(0.0, 1.0, half), np.geomspace(1.0 / len(others), 1.0, half)])
        kept = np.unique(np.concatenate([[0, len(false) - 1], np.searchsorted(false, wanted, side="right") - 1]))
        false, true = false[kept], true[kept]
    return false, true
