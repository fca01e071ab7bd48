"""What must hold of the arrays of a world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retrodict.errors import RequestError

Array = np.ndarray

ROUNDING = 1e-6
"""How far from one a distribution may sum; it is then scaled to one."""

SCALED = 1e-14
"""Distributions this near to one are left as they are, so that a world that was written reads back the same."""


def distribution(name: str, value: Any) -> Array:
    """Return one distribution over the states, float64, shape (n,), summing to one; it can't be written to.

    Raises
    ------
    RequestError
        If it has another shape, is empty, or is no distribution.
    """
    array = _numbers(name, value, 1, "(n,), one probability for each state")
    _check_cells(name, array)
    total = array.sum()
    if abs(total - 1) > ROUNDING:
        raise RequestError(f"{name} sums to {total:.6g}, not 1; divide it by its sum")
    return _frozen(array if abs(total - 1) < SCALED else array / total)


def conditional(name: str, value: Any, n: int) -> Array:
    """Return a distribution over the classes for each of `n` states, shape (n, k), rows summing to one.

    Raises
    ------
    RequestError
        If it has another shape, has no class, or a row is no distribution.
    """
    array = _numbers(name, value, 2, "(n, k), one row for each state")
    if len(array) != n:
        raise RequestError(f"{name} has {len(array)} rows, but p_x has {n} states; give one row for each state")
    _check_cells(name, array)
    totals = array.sum(axis=1)
    off = np.flatnonzero(np.abs(totals - 1) > ROUNDING)
    if off.size:
        raise RequestError(
            f"row {off[0]} of {name} sums to {totals[off[0]]:.6g}, not 1; divide it by its sum (a state of "
            "probability zero needs a row too, any will do)"
        )
    return _frozen(array / np.where(np.abs(totals - 1) < SCALED, 1.0, totals)[:, None])


def names(what: str, given: Sequence[Any], n: int) -> tuple[str, ...]:
    """Return one name for each of `n` things; their numbers where none are given.

    Raises
    ------
    RequestError
        If there are names, but not as many, or one comes twice.
    """
    listed = tuple(map(str, given)) or tuple(map(str, range(n)))
    if len(listed) != n:
        raise RequestError(f"{len(listed)} names of {what} were given for {n} {what}; give one for each, or none")
    if len(set(listed)) < n:
        raise RequestError(f"two {what} have one name; give each its own")
    return listed


def _numbers(name: str, value: Any, axes: int, form: str) -> Array:
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise RequestError(f"{name} is no array of numbers; give shape {form}") from error
    if array.ndim != axes or array.size == 0:
        raise RequestError(f"{name} has shape {array.shape}; give shape {form}")
    return array


def _check_cells(name: str, array: Array) -> None:
    for words, bad in (("not a finite number", ~np.isfinite(array)), ("negative", array < 0)):
        if bad.any():
            at = tuple(int(i) for i in np.argwhere(bad)[0])
            place = ", ".join(map(str, at))
            raise RequestError(f"{name}[{place}] is {array[at]:g}, {words}; give probabilities")


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array
