"""Randomness of a study: a stream for every purpose, named by what it is for."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator of a purpose; the same names give the same stream, whatever was drawn before."""
    return np.random.default_rng(_entropy(seed, names))


def number(seed: int, *names: str | int) -> int:
    """Return a seed below 2**31 of a purpose, for what takes numbers."""
    return int(stream(seed, *names).integers(2**31))


def _entropy(seed: int, names: tuple[str | int, ...]) -> list[int]:
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return [seed, *(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))]
