"""LightGBM's generator of random numbers: ``x = 214013 x + 2531011 mod 2^32``, of which bits 16 to 30 are given out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from jaxtyping import Float

Array = np.ndarray

BLOCK = 1_024
"""Rows that share one generator, whose seed is the model's plus the number of the block."""
_FACTOR, _TERM = 214_013, 2_531_011
_OVER = 2**32
_RANGE = 32_768.0


def floats(seed: int, before: int, n: int) -> Float[Array, " n"]:
    """Return numbers in [0, 1) from a seed.

    Parameters
    ----------
    seed
        What the generator was set to.
    before
        How many numbers were taken already.
    n
        How many to return, at most those of a block.
    """
    factor, term = _jump(before)
    x = (factor * (seed % _OVER) + term) % _OVER
    factors, terms = (each[:n] for each in _powers())
    with np.errstate(over="ignore"):
        states = factors * np.uint32(x) + terms
    return np.asarray(((states >> np.uint32(16)) & np.uint32(0x7FFF)) / _RANGE, dtype=np.float64)


def stream(seed: int) -> Iterator[float]:
    """Yield numbers in [0, 1) from a seed, one by one."""
    x = seed % _OVER
    while True:
        x = (_FACTOR * x + _TERM) % _OVER
        yield ((x >> 16) & 0x7FFF) / _RANGE


def _jump(steps: int) -> tuple[int, int]:
    """Return factor and term of so many steps in one."""
    factor, term, own_factor, own_term = 1, 0, _FACTOR, _TERM
    while steps:
        if steps & 1:
            factor, term = own_factor * factor % _OVER, (own_factor * term + own_term) % _OVER
        own_factor, own_term = own_factor * own_factor % _OVER, (own_factor * own_term + own_term) % _OVER
        steps >>= 1
    return factor, term


@cache
def _powers() -> tuple[Array, Array]:
    """Return factors and terms of one step, two, up to those of a block."""
    factors, terms = np.empty(BLOCK, dtype=np.uint32), np.empty(BLOCK, dtype=np.uint32)
    factor, term = 1, 0
    for i in range(BLOCK):
        factor, term = factor * _FACTOR % _OVER, (term * _FACTOR + _TERM) % _OVER
        factors[i], terms[i] = factor, term
    return factors, terms
