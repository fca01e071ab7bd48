"""Walk through everything that an object holds, by value, whatever its class."""

from __future__ import annotations

import functools
import types
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from retrodict.disclosures.review import Reviews

MOST = 3_000_000
"""Parts that are looked at: a forest of 10,000 trees has half a million, and each costs a microsecond."""

_ATOMS = (str, bytes, bool, int, float, complex, type, types.ModuleType, np.generic, np.dtype, type(None), range, slice)
_GENERATORS = (np.random.RandomState, np.random.Generator, np.random.BitGenerator)
_NONE: dict[str, None] = {}
_VIEWS = (type(_NONE.keys()), type(_NONE.values()), type(_NONE.items()))  # the abstract classes are slow to ask
_SERIES = (list, tuple, set, frozenset, deque, *_VIEWS)


def everything(thing: Any, path: str = "") -> Iterator[tuple[str, Any, tuple[Any, ...]]]:
    """Yield every object within another, itself first, with its path and what holds it from the outermost on.

    Each object is yielded once, wherever it is first met. Arrays, frames and lists of plain values are not entered.

    Parameters
    ----------
    thing
        Where to begin.
    path
        What its path is called.

    Raises
    ------
    OverflowError
        If it holds more than `MOST` parts.
    """
    seen: dict[int, Any] = {}
    reviews = Reviews()
    stack: list[tuple[str, Any, tuple[Any, ...]]] = [(path, thing, ())]
    while stack:
        path, part, above = stack.pop()
        if id(part) in seen or isinstance(part, _ATOMS):
            continue
        seen[id(part)] = part  # kept alive, so that an id is not used twice
        if len(seen) > MOST:
            raise OverflowError(f"it holds more than {MOST:,} parts")
        yield path, part, above
        if table_of(part) is None:
            inner = [(f"{path}{step}" if path else step.lstrip("."), value) for step, value in _children(part, reviews)]
            stack += [(where, value, (*above, part)) for where, value in reversed(inner)]


def _children(part: Any, reviews: Reviews) -> Iterator[tuple[str, Any]]:
    """Yield what an object holds itself, each with its step of the path: ``.name``, ``[key]`` or ``[i]``."""
    if isinstance(part, dict | types.MappingProxyType):
        yield from ((f"[{key!r}]", value) for key, value in part.items())
        if not all(isinstance(key, _ATOMS) for key in part):
            yield ".keys()", list(part)
    elif isinstance(part, _SERIES):
        yield from ((f"[{i}]", value) for i, value in enumerate(part))
    elif isinstance(part, np.ndarray):
        if part.dtype == object:
            yield from ((f"[{i}]", value) for i, value in enumerate(part.ravel()))
    elif isinstance(part, functools.partial):
        yield from ((".func", part.func), (".args", part.args), (".keywords", part.keywords))
    elif isinstance(part, types.MethodType):
        yield ".__self__", part.__self__
    elif isinstance(part, types.FunctionType):
        cells = part.__closure__ or ()
        yield ".__closure__", [cell.cell_contents for cell in cells if _filled(cell)]
        yield ".__defaults__", [*(part.__defaults__ or ()), *(part.__kwdefaults__ or {}).values()]
    elif not isinstance(part, _GENERATORS):
        own = reviews[type(part)].steps(part)
        yield from attributes(part) if own is None else own
        return
    else:
        return
    yield from attributes(part)  # a dictionary or list of a class of its own has some, and so may a function


def attributes(part: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of an object, in its ``__dict__`` or its slots, each with its step of the path."""
    yield from ((f".{name}", value) for name, value in getattr(part, "__dict__", {}).items())
    for base in type(part).__mro__:
        slots = vars(base).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(part, name):
                yield f".{name}", getattr(part, name)


def _filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # a variable that was never set
        return False


def models_inside(part: Any) -> Iterator[tuple[Any, str]]:
    """Yield the fitted models of any family within an object that no reader knows, each with its path from there.

    What these hold themselves is not entered.
    """
    entered: set[int] = set()
    reviews = Reviews()
    for path, inner, above in everything(part):
        if inner is part or any(id(one) in entered for one in above):
            continue
        review = reviews[type(inner)]
        if review.is_model(inner):
            entered.add(id(inner))
            if review.is_fitted(inner):
                yield inner, path


def table_of(part: Any) -> Any:
    """Return an array of one or two dimensions, a frame or a sparse matrix if an object is one; else ``None``.

    Lists of plain values, and lists of such lists of one length, are arrays too.
    """
    if isinstance(part, pd.DataFrame | pd.Series | pd.Index) or sparse.issparse(part):
        return part
    if isinstance(part, array | memoryview):
        return np.asarray(part)
    if isinstance(part, np.ndarray):
        holds = part.dtype == object and not all(_plain(value) for value in part.ravel())
        return None if holds else part
    if isinstance(part, list | tuple | deque) and len(part) > 1:
        return _stacked(part)
    return None


def _stacked(part: Sequence[Any]) -> Any:
    first = part[0]
    if _plain(first):
        return np.array(part, dtype=object) if all(_plain(value) for value in part) else None
    if not isinstance(first, list | tuple) or not first:
        return None
    whole = all(isinstance(row, list | tuple) and len(row) == len(first) for row in part)
    if whole and all(_plain(value) for row in part for value in row):
        return np.array(part, dtype=object)
    return None


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | bytes | Number | np.generic | pd.Timestamp)
