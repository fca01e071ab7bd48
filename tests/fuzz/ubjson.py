"""UBJSON as XGBoost writes it, read and written: for files that are changed in between. See ubjson.org."""

from __future__ import annotations

import struct
from typing import Any

from tests.fuzz.value_mutations import Typed

_NUMBERS = {"i": "b", "U": "B", "I": "h", "u": "H", "l": "i", "m": "I", "L": "q", "M": "Q", "d": "f", "D": "d"}


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content, self.at = bytes(content), 0

    def take(self, n: int) -> bytes:
        self.at += n
        return self.content[self.at - n : self.at]

    def number(self, marker: str) -> Any:
        form = ">" + _NUMBERS[marker]
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def text(self) -> str:
        return self.take(self.number(self.marker())).decode("utf-8", "surrogateescape")

    def marker(self) -> str:
        return self.take(1).decode("latin-1")

    def value(self, marker: str) -> Any:
        if marker in _NUMBERS:
            return self.number(marker)
        if marker == "S":
            return self.text()
        if marker in "ZTF":
            return {"Z": None, "T": True, "F": False}[marker]
        return self.mapping() if marker == "{" else self.array()

    def mapping(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self.content[self.at : self.at + 1] != b"}":
            name = self.text()
            found[name] = self.value(self.marker())
        self.at += 1
        return found

    def array(self) -> Any:
        mark = self.marker()
        kind = None
        if mark == "$":
            kind, mark = self.marker(), self.marker()
        if mark == "#":
            n = self.number(self.marker())
            if kind is not None:
                return Typed(kind, [self.number(kind) for _ in range(n)])
            return [self.value(self.marker()) for _ in range(n)]
        found = []
        while mark != "]":
            found.append(self.value(mark))
            mark = self.marker()
        return found


def read(content: bytes) -> Any:
    """Return the values of a file."""
    reader = _Reader(content)
    return reader.value(reader.marker())


def write(value: Any) -> bytes:
    """Return a file of values."""
    parts: list[bytes] = []
    stack: list[Any] = [value]  # no recursion: some values are nested deeper than Python goes
    while stack:
        one = stack.pop()
        if isinstance(one, bytes):
            parts.append(one)
        elif isinstance(one, dict):
            stack.append(b"}")
            for name, inner in reversed(one.items()):
                stack += [inner, _text(str(name))]
            parts.append(b"{")
        elif isinstance(one, Typed):
            parts.append(_typed(one))
        elif isinstance(one, list):
            stack += reversed(one)
            parts.append(b"[#" + _whole(len(one)))
        else:
            parts.append(_scalar(one))
    return b"".join(parts)


def _whole(n: int) -> bytes:
    return b"L" + struct.pack(">q", n)


def _text(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return _whole(len(data)) + data


def _scalar(value: Any) -> bytes:
    if value is None or isinstance(value, bool):
        return {None: b"Z", True: b"T", False: b"F"}[value]
    if isinstance(value, int):
        return _whole(_wrapped(value, 8))
    if isinstance(value, float):
        return b"D" + struct.pack(">d", value)
    return b"S" + _text(str(value))


def _wrapped(value: int, width: int) -> int:
    half = 1 << (8 * width - 1)
    return (value + half) % (2 * half) - half


def _typed(array: Typed) -> bytes:
    form = ">" + _NUMBERS[array.marker]
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in array.values):
        return write(list(array.values))
    head = b"[$" + array.marker.encode() + b"#" + _whole(len(array.values))
    return head + b"".join(_packed(form, one) for one in array.values)


def _packed(form: str, value: Any) -> bytes:
    width = struct.calcsize(form)
    try:
        if form[1] in "fd":
            return struct.pack(form, float(value))
        return (int(value) % (1 << (8 * width))).to_bytes(width, "big")
    except (OverflowError, ValueError):  # no such number of this type: infinite, or none
        return struct.pack(form, float("inf")) if form[1] in "fd" else b"\xff" * width
