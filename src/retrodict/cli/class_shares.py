"""Class shares as they are written on the command line."""

from __future__ import annotations

import re

from retrodict.errors import RequestError

_ITEM = re.compile(r'(?:[^",]|"(?:[^"]|"")*")*')
"""One share: anything up to a comma that is not in double quotes."""


def read_class_shares(text: str | None) -> dict[str, float] | str | None:
    """Read ``model``, ``equal`` or ``a=0.3,b=0.7``.

    A class whose label holds a comma, a double quote, or a blank at an end is written in double quotes, a quote in it
    twice, as in a CSV file: ``"b, or c"=0.7``, or ``"b, or c=0.7"``.

    Parameters
    ----------
    text
        What was given; ``None`` is left to the library.

    Raises
    ------
    RequestError
        If it is none of these, or names a class twice.
    """
    if text is None or text.strip() in ("model", "equal"):
        return None if text is None else text.strip()
    shares: dict[str, float] = {}
    for part in _parts(text):
        label, number = _split(part)
        try:
            share = float(number)
        except ValueError:
            label = None
        if label is None:
            raise RequestError(
                "class shares must be model, equal, or like a=0.3,b=0.7 (a label with a comma in double quotes); "
                f"can't read '{part.strip()}'"
            )
        if label in shares:
            raise RequestError(f"class shares name the class '{label}' twice")
        shares[label] = share
    return shares


def _parts(text: str) -> list[str]:
    """Return the shares between commas that are not in quotes; where quotes do not close, between all commas."""
    parts, at = [], 0
    while True:
        found = _ITEM.match(text, at)
        end = at if found is None else found.end()
        parts.append(text[at:end])
        if end == len(text):
            return parts
        if text[end] != ",":
            return text.split(",")
        at = end + 1


def _split(part: str) -> tuple[str | None, str]:
    """Return the label, quotes taken off, and the number of a share; no label where none is told."""
    bare = part.strip()
    whole = _unquoted(bare)
    if whole is not None:
        label, equals, number = whole.rpartition("=")
        return label if equals else None, number.strip()
    label, _, number = (piece.strip() for piece in bare.rpartition("="))
    quoted = _unquoted(label)
    return quoted if quoted is not None else label or None, number


def _unquoted(text: str) -> str | None:
    """Return what stands between quotes that open and close the whole text; ``None`` where none do."""
    closed = re.fullmatch(r'"((?:[^"]|"")*)"', text)
    return None if closed is None else closed[1].replace('""', '"')
