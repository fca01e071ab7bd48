"""The walk through a scikit-learn model: what each estimator holds, with the columns as they reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from retrodict.disclosures.place import Place
from retrodict.disclosures.visit import Part
from retrodict.families.sklearn.structure.aids import AIDS
from retrodict.families.sklearn.structure.transformers import aligned
from retrodict.families.sklearn.structure.wrappers import WRAPPERS
from retrodict.models.type_lookup import known_of_type

HELD: dict[type, Callable[[Any, Place], Iterator[Part]]] = {**WRAPPERS, **AIDS}
"""What each type holds; a type that is not here, and is known, holds nothing that was fitted apart from it."""


def inside(held: Mapping[type, Callable[[Any, Place], Iterator[Part]]]) -> Callable[[Part], Iterator[Part]]:
    """Return how `visit` enters the types of a registry.

    Parameters
    ----------
    held
        `HELD`, or `WRAPPERS` alone.
    """

    def parts(part: Part) -> Iterator[Part]:
        read = known_of_type(type(part.thing), held)
        for one in () if read is None else read(part.thing, part.place):
            yield placed(one)

    return parts


def placed(part: Part) -> Part:
    """Return a part with its columns as they reach it: nameless ones where it takes another number of them."""
    label = type(part.thing).__name__.lower()
    return replace(part, place=part.place.inner("", aligned(part.thing, part.place.columns, label)))
