"""What is asked for, checked: one way and one wording for counts, seeds, numbers, shares and choices."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from retrodict.errors import RequestError


def check_seed(seed: Any) -> np.random.SeedSequence:
    """Return the root of all randomness of a job.

    Raises
    ------
    RequestError
        If the seed is not a whole number of at least 0.
    """
    return np.random.SeedSequence(check_count(seed, "the seed", least=0))


def check_count(value: Any, what: str, least: int = 1) -> int:
    """Return a count of rows, draws, calls or processes.

    Raises
    ------
    RequestError
        If it is not a whole number of at least so many.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise RequestError(f"{what} must be a whole number of at least {least:,}, got {value!r}")
    return int(value)


def check_positive(value: Any, what: str) -> float:
    """Return a finite number above 0.

    Raises
    ------
    RequestError
        If it is none.
    """
    if not _number(value) or not (math.isfinite(value) and value > 0):
        raise RequestError(f"{what} must be a positive number, got {value!r}")
    return float(value)


def check_share(value: Any, what: str, least: float = 0.0) -> float:
    """Return a share below 1.

    Raises
    ------
    RequestError
        If it is not a number from `least` to below 1.
    """
    if not _number(value) or not least <= value < 1:
        raise RequestError(f"{what} must be a share from {least:g} to below 1, got {value!r}")
    return float(value)


def check_choice(value: Any, what: str, known: Iterable[str]) -> str:
    """Return a word that is one of those known.

    Raises
    ------
    RequestError
        If it is none of them.
    """
    known = list(known)
    if value not in known:
        raise RequestError(f"unknown {what} {value!r}; use one of {', '.join(known)}")
    return str(value)


def _number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)
