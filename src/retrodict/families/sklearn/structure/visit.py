"""The walk through a scikit-learn model: what each estimator holds, with the columns as they reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.disclosures.unread import Unread
from retrodict.disclosures.visit import Part, visit
from retrodict.families.sklearn.structure.aids import AIDS
from retrodict.families.sklearn.structure.transformers import aligned
from retrodict.families.sklearn.structure.wrappers import WRAPPERS
from retrodict.models.type_lookup import known_of_type

Holder = Callable[[Any, Place], Iterator[Part]]

HELD: dict[type, Holder] = {**WRAPPERS, **AIDS}
"""What each type holds; a type that is not here, and is known, holds nothing that was fitted apart from it."""


def visited(
    estimator: Any, names: Iterable[str], inside: Callable[[Part], Iterable[Part | Unread]]
) -> Iterator[Part | Unread]:
    """Yield each part of a fitted estimator, itself first, with the columns as they reach it; see `visit`.

    Parameters
    ----------
    estimator
        A fitted estimator.
    names
        Its columns.
    inside
        The parts that one part holds.
    """
    whole = Part(estimator, Place("", tuple(Column.start(name) for name in names)))
    return visit(whole, inside, _placed)


def held_by(part: Part, held: Mapping[type, Holder] = HELD) -> Iterator[Part]:
    """Yield the parts that one part holds, of those types that a registry tells of: `HELD`, or `WRAPPERS` alone."""
    read = known_of_type(type(part.thing), held)
    return iter(()) if read is None else read(part.thing, part.place)


def _placed(part: Part) -> Part:
    """Return a part with nameless columns where it takes another number of them."""
    label = type(part.thing).__name__.lower()
    return replace(part, place=part.place.inner("", aligned(part.thing, part.place.columns, label)))
