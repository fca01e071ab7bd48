"""Whether a class has what a protocol asks for, down to the names of parameters."""

from __future__ import annotations

import inspect
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np


def members(protocol: type) -> set[str]:
    """Return the names that a protocol and those it extends ask for."""
    found: set[str] = set()
    for base in protocol.__mro__:
        if base not in (object, Protocol) and getattr(base, "_is_protocol", False):
            found |= {name for name in (*vars(base), *getattr(base, "__annotations__", {})) if not name.startswith("_")}
    return found


def check_members(thing: Any, protocol: type) -> None:
    """Check that all members are there, and that methods are called as the protocol says: by name and by position."""
    assert isinstance(thing, protocol)
    for name in members(protocol):
        asked = inspect.getattr_static(protocol, name, None)
        if not inspect.isfunction(asked):
            getattr(thing, name)
            continue
        wanted = [one for one in inspect.signature(asked).parameters.values() if one.name != "self"]
        own = list(inspect.signature(getattr(thing, name)).parameters.values())
        said = [(one.name, one.kind, one.default is one.empty) for one in own[: len(wanted)]]
        assert said == [(one.name, one.kind, one.default is one.empty) for one in wanted], f"{name}: {said}"
        assert all(one.default is not one.empty for one in own[len(wanted) :]), f"{name} needs more than it is given"


@contextmanager
def globals_untouched() -> Iterator[None]:
    """Check that what runs inside takes no number from a generator that the whole process shares."""

    def state() -> str:
        return repr((random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]))  # noqa: NPY002

    before = state()
    yield
    assert state() == before, "a global generator was used"
