"""Visit every fitted estimator inside a model, and read each one's facts; what can't be read is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from retrodict.disclosures.columns import Column
from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.place import Place
from retrodict.disclosures.unread import Unread, type_name
from retrodict.families.sklearn.disclose import (
    bayes,
    boosting,
    clusters,
    covariances,
    encoders,
    gaussians,
    imputers,
    kernels,
    manifolds,
    neighbours,
    parametric,
    projections,
    random_trees,
    scalers,
    selectors,
    trees,
    words,
)
from retrodict.families.sklearn.disclose.inside import fitted_inside
from retrodict.families.sklearn.disclose.silent import SILENT
from retrodict.families.sklearn.structure.transformers import aligned
from retrodict.families.sklearn.structure.wrappers import HELD
from retrodict.models.type_lookup import known_type, overridden
from retrodict.plain_text import one_line

_FAMILIES = (
    scalers,
    encoders,
    imputers,
    projections,
    bayes,
    gaussians,
    neighbours,
    kernels,
    trees,
    boosting,
    parametric,
    random_trees,
    clusters,
    manifolds,
    covariances,
    selectors,
    words,
)
_OF_TREES = {f"retrodict.families.sklearn.disclose.{name}" for name in ("trees", "boosting", "random_trees")}
READERS: dict[type, Callable[[Any, Place], Iterator[Disclosure]]] = {
    cls: reader for family in _FAMILIES for cls, reader in family.READERS.items()
}
KNOWN: dict[type, None] = dict.fromkeys((*READERS, *HELD, *SILENT))
"""Every type that was reviewed: what it states is read, or it states nothing beyond what it holds."""

_SINGLE = tuple(cls for cls, reader in READERS.items() if reader is trees.single)
TOGETHER: dict[type, tuple[type, ...]] = {
    **{cls: _SINGLE for cls, reader in READERS.items() if reader.__module__ in _OF_TREES and cls not in _SINGLE},
    **kernels.TOGETHER,
    **boosting.TOGETHER,
    **scalers.TOGETHER,
}
"""Members that the reader of what holds them reads together, by the type of what holds them."""

Found = Disclosure | Unread


def facts_of(
    estimator: Any, place: Place, above: tuple[Any, ...] = (), visited: list[Any] | None = None
) -> Iterator[Found]:
    """Yield the facts that an estimator states itself, then those of the estimators it holds, and what was not read.

    A type is read as the nearest class of its ``__mro__`` that is known. A subclass that overrides anything of that
    class is read all the same, and listed. A type that is not known is listed, and what it holds is read.

    Parameters
    ----------
    estimator
        Anything a fitted model may hold.
    place
        Where it stands.
    above
        What holds it, from the outermost on.
    visited
        Is added to: every estimator that was come to.
    """
    if estimator is None or isinstance(estimator, str):
        return
    visited = [] if visited is None else visited
    visited.append(estimator)
    if any(one is estimator for one in above):
        yield Unread(place.path, type_name(estimator), "broken", "it holds itself")
        return
    above = (*above, estimator)
    place = place.inner("", aligned(estimator, place.columns, type(estimator).__name__.lower()))
    cls = known_type(type(estimator), KNOWN)
    if cls is None:
        yield Unread(place.path, type_name(estimator), "unknown", "no reader knows this type")
        yield from _inside(estimator, place, above, visited)
        return
    changed = overridden(type(estimator), cls)
    if changed:
        yield Unread(place.path, type_name(estimator), "overrides", _changes(cls, changed))
    if cls in READERS:
        yield from _guarded(READERS[cls](estimator, place), estimator, place)
    if cls in HELD:
        for inner in _guarded(HELD[cls](estimator, place), estimator, place):
            if isinstance(inner, Unread):
                yield inner
            else:
                yield from facts_of(inner[0], inner[1], above, visited)


def _inside(estimator: Any, place: Place, above: tuple[Any, ...], visited: list[Any]) -> Iterator[Found]:
    """Read what a part of an unknown type holds; what became of the rows on their way there is for it to know."""
    name = type(estimator).__name__
    sample = f"of what the {name} that holds it was given and made of it"
    for inner, path in fitted_inside(estimator):
        same = getattr(inner, "n_features_in_", None) == len(place.columns)
        columns = tuple(Column.derived(f"{name}({column.label})") for column in place.columns) if same else ()
        columns = aligned(inner, columns, f"{name}.{path}")
        yield from facts_of(inner, place.inner(path, columns, sample), above, visited)


_SHOWN = 6
"""Overridden names that a reason lists, at most: the first tell what sort of change it is."""


def _changes(known: type, names: tuple[str, ...]) -> str:
    more = f", ... ({len(names)} in all)" if len(names) > _SHOWN else ""
    return f"read as the {known.__name__} it inherits from, of which it changes {', '.join(names[:_SHOWN])}{more}"


def _guarded(found: Iterator[Any], estimator: Any, place: Place) -> Iterator[Any]:
    """Yield what a reader finds; where it breaks off, say so: what follows was not read."""
    try:
        for one in found:
            if isinstance(one, Disclosure):
                one.values()  # a fact that can't be told was not read
            yield one
    except Exception as error:  # what a file holds may be anything
        yield Unread(place.path, type_name(estimator), "broken", f"its reader broke off: {_reason(error)}")


_LONGEST = 160
"""Characters of an error's own text: enough to tell which attribute it was."""


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {one_line(error, _LONGEST)}"
