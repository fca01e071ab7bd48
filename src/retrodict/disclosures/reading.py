"""Visit every part of a model that a family knows, and read each one's facts; what can't be read is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from retrodict.disclosures.by_value import models_inside
from retrodict.disclosures.columns import Column
from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.net import Net
from retrodict.disclosures.place import Place
from retrodict.disclosures.review import Review, Reviews
from retrodict.disclosures.unread import Unread, type_name
from retrodict.disclosures.visit import Part, visit
from retrodict.models.type_lookup import known_of_type, overridden
from retrodict.plain_text import error_line, listing

Found = Disclosure | Unread


def disclosed(thing: Any, names: tuple[str, ...], train: KnownRows | None = None) -> Iterator[Found]:
    """Yield all that something fitted states, and what of it is not read: whatever its type, whatever it holds.

    Parameters
    ----------
    thing
        A model of any family, or any object that may hold some.
    names
        The columns that it takes.
    train
        Training rows to look for in all that it holds; ``None`` where none are at hand.
    """
    visited: list[Any] = []
    read = list(facts_of(thing, Place("", tuple(Column.start(name) for name in names)), visited=visited))
    yield from read
    facts = [one for one in read if isinstance(one, Disclosure)]
    yield from Net(visited, facts, names, train).draw(thing)


def facts_of(thing: Any, place: Place, visited: list[Any] | None = None) -> Iterator[Found]:
    """Yield the facts that a part states itself, then those of the parts it holds, and what was not read.

    A type is read as the nearest class of its ``__mro__`` that its family knows. A subclass that overrides anything of
    that class is read all the same, and listed. A type that is not known is listed, and what it holds is read.

    Parameters
    ----------
    thing
        Anything a fitted model may hold.
    place
        Where it stands.
    visited
        Is added to: every part that was come to.
    """
    reviews = Reviews()
    for one in visit(Part(thing, place), partial(_inside, reviews=reviews), partial(_placed, reviews=reviews)):
        if isinstance(one, Unread):
            yield one
        else:
            if visited is not None:
                visited.append(one.thing)
            yield from _read(one.thing, one.place, reviews[type(one.thing)])


def _placed(part: Part, reviews: Reviews) -> Part:
    columns = reviews[type(part.thing)].placed(part.thing, part.place.columns, type(part.thing).__name__.lower())
    return replace(part, place=part.place.inner("", columns))


def _read(thing: Any, place: Place, review: Review) -> Iterator[Found]:
    """Yield what a part states itself, and whether it could be read."""
    cls = review.known(type(thing))
    if cls is None:
        yield Unread(place.path, type_name(thing), "unknown", "no reader knows this type")
        return
    changed = overridden(type(thing), cls)
    if changed:
        yield Unread(place.path, type_name(thing), "overrides", _changes(cls, changed))
    if cls in review.readers:
        yield from _guarded(review.readers[cls](thing, place), thing, place)


def _inside(part: Part, reviews: Reviews) -> Iterator[Part | Unread]:
    """Yield what a part holds, without members that its own reader has read together."""
    thing, place, review = part.thing, part.place, reviews[type(part.thing)]
    cls = review.known(type(thing))
    if cls is None:
        yield from _inside_unknown(thing, place, reviews)
        return
    if cls not in review.held:
        return
    found = list(_guarded(review.held[cls](thing, place), thing, place))
    together = (known_of_type(cls, review.together) or ()) if cls in review.readers else ()
    members = [one for one in found if isinstance(one, Part) and one.role == "member"]
    read = all(isinstance(member.thing, together) for member in members)
    for one in found:
        if isinstance(one, Unread) or not (read and one.role == "member"):
            yield one


def _inside_unknown(thing: Any, place: Place, reviews: Reviews) -> Iterator[Part]:
    """Yield the models in a part of an unknown type; what became of the rows on their way is for it to know."""
    name = type(thing).__name__
    sample = f"of what the {name} that holds it was given and made of it"
    for inner, path in models_inside(thing):
        review = reviews[type(inner)]
        same = review.width(inner) == len(place.columns)
        columns = tuple(Column.derived(f"{name}({column.label})") for column in place.columns) if same else ()
        columns = review.placed(inner, columns, f"{name}.{path}")
        yield Part(inner, place.inner(path, columns, sample))


_SHOWN = 6
"""Overridden names that a reason lists, at most: the first tell what sort of change it is."""


def _changes(known: type, names: tuple[str, ...]) -> str:
    return f"read as the {known.__name__} it inherits from, of which it changes {listing(names, _SHOWN)}"


def _guarded(found: Iterator[Any], thing: Any, place: Place) -> Iterator[Any]:
    """Yield what a reader finds; where it breaks off, say so: what follows was not read."""
    try:
        for one in found:
            if isinstance(one, Disclosure):
                one.check()  # a fact that can't be told was not read
            yield one
    except Exception as error:  # what a file holds may be anything
        yield Unread(place.path, type_name(thing), "broken", f"its reader broke off: {error_line(error, _LONGEST)}")


_LONGEST = 160
"""Characters of an error's own text: enough to tell which attribute it was."""
