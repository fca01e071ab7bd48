"""Warnings and reasons as data: a code and its numbers for programs, and the text made of them for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self


class Note(str):
    """A line for people that programs tell apart by its code, never by its words.

    Parameters
    ----------
    code
        What it is about, as a name in snake case; the same code is the same kind of thing everywhere.
    text
        What people read: it is the value of the string.
    values
        The numbers and names that the text is made of, fit for JSON.
    """

    __slots__ = ("code", "values")
    code: str
    values: dict[str, Any]

    def __new__(cls, code: str, text: str, **values: Any) -> Self:  # noqa: D102
        note = super().__new__(cls, text)
        note.code = code
        note.values = values
        return note

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let Pydantic take it as it is where it checks types."""
        from pydantic_core import core_schema

        return core_schema.is_instance_schema(cls)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.code, str(self), self.values)

    def to_dict(self) -> dict[str, Any]:
        """Return code, text and values, fit for strict JSON."""
        return {"code": self.code, "text": str(self), "values": self.values}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return the note of `to_dict`.

        Raises
        ------
        KeyError, TypeError
            If it is none.
        """
        return cls(data["code"], data["text"], **data["values"])


def as_notes(lines: Iterable[str], code: str) -> tuple[Note, ...]:
    """Return lines as notes; one that has no code of its own gets the one given."""
    return tuple(line if isinstance(line, Note) else Note(code, line) for line in lines)


def _again(code: str, text: str, values: dict[str, Any]) -> Note:
    return Note(code, text, **values)


def of_code(notes: Iterable[str], code: str) -> Iterator[Note]:
    """Yield the notes of one code."""
    return (note for note in notes if isinstance(note, Note) and note.code == code)
