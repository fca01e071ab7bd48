"""What a family knows of the parts of its models, by type: what readers state, what is held, and what says nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from inspect import getsource, signature
from typing import Any

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.place import Place
from retrodict.disclosures.visit import Part
from retrodict.models.family import family_of, openings, part
from retrodict.models.type_lookup import known_type

Reader = Callable[[Any, Place], Iterator[Disclosure]]
"""Yields what a part states itself."""

Holder = Callable[[Any, Place], Iterator[Part]]
"""Yields the parts that a part holds, each with its place."""

_BENEATH = frozenset({"numpy", "scipy", "pandas", "joblib", "threadpoolctl"}) | sys.stdlib_module_names
"""What models of all families are made of: objects of these are no parts of their own."""


@dataclass(frozen=True)
class Review:
    """What the file `disclose` of a family returns from its function `review`, which takes nothing.

    It must say of each type what readers state of it, or that it says nothing; a type that it does not name is
    *unread*. The methods are what holds of a plain library; a family overrides those that are otherwise with it.

    Parameters
    ----------
    readers
        What a part states itself, by its type.
    held
        What a part holds, by its type.
    silent
        Types that state nothing beyond what they hold.
    together
        Members that the reader of what holds them reads together, by the type of what holds them.
    """

    readers: Mapping[type, Reader] = field(default_factory=dict)
    held: Mapping[type, Holder] = field(default_factory=dict)
    silent: Mapping[type, Any] = field(default_factory=dict)
    together: Mapping[type, tuple[type, ...]] = field(default_factory=dict)

    @cached_property
    def _known(self) -> dict[type, None]:
        return dict.fromkeys((*self.readers, *self.held, *self.silent))

    def known(self, cls: type) -> type | None:
        """Return the class that a type is read as: the nearest of its ``__mro__`` that was reviewed, if any."""
        return known_type(cls, self._known)

    def is_model(self, part: Any) -> bool:
        """Whether an object of the family's is a part that may state something, and must be known or listed."""
        return not isinstance(part, type)

    def is_fitted(self, part: Any) -> bool:
        """Whether such a part was fitted: a template that was not holds no data."""
        del part
        return True

    def width(self, part: Any) -> int | None:
        """Return how many columns a part takes; ``None`` where it does not say."""
        del part
        return None

    def names_of(self, part: Any) -> tuple[str, ...] | None:
        """Return the columns that something fitted takes which need be no predictor; ``None``: its model says."""
        del part
        return None

    def placed(self, part: Any, columns: Columns, label: str) -> Columns:
        """Return the columns as they reach a part; nameless ones where it takes another number of them."""
        del part, label
        return columns

    def plumbing(self, part: Any) -> bool:
        """Whether a part is how a reviewed class is made, and states nothing itself."""
        return private(type(part))

    def declared(self, cls: type, name: str) -> bool:
        """Whether an attribute is one that a reviewed class has: its source sets it, or it is a setting."""
        return name in _settings(cls) or name in _names_set(cls)

    def steps(self, part: Any) -> Iterator[tuple[str, Any]] | None:
        """Yield what a part holds, each with its step of the path; ``None``: its attributes, as of any object."""
        del part
        return None


class _Foreign(Review):
    """Of objects that are of no family, or of one without `disclose`."""

    def is_model(self, part: Any) -> bool:
        del part
        return False


FOREIGN = _Foreign()


class Reviews(dict[type, Review]):
    """The review of each type that a walk comes to, asked of its family once."""

    def __missing__(self, cls: type) -> Review:
        self[cls] = found = review_of(cls)
        return found


def review_of(cls: type) -> Review:
    """Return what the family of a type knows of it; `FOREIGN` where there is none."""
    family = family_of(cls)
    file = None if family is None else part(family, "disclose")
    return FOREIGN if file is None else file.review()


def libraries() -> frozenset[str]:
    """Return the packages whose objects are no parts of their own unless a family says so."""
    return _BENEATH | {package for _, opening in openings() for package in opening.PACKAGES}


def private(cls: type) -> bool:
    """Whether a class is private to a library that is known."""
    return cls.__name__.startswith("_") and cls.__module__.partition(".")[0] in libraries()


@cache
def _settings(cls: type) -> frozenset[str]:
    try:
        return frozenset(signature(cls).parameters)
    except (TypeError, ValueError):  # compiled: it does not say
        return frozenset()


@cache
def _names_set(cls: type) -> frozenset[str]:
    """Return all names that stand as attributes or texts in the source of a class and of those it inherits from."""
    found: set[str] = set()
    for module in {base.__module__ for base in cls.__mro__ if base is not object}:
        try:
            source = getsource(sys.modules[module])
        except (OSError, TypeError, KeyError):  # compiled, or not there: nothing of it is known
            continue
        found.update(re.findall(r"\.([A-Za-z_]\w*)", source))
        found.update(re.findall(r"[\"']([A-Za-z_]\w*)[\"']", source))
    return frozenset(found)
