"""Universal Binary JSON, as XGBoost writes it: read within bounds, and written.

It is JSON with lengths in front and arrays of numbers in one piece (https://ubjson.org, draft 12). Of containers only
the forms that XGBoost knows are read: arrays of one type with their count, arrays with a count, and open ones.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

Array = np.ndarray

DEEPEST = 64
"""Containers within one another; a model has eight."""

MOST_LOOSE = 20_000_000
"""Values outside of arrays of one type; each takes a pointer or more, and a model has some ten for a tree."""

_NUMBERS: dict[bytes, np.dtype[Any]] = {
    b"i": np.dtype(">i1"),
    b"U": np.dtype(">u1"),
    b"I": np.dtype(">i2"),
    b"l": np.dtype(">i4"),
    b"L": np.dtype(">i8"),
    b"d": np.dtype(">f4"),
    b"D": np.dtype(">f8"),
}
_WORDS = {b"T": True, b"F": False, b"Z": None}
_MARKER = {dtype.newbyteorder("="): marker for marker, dtype in _NUMBERS.items()}


def decode(content: bytes) -> Any:
    """Return what a content holds: dictionaries, lists, texts, numbers, and arrays of one type as numpy's.

    Parameters
    ----------
    content
        All bytes.

    Raises
    ------
    ValueError
        If it is no such content, is cut short, or nests deeper than a model does.
    """
    reader = _Reader(content)
    value = reader.value(0)
    if reader.at != len(content):
        raise ValueError(f"{len(content) - reader.at:,} bytes after its end")
    return value


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0
        self.loose = 0

    def value(self, depth: int, marker: bytes | None = None) -> Any:
        self.loose += 1
        if depth > DEEPEST or self.loose > MOST_LOOSE:
            raise ValueError("more parts within one another, or in all, than a model has")
        marker = self._take(1) if marker is None else marker
        if marker == b"S":
            return self._text()
        if marker in _NUMBERS:
            return self._numbers(_NUMBERS[marker], 1)[0].item()
        if marker == b"{":
            return self._members(depth)
        if marker == b"[":
            return self._items(depth)
        if marker in _WORDS:
            return _WORDS[marker]
        raise ValueError(f"a mark {marker!r} that is no UBJSON, at byte {self.at - 1:,}")

    def _members(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self._peek() != b"}":
            name = self._text()
            if name in found:
                raise ValueError(f"'{name[:40]}' twice in one place")
            found[name] = self.value(depth + 1)
        self.at += 1
        return found

    def _items(self, depth: int) -> Any:
        if self._peek() == b"$":
            self.at += 1
            dtype = _NUMBERS.get(self._take(1))
            if dtype is None or self._take(1) != b"#":
                raise ValueError("an array of a type that a model has none of")
            count = self._length()
            return self._numbers(dtype, count).astype(dtype.newbyteorder("="))
        if self._peek() == b"#":
            self.at += 1
            count = self._length()
            if count > len(self.content) - self.at:  # each takes a byte or more
                raise ValueError("an array that is cut short")
            return [self.value(depth + 1) for _ in range(count)]
        found = []
        while self._peek() != b"]":
            found.append(self.value(depth + 1))
        self.at += 1
        return found

    def _numbers(self, dtype: np.dtype[Any], count: int) -> Array:
        if count * dtype.itemsize > len(self.content) - self.at:
            raise ValueError("numbers that are cut short")
        found = np.frombuffer(self.content, dtype, count, self.at)
        self.at += count * dtype.itemsize
        return found

    def _length(self) -> int:
        marker = self._take(1)
        if marker not in _NUMBERS or _NUMBERS[marker].kind == "f":
            raise ValueError(f"a length of type {marker!r}")
        length = int(self._numbers(_NUMBERS[marker], 1)[0])
        if length < 0:
            raise ValueError("a length below zero")
        return length

    def _text(self) -> str:
        raw = self._take(self._length())
        return raw.decode("utf-8", errors="surrogateescape")

    def _peek(self) -> bytes:
        if self.at >= len(self.content):
            raise ValueError("an end that comes too early")
        return self.content[self.at : self.at + 1]

    def _take(self, count: int) -> bytes:
        if count > len(self.content) - self.at:
            raise ValueError("an end that comes too early")
        self.at += count
        return self.content[self.at - count : self.at]


def encode(value: Any) -> bytes:
    """Return the content that holds a value, as `decode` gives it."""
    pieces: list[bytes] = []
    _write(value, pieces)
    return b"".join(pieces)


def _write(value: Any, pieces: list[bytes]) -> None:
    if isinstance(value, dict):
        pieces.append(b"{")
        for name, member in value.items():
            pieces.append(_text(name))
            _write(member, pieces)
        pieces.append(b"}")
    elif isinstance(value, np.ndarray):
        marker = _MARKER[value.dtype]
        pieces += [b"[$", marker, b"#", _length(len(value)), value.astype(_NUMBERS[marker]).tobytes()]
    elif isinstance(value, list):
        pieces += [b"[#", _length(len(value))]
        for member in value:
            _write(member, pieces)
    elif isinstance(value, str):
        pieces += [b"S", _text(value)]
    elif isinstance(value, float):
        pieces += [b"d", struct.pack(">f", value)]
    else:
        pieces.append(_length(value))


def _text(value: str) -> bytes:
    raw = value.encode("utf-8")
    return _length(len(raw)) + raw


def _length(value: int) -> bytes:
    return b"L" + struct.pack(">q", value)
