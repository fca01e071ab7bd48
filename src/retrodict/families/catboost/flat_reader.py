"""Read flatbuffers, the tables that cbm files are made of, without following anything out of the bytes there are.

A table begins with the distance back to its *slots*, a list of where in the table each of its fields stands; a field is
a number, or the distance on to a text, a vector or another table. Tables may be shared: how much is read in all is
bounded by the size of the file, or a small file could stand for more than any memory holds.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray

SHARED = 16
"""How many times the bytes of a file are read, at most: tables of category statistics are shared by a few columns."""
SLACK = 1 << 16
"""Bytes that any file may have read, however small it is."""


class DamagedError(ValueError):
    """Bytes that are no flatbuffer of the kind that was expected; its text ends the sentence ``it has ...``."""


@dataclass
class Flat:
    """A buffer that is being read.

    Parameters
    ----------
    content
        All its bytes.
    left
        How many more may be read.
    """

    content: memoryview
    left: int = field(default=-1)

    def __post_init__(self) -> None:
        if self.left < 0:
            self.left = SHARED * len(self.content) + SLACK

    def root(self) -> FlatTable:
        """Return the outermost table."""
        return FlatTable(self, self.follow(0))

    def number(self, form: str, at: int) -> Any:
        """Return one number.

        Raises
        ------
        DamagedError
            If it does not lie within the buffer.
        """
        size = struct.calcsize(form)
        if at < 0 or at + size > len(self.content):
            raise DamagedError("a place beyond its end")
        return struct.unpack_from(form, self.content, at)[0]

    def follow(self, at: int) -> int:
        """Return where the distance that stands at a place leads."""
        return at + int(self.number("<I", at))

    def span(self, at: int, width: int) -> tuple[int, int]:
        """Return where the items of a vector begin, and how many there are."""
        count, first = int(self.number("<I", at)), at + 4
        if count * width > len(self.content) - first:
            raise DamagedError("a list that is longer than the file")
        self.spend(count * width + 4)
        return first, count

    def spend(self, n: int) -> None:
        """Count bytes that are read."""
        self.left -= n
        if self.left < 0:
            raise DamagedError("the same parts again and again")


class FlatTable:
    """One table of a buffer; fields are asked for by their slot, counted from 0.

    Parameters
    ----------
    flat
        The buffer.
    at
        Where the table begins.
    """

    def __init__(self, flat: Flat, at: int) -> None:
        self.flat, self.at = flat, at
        slots = at - int(flat.number("<i", at))
        self._slots, size = slots + 4, int(flat.number("<H", slots))
        self._width = int(flat.number("<H", slots + 2))
        if size < 4 or size % 2 or slots + size > len(flat.content) or at + self._width > len(flat.content):
            raise DamagedError("a table that is not whole")
        self.fields = (size - 4) // 2
        flat.spend(size + 4)

    def place(self, slot: int, width: int) -> int | None:
        """Return where a field stands; ``None`` where the table does not have it."""
        if slot >= self.fields:
            return None
        offset = int(self.flat.number("<H", self._slots + 2 * slot))
        if not offset:
            return None
        if offset + width > self._width:
            raise DamagedError("a field beyond its table")
        return self.at + offset

    def beyond(self, known: int) -> list[int]:
        """Return the slots that hold something though no more than so many are known."""
        return [slot for slot in range(known, self.fields) if self.place(slot, 0) is not None]

    def number(self, slot: int, form: str, default: Any) -> Any:
        """Return a number field, as `struct` names its form."""
        at = self.place(slot, struct.calcsize(form))
        return default if at is None else self.flat.number(form, at)

    def table(self, slot: int) -> FlatTable | None:
        """Return a field that is a table."""
        at = self.place(slot, 4)
        return None if at is None else FlatTable(self.flat, self.flat.follow(at))

    def text(self, slot: int) -> str | None:
        """Return a field that is a text."""
        at = self.place(slot, 4)
        return None if at is None else self._text(self.flat.follow(at))

    def vector(self, slot: int, dtype: str | np.dtype[Any]) -> Array:
        """Return a field that is a list of numbers, as a view that is not written to; empty where it is not there."""
        at = self.place(slot, 4)
        kind: np.dtype[Any] = np.dtype(dtype)
        if at is None:
            return np.empty(0, kind)
        first, count = self.flat.span(self.flat.follow(at), kind.itemsize)
        return np.frombuffer(self.flat.content, kind, count, first)

    def tables(self, slot: int) -> list[FlatTable]:
        """Return a field that is a list of tables."""
        return [FlatTable(self.flat, at) for at in self._targets(slot)]

    def texts(self, slot: int) -> tuple[str, ...]:
        """Return a field that is a list of texts."""
        return tuple(self._text(at) for at in self._targets(slot))

    def _targets(self, slot: int) -> list[int]:
        at = self.place(slot, 4)
        if at is None:
            return []
        first, count = self.flat.span(self.flat.follow(at), 4)
        return [self.flat.follow(first + 4 * i) for i in range(count)]

    def _text(self, at: int) -> str:
        first, count = self.flat.span(at, 1)
        return bytes(self.flat.content[first : first + count]).decode("utf-8", "surrogateescape")
