"""Plain data from JSON text of others, and members of it by name and type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from retrodict.families.catboost.flat_reader import DamagedError
from retrodict.models.json_text import read_json


def json_of(text: str | bytes, what: str) -> Any:
    """Return plain data.

    Parameters
    ----------
    text
        JSON, in which every number is finite.
    what
        What it is, for the error: `params`.

    Raises
    ------
    DamagedError
        If it is no JSON, or too deeply nested.
    """
    try:
        return read_json(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"no JSON text in {what}") from error


def _refused(name: str) -> Any:
    raise ValueError(name)


def member(data: Any, name: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
    """Return a member of an object.

    Raises
    ------
    DamagedError
        If it is not there and has no default, or is of another type.
    """
    if not isinstance(data, dict):
        raise DamagedError(f"no object where '{name}' should stand")
    found = data.get(name, default)
    if found is default and default is not ...:
        return found
    plain = not isinstance(found, bool) or kind is bool
    if not isinstance(found, kind) or not plain:
        raise DamagedError(f"no '{name}' of the right kind")
    return found


def numbers(data: Any, what: str) -> list[float]:
    """Return a list of numbers.

    Raises
    ------
    DamagedError
        If it is anything else.
    """
    if not isinstance(data, list) or not {type(one) for one in data} <= {int, float}:
        raise DamagedError(f"no list of numbers as {what}")
    return data


def whole(data: Iterable[Any], low: int, high: int, what: str) -> list[int]:
    """Return whole numbers within bounds.

    Raises
    ------
    DamagedError
        If one is not.
    """
    found = list(data)
    if any(type(one) is not int or not low <= one <= high for one in found):
        raise DamagedError(f"no whole numbers as {what}, or too large ones")
    return found
