"""Visit every part of a model that a family knows, and read each one's facts; what can't be read is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from retrodict.disclosures.by_value import models_inside
from retrodict.disclosures.columns import Column
from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.net import Net
from retrodict.disclosures.place import Place
from retrodict.disclosures.review import Review, review_of
from retrodict.disclosures.unread import Unread, type_name
from retrodict.models.type_lookup import overridden
from retrodict.plain_text import one_line

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


def facts_of(
    thing: Any, place: Place, above: tuple[Any, ...] = (), visited: list[Any] | None = None
) -> Iterator[Found]:
    """Yield the facts that a part states itself, then those of the parts it holds, and what was not read.

    A type is read as the nearest class of its ``__mro__`` that its family knows. A subclass that overrides anything of
    that class is read all the same, and listed. A type that is not known is listed, and what it holds is read.

    Parameters
    ----------
    thing
        Anything a fitted model may hold.
    place
        Where it stands.
    above
        What holds it, from the outermost on.
    visited
        Is added to: every part that was come to.
    """
    if thing is None or isinstance(thing, str):
        return
    visited = [] if visited is None else visited
    visited.append(thing)
    if any(one is thing for one in above):
        yield Unread(place.path, type_name(thing), "broken", "it holds itself")
        return
    above = (*above, thing)
    review = review_of(type(thing))
    place = place.inner("", review.placed(thing, place.columns, type(thing).__name__.lower()))
    cls = review.known(type(thing))
    if cls is None:
        yield Unread(place.path, type_name(thing), "unknown", "no reader knows this type")
        yield from _inside(thing, place, above, visited)
        return
    changed = overridden(type(thing), cls)
    if changed:
        yield Unread(place.path, type_name(thing), "overrides", _changes(cls, changed))
    if cls in review.readers:
        yield from _guarded(review.readers[cls](thing, place), thing, place)
    if cls in review.held:
        for inner in _guarded(review.held[cls](thing, place), thing, place):
            if isinstance(inner, Unread):
                yield inner
            else:
                yield from facts_of(inner[0], inner[1], above, visited)


def _inside(thing: Any, place: Place, above: tuple[Any, ...], visited: list[Any]) -> Iterator[Found]:
    """Read what a part of an unknown type holds; what became of the rows on their way there is for it to know."""
    name = type(thing).__name__
    sample = f"of what the {name} that holds it was given and made of it"
    for inner, path in models_inside(thing):
        review: Review = review_of(type(inner))
        same = review.width(inner) == len(place.columns)
        columns = tuple(Column.derived(f"{name}({column.label})") for column in place.columns) if same else ()
        columns = review.placed(inner, columns, f"{name}.{path}")
        yield from facts_of(inner, place.inner(path, columns, sample), above, visited)


_SHOWN = 6
"""Overridden names that a reason lists, at most: the first tell what sort of change it is."""


def _changes(known: type, names: tuple[str, ...]) -> str:
    more = f", ... ({len(names)} in all)" if len(names) > _SHOWN else ""
    return f"read as the {known.__name__} it inherits from, of which it changes {', '.join(names[:_SHOWN])}{more}"


def _guarded(found: Iterator[Any], thing: Any, place: Place) -> Iterator[Any]:
    """Yield what a reader finds; where it breaks off, say so: what follows was not read."""
    try:
        for one in found:
            if isinstance(one, Disclosure):
                one.values()  # a fact that can't be told was not read
            yield one
    except Exception as error:  # what a file holds may be anything
        yield Unread(place.path, type_name(thing), "broken", f"its reader broke off: {_reason(error)}")


_LONGEST = 160
"""Characters of an error's own text: enough to tell which attribute it was."""


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {one_line(error, _LONGEST)}"
