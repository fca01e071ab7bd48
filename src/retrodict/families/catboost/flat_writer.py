"""Write flatbuffers, the tables that cbm files are made of: the same content gives the same bytes.

Written from the front: a table first, then what its fields lead to, since distances lead on. Every list of numbers
begins where its numbers are aligned, which compiled readers count on.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Number:
    """A number field, in a form of `struct`."""

    form: str
    value: float


Field = Number | str | Array | bytes | dict[int, "Field"] | Sequence["Field"] | None
"""What a field holds: a number, a text, an array, raw bytes, a table (its fields by slot), or a list of such."""


def flat_buffer(root: dict[int, Field]) -> bytearray:
    """Return a table with all that it holds as a buffer."""
    out = bytearray(4)
    struct.pack_into("<I", out, 0, _table(out, root))
    return out


def _pad(out: bytearray, align: int, beyond: int = 0) -> None:
    out.extend(bytes(-(len(out) + beyond) % align))


def _put(out: bytearray, value: Field) -> int:
    """Write what a field leads to, and return where it begins."""
    if isinstance(value, dict):
        return _table(out, value)
    if isinstance(value, str):
        return _vector(out, value.encode("utf-8", "surrogateescape") + b"\0", 1, -1)
    if isinstance(value, bytes):
        return _vector(out, value, 1)
    if isinstance(value, np.ndarray):
        little = np.ascontiguousarray(value, value.dtype.newbyteorder("<"))
        return _vector(out, little.data, little.dtype.itemsize * int(np.prod(little.shape[1:], dtype=int)))
    assert not isinstance(value, Number)
    assert value is not None
    _pad(out, 4)
    at = len(out)
    out += struct.pack("<I", len(value)) + bytes(4 * len(value))
    for i, one in enumerate(value):
        place = at + 4 + 4 * i
        struct.pack_into("<I", out, place, _put(out, one) - place)
    return at


def _vector(out: bytearray, content: bytes | memoryview, width: int, extra: int = 0) -> int:
    """Write a list; `extra` is what its length is more than its content (a text ends with a zero that is not told)."""
    _pad(out, 4)
    _pad(out, 8 if width % 8 == 0 else 4, 4)
    at = len(out)
    size = content.nbytes if isinstance(content, memoryview) else len(content)
    out += struct.pack("<I", size // width + extra)
    out += content
    return at


def _table(out: bytearray, fields: dict[int, Field]) -> int:
    """Write a table's slots, the table, and what its fields lead to."""
    held = {slot: value for slot, value in sorted(fields.items()) if value is not None}
    offsets, size = {}, 4
    for slot, value in held.items():
        width = struct.calcsize(value.form) if isinstance(value, Number) else 4
        size += -size % width
        offsets[slot] = size
        size += width
    count = max(held, default=-1) + 1
    slots = struct.pack("<HH", 4 + 2 * count, size)
    slots += struct.pack(f"<{count}H", *(offsets.get(slot, 0) for slot in range(count)))
    _pad(out, 8, len(slots))
    out += slots
    at = len(out)
    out += struct.pack("<i", len(slots)) + bytes(size - 4)
    for slot, value in held.items():
        place = at + offsets[slot]
        if isinstance(value, Number):
            struct.pack_into(value.form, out, place, value.value)
        else:
            struct.pack_into("<I", out, place, _put(out, value) - place)
    return at
