"""Intervals of shares, and of the difference of two."""

from __future__ import annotations

import math

from scipy.stats import binomtest


def wilson(count: int, of: int) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share: `count` of `of`, at least one."""
    found = binomtest(count, of).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


def newcombe(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
    """Return Newcombe's 95% interval of the difference of two shares, each a count and its total.

    It is method 10 of Newcombe, Statistics in Medicine 17, 1998: the distances of either share to the ends of its own
    interval, combined.
    """
    (a, low_a, high_a), (b, low_b, high_b) = ((count / of, *wilson(count, of)) for count, of in (first, second))
    return a - b - math.hypot(a - low_a, high_b - b), a - b + math.hypot(high_a - a, b - low_b)
