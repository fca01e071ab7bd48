"""JSON files of results: what one holds is checked before it is believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from retrodict.errors import RequestError, RetrodictError
from retrodict.plain_text import shown
from retrodict.results.notes import Note

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LARGEST = 256 * 2**20
"""Bytes of a document that are read: a thousand times what a wide table with many classes needs."""

_T = TypeVar("_T")


class OddError(ValueError):
    """What a result holds that none that was written does; the text says what."""


@contextmanager
def holding(path: Path | str, what: str) -> Iterator[None]:
    """Turn whatever shows that a file is no result into one line.

    Parameters
    ----------
    path
        As the user named it.
    what
        What it should be: "reconstruction", "inversion", "fidelity".

    Raises
    ------
    RequestError
        If the block fails to make sense of what it reads.
    """
    try:
        yield
    except OddError as error:
        raise RequestError(f"'{path}' holds no {what}: {error}") from error
    except FileNotFoundError as error:
        name = Path(error.filename).name if error.filename else "a file of it"
        raise RequestError(f"'{path}' holds no {what}: '{name}' is not there") from error
    except KeyError as error:
        raise RequestError(f"'{path}' holds no {what}: '{shown(error.args[0])}' is missing") from error
    except RecursionError as error:
        raise RequestError(f"'{path}' holds no {what}: it is nested too deeply") from error
    except (OSError, ValueError, TypeError, RetrodictError) as error:
        raise RequestError(f"'{path}' holds no {what}: {shown(error)}") from error


def read_document(path: Path) -> dict[str, Any]:
    """Return the object of a JSON file, if it is strict and of a size that can be meant.

    Raises
    ------
    OddError
        If it holds a key twice, a number that JSON has no word for, or no object at all.
    OSError
        If it can't be read.
    """
    if path.stat().st_size > LARGEST:
        raise OddError(f"'{path.name}' has more than {LARGEST:,} bytes")
    return parsed_document(path.read_bytes(), path.name)


def parsed_document(content: bytes, name: str) -> dict[str, Any]:
    """Return the object that the bytes of a JSON file hold; see `read_document`.

    Parameters
    ----------
    content
        The bytes.
    name
        The file's name.
    """
    try:
        data = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_word)
    except RecursionError as error:
        raise OddError(f"'{name}' is nested too deeply") from error
    except UnicodeDecodeError as error:
        raise OddError(f"'{name}' is no UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise OddError(f"'{name}' is no JSON (line {error.lineno}: {error.msg})") from error
    if not isinstance(data, dict):
        raise OddError(f"'{name}' holds no JSON object")
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise OddError(f"key '{shown(twice)}' stands twice")
    return made


def _no_word(text: str) -> Any:
    raise OddError(f"it holds {text}, which JSON has no word for")


def part(data: Mapping[str, Any], key: str, kind: type[_T]) -> _T:
    """Return an entry of plain data, which must be of a kind."""
    value = data[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise OddError(f"'{key}' is no {_WORDS[kind]} but {shown(repr(value), 40)}")
    return value


_WORDS: dict[type, str] = {dict: "mapping", list: "list", str: "text", int: "whole number"}


def texts(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return an entry of plain data, which must be a list of texts."""
    values = part(data, key, list)
    if not all(isinstance(value, str) for value in values):
        raise OddError(f"'{key}' is no list of texts")
    return tuple(values)


def notes(data: Mapping[str, Any], key: str) -> tuple[Note, ...]:
    """Return an entry of plain data, which must be a list of notes."""
    found = []
    for value in part(data, key, list):
        known = isinstance(value, dict) and value.keys() == {"code", "text", "values"}
        if not known or not (
            isinstance(value["code"], str) and isinstance(value["text"], str) and isinstance(value["values"], dict)
        ):
            raise OddError(f"'{key}' is no list of notes")
        found.append(Note.from_dict(value))
    return tuple(found)


def checked(kind: type[_T], make: Callable[[], _T], key: str) -> _T:
    """Return a dataclass that was made of plain data, if every field is of its type.

    Raises
    ------
    OddError
        If one is not.
    """
    from pydantic import ValidationError

    made, fields = make(), _adapters(kind)  # type: ignore[arg-type]  # classes have a hash
    for name, adapter in fields:
        value = getattr(made, name)
        try:
            adapter.validate_python(value, strict=True)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, (key, name, *first["loc"])))
            given = shown(repr(first["input"]), 40)
            raise OddError(f"'{shown(where)}' is wrong: {first['msg']}, got {given}") from error
        for each in value if isinstance(value, tuple) else (value,):
            if is_dataclass(each):
                checked(type(each), lambda each=each: each, f"{key}.{name}")  # type: ignore[misc]
    return made


@cache
def _adapters(kind: type[Any]) -> list[tuple[str, TypeAdapter[Any]]]:
    """Return what checks each field of a dataclass."""
    from pydantic import TypeAdapter

    return [(name, TypeAdapter(hint)) for name, hint in get_type_hints(kind).items()]
