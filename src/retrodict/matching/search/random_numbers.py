"""Compiled random numbers whose state is one word that a checkpoint can hold."""

from __future__ import annotations

import math
from typing import Any

from numba import int64, njit, uint64

_UNIT = 2.0**-53
"""The distance of random numbers between 0 and 1: doubles have 53 digits."""
_WIDE = math.sqrt(2.0 * math.pi)
"""Stretches around the middle that are wider are met oftener by a normal draw than a uniform one is kept."""


@njit(cache=True)
def _word(state: Any) -> Any:
    """Return 64 random bits: xorshift64* (Vigna, 2016)."""
    x = state[0]
    x ^= x >> uint64(12)
    x ^= x << uint64(25)
    x ^= x >> uint64(27)
    state[0] = x
    return x * uint64(0x2545F4914F6CDD1D)


@njit(cache=True)
def uniform(state: Any) -> float:
    """Return a random number between 0 and 1."""
    return float(_word(state) >> uint64(11)) * _UNIT


@njit(cache=True)
def below(state: Any, k: int) -> Any:
    """Return a random whole number from 0 to k - 1."""
    return int64(((_word(state) >> uint64(33)) * uint64(k)) >> uint64(31))


@njit(cache=True)
def normal(state: Any) -> float:
    """Return a standard normal draw (Box and Muller, 1958)."""
    return math.sqrt(-2.0 * math.log(1.0 - uniform(state))) * math.cos(2.0 * math.pi * uniform(state))


@njit(cache=True)
def between(state: Any, low: float, high: float) -> float:
    """Return a standard normal draw between two ends, however far out they lie (Robert, Statistics and Computing 1995).

    Narrow stretches are met by uniform draws, wide ones around the middle by normal ones, tails by exponential ones.
    """
    if high < 0.0:
        return -_above(state, -high, -low)
    if low > 0.0:
        return _above(state, low, high)
    if high - low > _WIDE:
        while True:
            z = normal(state)
            if low <= z <= high:
                return z
    while True:
        z = low + (high - low) * uniform(state)
        if uniform(state) <= math.exp(-0.5 * z * z):
            return z


@njit(cache=True)
def _above(state: Any, low: float, high: float) -> float:
    """Return a draw between two ends, neither of which is below zero."""
    rate = 0.5 * (low + math.sqrt(low * low + 4.0))
    if (
        high - low < 1.0 / rate
    ):  # about as wide as the tail is long: a uniform draw is kept two times in three or oftener
        while True:
            z = low + (high - low) * uniform(state)
            if uniform(state) <= math.exp(0.5 * (low * low - z * z)):
                return z
    while True:
        z = low - math.log(1.0 - uniform(state)) / rate
        if z <= high and uniform(state) <= math.exp(-0.5 * (z - rate) * (z - rate)):
            return z
