"""What the families' advice has in common, whatever the library: how an estimator is made a part."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any


def known_as(made: Any, names: Collection[str]) -> str | None:
    """Return the first of these names that its class or one it inherits from has; ``None`` where none has."""
    return next((cls.__name__ for cls in type(made).__mro__ if cls.__name__ in names), None)


def doubt_of(made: Any, *names: str) -> str:
    """Return why less is known of an object than of classes of these names; empty where it is of one of them."""
    own = type(made).__name__
    return "" if own in names else "a class of one's own inherits from it: what it changes is not known"


def stated_in(settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of settings that are not at their default."""
    # settings may be arrays or functions, which == does not compare
    return frozenset(name for name, value in settings.items() if repr(value) != repr(defaults.get(name)))


def no_members(made: Any) -> Iterator[tuple[str, Any]]:
    """Yield nothing: such estimators hold no others; see `Advising.members`."""
    del made
    yield from ()
