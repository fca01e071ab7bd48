"""The net under the readers: whatever a model holds that no reader looks at, walked by value.

Readers know what they were written for. This looks for what they were not written for: parts of unknown types, fitted
estimators that nothing enters, attributes that a class does not have, and arrays with an entry for every training row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from retrodict.disclosures.by_value import everything, table_of
from retrodict.disclosures.kinds import Disclosure, PossibleRows
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.review import Reviews, libraries, private
from retrodict.disclosures.unread import Unread, type_name
from retrodict.models.type_lookup import known_of_type, overridden

FEWEST = 8
"""Rows from which a table's size tells an array of rows from one of classes, steps or layers."""


@dataclass(frozen=True)
class Net:
    """What is known before the net is drawn.

    Parameters
    ----------
    visited
        Parts that the readers came to.
    facts
        What the readers found.
    names
        The model's features.
    train
        Training rows to look for; ``None`` where none were given.
    """

    visited: Sequence[Any]
    facts: Sequence[Disclosure]
    names: tuple[str, ...] = ()
    train: KnownRows | None = None
    reviews: Reviews = field(default_factory=Reviews, repr=False)
    libraries: frozenset[str] = field(default_factory=libraries, repr=False)

    def draw(self, model: Any) -> Iterator[Disclosure | Unread]:
        """Yield what the readers passed by.

        Parameters
        ----------
        model
            The outermost part.
        """
        sizes = {int(fact.n) for fact in self.facts if fact.kind == "SampleSize"}  # type: ignore[attr-defined]
        sizes |= set() if self.train is None else {self.train.n}
        sizes = {n for n in sizes if n >= FEWEST}
        visited = {id(one) for one in self.visited}
        listed = self._known(model) is None
        told = {id(model)} if listed else set()  # parts that are listed, by the walk or here
        try:
            for path, part, above in everything(model):
                if table_of(part) is not None:
                    yield from self._table(path, part, above, sizes)
                    continue
                if part is model or any(id(one) in told for one in above):
                    continue
                line = self._passed_by(path, part, above, visited)
                if line is not None:
                    told.add(id(part))
                    yield line
                elif self._is_model(part) and self._known(part) is None:
                    told.add(id(part))  # the walk lists it, or it is a template
        except OverflowError as error:
            yield Unread("", type_name(model), "broken", f"the search for stored rows broke off: {error}")

    def _known(self, part: Any) -> type | None:
        return self.reviews[type(part)].known(type(part))

    def _is_model(self, part: Any) -> bool:
        return self.reviews[type(part)].is_model(part)

    def _passed_by(self, path: str, part: Any, above: Sequence[Any], visited: set[int]) -> Unread | None:
        """Return the line of a part that no reader came to."""
        if self._is_model(part):
            fitted = self.reviews[type(part)].is_fitted(part)
            if id(part) in visited or not fitted or self._read_together(part, above):
                return None
            return Unread(path, type_name(part), "unknown", "no reader enters the part that holds it")
        if type(part).__module__.split(".")[0] in self.libraries or callable(part) or not _has_state(part):
            return None
        return Unread(path, type_name(part), "unknown", "no reader knows this type")

    def _read_together(self, part: Any, above: Sequence[Any]) -> bool:
        """Whether the reader of what holds it has read it, or it is plumbing of a class that was reviewed."""
        owners = [one for one in above if self._is_model(one)]
        if any(isinstance(part, known_of_type(type(one), self.reviews[type(one)].together) or ()) for one in owners):
            return True
        if not owners or (self._known(owners[-1]) is None and not private(type(owners[-1]))):
            return False
        return self.reviews[type(part)].plumbing(part)

    def _table(self, path: str, part: Any, above: Sequence[Any], sizes: set[int]) -> Iterator[Disclosure | Unread]:
        table = table_of(part)
        n, width = _shape(table)
        if n < 2:
            return
        owner, name = self._owner(path, above)
        cls = None if owner is None else self._known(owner)
        reviewed = cls is not None and not overridden(type(owner), cls)
        undeclared = reviewed and cls is not None and not self.reviews[type(owner)].declared(cls, name)
        known_rows = None if self.train is None else self.train.within(table)
        read = self._stated(n, known_rows) or (not known_rows and any(fact.source == path for fact in self.facts))
        if reviewed and not undeclared and (read or not self._like_rows(width, owner)):
            return  # an attribute that a reader was written for
        if n in sizes or known_rows:
            features = self.names if width == len(self.names) else ()
            personal = True if known_rows else None
            yield PossibleRows(n, width, known_rows, features=features, source=path, exact=False, personal=personal)
        elif undeclared:
            reason = f"an attribute that {cls.__name__} does not have: a table of {n:,} rows"  # type: ignore[union-attr]
            yield Unread(path, type_name(part), "undeclared", reason)

    def _stated(self, n: int, known_rows: int | None) -> bool:
        """Whether rows in this number were found by a reader."""
        return any(fact.n >= max(n, known_rows or 0) for fact in self.facts if fact.kind == "Rows")  # type: ignore[attr-defined]

    def _like_rows(self, width: int, owner: Any) -> bool:
        """Whether a table in a part that was reviewed is as wide as its input, and so may hold rows of it."""
        own = self.reviews[type(owner)].width(owner)
        return width > 1 and width == (len(self.names) if own is None else own)

    def _owner(self, path: str, above: Sequence[Any]) -> tuple[Any, str]:
        """Return the nearest part of a model (or none) that holds something, and the attribute it is in."""
        for i in range(len(above) - 1, -1, -1):
            if self._is_model(above[i]) and not (i and private(type(above[i]))):
                inner = above[i + 1] if i + 1 < len(above) else None
                names = [name for name, value in _held(above[i]) if value is inner] if inner is not None else []
                return above[i], names[0] if names else re.split(r"[.\[]", path)[-1]
        return None, path


def _shape(table: Any) -> tuple[int, int]:
    shape = tuple(np.shape(table)) if not sparse.issparse(table) else table.shape
    return (int(shape[0]), int(np.prod(shape[1:], dtype=np.int64))) if shape else (0, 0)


def _has_state(part: Any) -> bool:
    return bool(getattr(part, "__dict__", None)) or bool(getattr(type(part), "__slots__", ()))


def _held(part: Any) -> Iterable[tuple[str, Any]]:
    return getattr(part, "__dict__", {}).items()
