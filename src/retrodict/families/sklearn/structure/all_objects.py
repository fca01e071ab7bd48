"""Every object within a model, wherever it is held: attributes, containers, partial functions, bound methods."""

from __future__ import annotations

import gc
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

_PLAIN = (str, bytes, bytearray, int, float, complex, type(None), np.generic, np.dtype)
_IMPORTED = (type, types.ModuleType, types.BuiltinFunctionType, types.FunctionType)  # of the program, not of the file


def objects_within(thing: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every object within another once, with the nearest estimator that holds it.

    Parameters
    ----------
    thing
        An estimator, or whatever a file held.

    Notes
    -----
    What an object refers to is asked of the collector, which knows it for every type (a `functools.partial` has no
    ``__dict__`` that shows its arguments); arrays of objects, which it does not follow, are gone through here.
    """
    seen: dict[int, Any] = {}
    stack: list[tuple[Any, Any]] = [(None, thing)]
    while stack:
        owner, part = stack.pop()
        if isinstance(part, _PLAIN) or id(part) in seen:
            continue
        seen[id(part)] = part  # kept alive, so that an id is not used twice
        yield owner, part
        if isinstance(part, np.ndarray):
            inner = part.ravel().tolist() if part.dtype == object else []
        else:
            inner = [one for one in gc.get_referents(part) if not isinstance(one, _IMPORTED)]
            inner += _compiled_attributes(part)
            owner = part if isinstance(part, BaseEstimator) else owner
        stack += [(owner, one) for one in inner]


def _compiled_attributes(part: Any) -> list[Any]:
    """Return what a method bound to an object of compiled code refers to, which the collector may not follow."""
    bound = getattr(part, "__self__", None) if isinstance(part, types.BuiltinMethodType | types.MethodType) else None
    return [] if bound is None or isinstance(bound, types.ModuleType) else [bound]
