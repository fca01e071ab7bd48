"""Rows of numbers in a model text, read as the library reads them, or refused."""

from __future__ import annotations

import warnings

import numpy as np
from jaxtyping import Float, Int

Array = np.ndarray

_WHOLE = b"-0123456789 "
_REAL = _WHOLE + b"+.eEinfa"
"""Characters of numbers in the format. `inf` and `nan` are read, and refused where they stand for a value."""

MOST_VALUE = 1e200
"""Of a leaf's value: sums of a million of them, and what is computed from these, still are numbers."""


class DamagedTextError(Exception):
    """A part of a sentence that says what is wrong with a text."""


def reals(text: bytes, n: int, name: str) -> Float[Array, " n"]:
    """Return so many numbers, with one blank between each two.

    Parameters
    ----------
    text
        What stands after the name and its `=`.
    n
        How many there must be.
    name
        Of the row, for errors.

    Raises
    ------
    DamagedTextError
        If there are others than `n`, or one is none.
    """
    return _numbers(text, n, name, _REAL)


def wholes(text: bytes, n: int, name: str, low: int, high: int) -> Int[Array, " n"]:
    """Return so many whole numbers within bounds, both included; see `reals`."""
    found = _numbers(text, n, name, _WHOLE)
    if n and not (found.min() >= low and found.max() <= high):
        raise DamagedTextError(f"a {name} outside {low} to {high}")
    return found.astype(np.int64)


def finite(text: bytes, n: int, name: str) -> Float[Array, " n"]:
    """Return so many numbers that can be added up; see `reals`."""
    found = reals(text, n, name)
    if n and not np.abs(found).max() <= MOST_VALUE:  # NaN is not
        raise DamagedTextError(f"a {name} that is no number, or too large")
    return found


def whole_of(text: bytes, name: str, low: int, high: int) -> int:
    """Return one whole number within bounds; see `wholes`."""
    return int(wholes(text, 1, name, low, high)[0])


def _numbers(text: bytes, n: int, name: str, characters: bytes) -> Float[Array, " n"]:
    if not n:
        if text.strip():
            raise DamagedTextError(f"a {name} where there is none")
        return np.empty(0)
    text = text.rstrip(b" ")
    wrong = f"another number of {name} than {n:,}"
    if text.translate(None, characters):
        raise DamagedTextError(f"a {name} that is no number")
    # with single blanks, and as many numbers as blanks plus one, each piece is one number
    if text.count(b" ") != n - 1 or b"  " in text or text[:1] in (b" ", b""):
        raise DamagedTextError(wrong)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = np.fromstring(text.decode("ascii"), dtype=np.float64, sep=" ")
        except (ValueError, DeprecationWarning):
            raise DamagedTextError(f"a {name} that is no number") from None
    if len(found) != n:
        raise DamagedTextError(wrong)
    return found
