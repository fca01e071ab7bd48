"""The one rule by which a type finds what is known of it: along its ``__mro__``, with what it overrides said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

_HARMLESS = frozenset(
    {
        *("__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__annotations__", "__orig_bases__"),
        *("__parameters__", "__firstlineno__", "__static_attributes__", "__annotate_func__", "__annotations_cache__"),
        *("__abstractmethods__", "_abc_impl", "__slots__", "__hash__", "__repr__", "__str__"),
        "__slotnames__",  # what copying notes on a class
        "__init__",  # settings; attributes of its own are looked for by value
        "_parameter_constraints",  # what settings may be: nothing of the data
        *("__sklearn_tags__", "_more_tags", "_get_tags"),  # what tests may ask of it
        "_sklearn_auto_wrap_output_keys",
    }
)
"""What a subclass may have of its own without a change in what it stores or computes."""


def known_type(cls: type, registry: Mapping[type, Any]) -> type | None:
    """Return the nearest class of a type's ``__mro__`` that is in a registry; ``None`` where there is none.

    Parameters
    ----------
    cls
        The type of a part of a model.
    registry
        What is known, by type.
    """
    return next((base for base in cls.__mro__ if base in registry), None)


def known_of_type(cls: type, registry: Mapping[type, T]) -> T | None:
    """Return what a registry knows of a type or of the nearest class that it inherits from."""
    found = known_type(cls, registry)
    return None if found is None else registry[found]


def faithful_of_type(cls: type, registry: Mapping[type, T]) -> T | None:
    """Return what a registry knows of a type that changes nothing of the class known; ``None`` where it may.

    For what is computed, where a subclass that overrides a method must be asked itself.
    """
    found = known_type(cls, registry)
    return None if found is None or overridden(cls, found) else registry[found]


def library_class(cls: type, library: str) -> type | None:
    """Return the nearest class of a type's ``__mro__`` that a library defines for itself.

    Parameters
    ----------
    cls
        The type of a part of a model.
    library
        Its top-level package. What it offers others to inherit from (``base``, ``utils``) is not counted: a class of
        a third party that only inherits from these is not the library's.
    """
    for base in cls.__mro__:
        parts = base.__module__.split(".")
        if parts[0] == library and parts[1:2] not in (["base"], ["utils"]):
            return base
    return None


def overridden(cls: type, known: type) -> tuple[str, ...]:
    """Return the names of a known class that a subclass has of its own, so that they may do or hold otherwise.

    Parameters
    ----------
    cls
        A type that inherits from `known`, or `known` itself.
    known
        The class that a reader was written for.

    Returns
    -------
    tuple of str
        Sorted; empty where the subclass changes nothing that the known class has.
    """
    own = {name for base in _between(cls, known) for name in vars(base)} - _HARMLESS
    return tuple(sorted(name for name in own if (hasattr(known, name) and not _routing(name)) or _hooks(name)))


def _between(cls: type, known: type) -> Iterator[type]:
    """Yield the classes that come before the known one, less those that it inherits from itself."""
    for base in cls.__mro__:
        if base is known:
            return
        if not issubclass(known, base):
            yield base


def _routing(name: str) -> bool:
    """Whether a method only says which extra arguments others take: scikit-learn makes these for every class."""
    return name == "get_metadata_routing" or (name.startswith("set_") and name.endswith("_request"))


def _hooks(name: str) -> bool:
    """Whether a name changes how attributes are found or set, whatever the known class has."""
    return name in {"__getattr__", "__getattribute__", "__setattr__", "__setstate__", "__getstate__", "__reduce__"}
