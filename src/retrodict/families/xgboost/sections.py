"""Parts of a model file, each value taken by its name and looked at; what nobody takes is noted as unknown."""

from __future__ import annotations

import math
import re
from typing import Any, Self

import numpy as np

from retrodict.plain_text import shown

Array = np.ndarray

LONGEST_TEXT = 1_000_000
"""Characters of one text; attributes hold what users attach."""

_NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?")
_REQUIRED = object()


class ContentError(ValueError):
    """What keeps a file from being a model: a part of a sentence (`a tree with no nodes`)."""


class OtherKindError(ContentError):
    """A model of a kind that is not read, though nothing is wrong with it."""


class Section:
    """One object of a file, of which values are taken.

    Parameters
    ----------
    values
        As the file holds it.
    path
        Where it stands.
    unknown
        Is added to: paths of what nobody took.
    """

    def __init__(self, values: Any, path: str, unknown: list[str]) -> None:
        if not isinstance(values, dict):
            raise ContentError(f"no object at '{shown(path, 60)}'")
        self._values = values
        self._left = dict.fromkeys(values)
        self.path = path
        self._unknown = unknown

    def at(self, name: str) -> str:
        """Return the path of a value."""
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether a value is there."""
        return name in self._values

    def take(self, name: str, absent: Any = _REQUIRED) -> Any:
        """Return a value as it is."""
        if name not in self._values:
            if absent is _REQUIRED:
                raise ContentError(f"no '{self.at(name)}'")
            return absent
        self._left.pop(name, None)
        return self._values[name]

    def section(self, name: str, absent: Any = _REQUIRED) -> Self:
        """Return an object within it."""
        return type(self)(self.take(name, absent), self.at(name), self._unknown)

    def inside(self, values: Any, name: str) -> Self:
        """Return an object of a list within it."""
        return type(self)(values, self.at(name), self._unknown)

    def names(self) -> list[str]:
        """Return the names of all its values."""
        return list(self._values)

    def end(self) -> None:
        """Note what nobody took."""
        self._unknown += [self.at(shown(name, 60)) for name in self._left]

    def text(self, name: str, absent: Any = _REQUIRED) -> str:
        """Return a text."""
        return text_of(self.take(name, absent), self.at(name))

    def texts(self, name: str, absent: Any = _REQUIRED) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(text_of(value, self.at(name)) for value in self.items(name, absent))

    def items(self, name: str, absent: Any = _REQUIRED) -> list[Any]:
        """Return a list of anything."""
        found = self.take(name, absent)
        if not isinstance(found, list | tuple | np.ndarray):
            raise ContentError(f"no list at '{self.at(name)}'")
        return list(found)

    def whole(self, name: str, least: int, most: int, absent: Any = _REQUIRED) -> int:
        """Return a whole number, which may be written as a text."""
        found = self.take(name, absent)
        if isinstance(found, str) and re.fullmatch(r"-?[0-9]{1,19}", found):
            found = int(found)
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            raise ContentError(f"no number from {least} to {most:,} at '{self.at(name)}'")
        return found

    def written_numbers(self, name: str, absent: Any = _REQUIRED) -> tuple[tuple[float, ...], bool]:
        """Return numbers that are written as a text, and whether that is a list: ``5E-1`` or ``[5E-1,1E0]``."""
        found = self.text(name, absent).strip()
        listed = found.startswith("[") and found.endswith("]")
        parts = [part.strip() for part in (found[1:-1] if listed else found).split(",")]
        if len(parts) > 100_000 or not all(len(part) < 64 and _NUMBER.fullmatch(part) for part in parts):
            raise ContentError(f"no number at '{self.at(name)}'")
        numbers = tuple(float(part) for part in parts)
        if not all(math.isfinite(np.float32(number)) for number in numbers):
            raise ContentError(f"no finite number at '{self.at(name)}'")
        return numbers, listed

    def integers(self, name: str, n: int | None, absent: Any = _REQUIRED) -> Array:
        """Return whole numbers as int64, `n` of them; one that is given for an absent list fills it."""
        if absent is not _REQUIRED and not self.has(name):
            return np.full(n or 0, absent if isinstance(absent, int) else 0, dtype=np.int64)
        found = self._array(name, n)
        if found.dtype == bool:
            found = found.astype(np.uint8)
        if found.size and found.dtype.kind not in "iu":
            raise ContentError(f"no whole numbers at '{self.at(name)}'")
        return found.astype(np.int64)

    def flags(self, name: str, n: int, absent: Any = _REQUIRED) -> Array:
        """Return zeros and ones, `n` of them."""
        found = self.integers(name, n, absent)
        if found.size and (found.min() < 0 or found.max() > 1):
            raise ContentError(f"what is neither yes nor no at '{self.at(name)}'")
        return found.astype(np.uint8)

    def numbers(self, name: str, n: int | None) -> Array:
        """Return numbers as float32, `n` of them; any may be infinite or NaN."""
        found = self._array(name, n)
        if found.size and found.dtype.kind not in "iuf":
            raise ContentError(f"no numbers at '{self.at(name)}'")
        with np.errstate(over="ignore"):
            return found.astype(np.float32)

    def _array(self, name: str, n: int | None) -> Array:
        found = self.take(name)
        if not isinstance(found, list | np.ndarray):
            raise ContentError(f"no list at '{self.at(name)}'")
        try:
            found = np.asarray(found) if len(found) else np.empty(0, dtype=np.int64)
        except (ValueError, OverflowError) as error:
            raise ContentError(f"no numbers at '{self.at(name)}'") from error
        if found.ndim != 1 or (n is not None and len(found) != n):
            raise ContentError(f"a list at '{self.at(name)}' of another length than {n}")
        return found


def text_of(value: Any, path: str) -> str:
    """Return a text that can be written again.

    Raises
    ------
    ContentError
        If it is none, or none that is Unicode.
    """
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise ContentError(f"no text at '{shown(path, 60)}'")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ContentError(f"a text that is no Unicode at '{shown(path, 60)}'") from error
    return value
