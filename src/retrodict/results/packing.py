"""The fields of results as JSON that loses nothing, and back by what each field is declared to be."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd

from retrodict.plain_text import shown
from retrodict.results.documents import OddError
from retrodict.results.notes import Note

_T = TypeVar("_T")

_NUMBERS, _TEXT, _ANY = "biuf", "str", "object"
"""Kinds of NumPy array that are read as their type says, and the names given to those of texts and of all else."""

_hints: Callable[[Any], dict[str, Any]] = cache(get_type_hints)


def pack(value: Any) -> Any:
    """Return a value made of dicts, lists, texts, numbers, booleans and ``None``, from which `unpack` makes it again.

    Numbers that are not finite are told apart; what has no such form becomes its text.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):  # first: stored rows have millions of cells
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, Note):
        return {"code": value.code, "text": str(value), "values": pack(value.values)}
    if isinstance(value, bool | int | str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, tuple | list):
        return [pack(one) for one in value]
    if isinstance(value, pd.DataFrame):
        columns = [{"name": name, **_column(one)} for name, one in value.items()]
        return {"columns": columns, "index": _column(value.index)}
    if isinstance(value, np.ndarray):
        dtype = value.dtype.name if value.dtype.kind in _NUMBERS else _TEXT if value.dtype.kind == "U" else _ANY
        return {"dtype": dtype, "shape": list(value.shape), "values": pack(value.ravel().tolist())}
    if is_dataclass(value):  # before mappings: a result may be one
        kind = {"kind": type(value).__name__} if any(map(is_dataclass, type(value).__bases__)) else {}
        return kind | {one.name: pack(getattr(value, one.name)) for one in written(type(value))}
    if isinstance(value, Mapping):
        return {str(key): pack(one) for key, one in value.items()}
    return str(value)


def _column(values: pd.Series[Any] | pd.Index[Any]) -> dict[str, Any]:
    return {"dtype": str(values.dtype), "values": pack(values.tolist())}


def written(kind: type[Any]) -> list[Any]:
    """Return the fields of a dataclass that are written: not those with ``metadata={"written": False}``."""
    return [one for one in fields(kind) if one.metadata.get("written", True)]


def unpack(kind: type[_T], data: Any, where: str) -> _T:
    """Return the dataclass that was packed, every field of the type that it is declared with.

    Parameters
    ----------
    kind
        The class, or one that it inherits from.
    data
        What `pack` returned.
    where
        What it is called in an error.

    Raises
    ------
    OddError
        If it is none.
    """
    if not isinstance(data, dict):
        raise OddError(f"'{shown(where)}' is no mapping but {shown(repr(data), 40)}")
    own = _heirs(kind).get(data["kind"]) if "kind" in data and "kind" not in _hints(kind) else kind
    if own is None:
        raise OddError(f"'{shown(where)}' is of an unknown kind, {shown(repr(data['kind']), 40)}")
    hints = _hints(own)
    found = {one.name: _read(hints[one.name], data[one.name], one.name) for one in written(own)}
    made: _T = own(**found)
    return made


def _heirs(kind: type[Any]) -> dict[str, type[Any]]:
    return {kind.__name__: kind} | {name: one for heir in kind.__subclasses__() for name, one in _heirs(heir).items()}


def _read(hint: Any, value: Any, where: str) -> Any:
    """Return a value that was packed, if it is what a type hint says."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _either(args, value, where)
    if origin is tuple and isinstance(value, list):
        kinds = args[:1] * len(value) if args[1:] == (...,) else args
        if len(kinds) == len(value):
            return tuple(_read(one, each, where) for one, each in zip(kinds, value, strict=True))
    elif isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, dict):
        return {key: _read(args[1], each, where) for key, each in value.items()}
    elif is_dataclass(hint) and isinstance(hint, type):
        return unpack(hint, value, where)
    elif origin is Literal:
        if any(value == one and type(value) is type(one) for one in args):
            return value
    elif hint is Any or isinstance(hint, type):
        found = _form(value)
        fits = hint is Any or isinstance(found, hint) or (hint is float and isinstance(found, int))
        if fits and (hint in (Any, bool) or not isinstance(found, bool)):
            return found
    raise OddError(f"'{shown(where)}' is no {shown(getattr(hint, '__name__', hint))} but {shown(repr(value), 40)}")


def _either(kinds: tuple[Any, ...], value: Any, where: str) -> Any:
    """Return a value as the first of several types that it fits; what the last says where it fits none."""
    for kind in kinds[:-1]:
        try:
            return _read(kind, value, where)
        except (OddError, KeyError):
            continue
    return _read(kinds[-1], value, where)


def _form(value: Any) -> Any:
    """Return what a packed value shows itself to be: an array, a table, a note, a number that is not finite."""
    if isinstance(value, list):
        return tuple(map(_form, value))
    keys = value.keys() if isinstance(value, dict) else set()
    if keys == {"float"}:
        return float(value["float"])
    if keys == {"code", "text", "values"} and isinstance(value["code"], str) and isinstance(value["text"], str):
        return Note(value["code"], value["text"], **_form(value["values"]))
    if keys == {"dtype", "shape", "values"}:
        return _array(value["dtype"], [*map(_form, value["values"])]).reshape(value["shape"])
    if keys == {"columns", "index"}:
        index = pd.Index([*map(_form, value["index"]["values"])], value["index"]["dtype"])
        if index.equals(plain := pd.RangeIndex(len(index))):
            index = plain
        columns = {
            one["name"]: pd.Series([*map(_form, one["values"])], index, one["dtype"]) for one in value["columns"]
        }
        return pd.DataFrame(columns, index)
    return {key: _form(one) for key, one in value.items()} if isinstance(value, dict) else value


def _array(dtype: str, values: list[Any]) -> np.ndarray:
    """Return an array of one dimension."""
    if dtype == _TEXT:
        return np.array(values, dtype=np.str_)
    if dtype != _ANY and np.dtype(dtype).kind not in _NUMBERS:
        raise OddError(f"'{shown(dtype)}' is no type of an array")
    out = np.empty(len(values), dtype=dtype)
    out[:] = values
    return out
