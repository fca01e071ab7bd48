"""JSON, as XGBoost writes models: read strictly, and written with arrays as numpy holds them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from retrodict.models.json_text import read_json


def decode(content: bytes) -> Any:
    """Return what a text holds; arrays of numbers are lists.

    Raises
    ------
    ValueError
        If it is no JSON, has a key twice in one place, or nests deeper than Python reads.
    """
    try:
        return read_json(content, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("parts within one another without end") from None


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):  # what stands there first would be passed over
        raise ValueError("a key twice in one place")
    return found


def encode(value: Any) -> bytes:
    """Return the text of a value; numbers of 32 bits have the digits that they need."""
    pieces: list[str] = []
    _write(value, pieces)
    return "".join(pieces).encode("utf-8")


def _write(value: Any, pieces: list[str]) -> None:
    if isinstance(value, dict):
        _listed(value.items(), pieces, "{}", lambda item: _member(item, pieces))
    elif isinstance(value, np.ndarray):
        pieces.append("[" + ",".join(_numbers(value)) + "]")
    elif isinstance(value, list):
        _listed(value, pieces, "[]", lambda item: _write(item, pieces))
    else:
        pieces.append(json.dumps(value, ensure_ascii=False))


def _listed(items: Any, pieces: list[str], ends: str, write: Any) -> None:
    pieces.append(ends[0])
    for i, item in enumerate(items):
        if i:
            pieces.append(",")
        write(item)
    pieces.append(ends[1])


def _member(item: tuple[str, Any], pieces: list[str]) -> None:
    pieces.append(json.dumps(item[0], ensure_ascii=False) + ":")
    _write(item[1], pieces)


def _numbers(values: np.ndarray) -> list[str]:
    if values.dtype.kind != "f":
        return [str(value) for value in values.tolist()]
    return [_WORDS.get(text, text) for text in values.astype(f"U{_LONGEST}").tolist()]


_LONGEST = 32
"""Characters of a number, at most."""

_WORDS = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
