"""The net under the readers: whatever a model holds that no reader looks at, walked by value.

Readers know what they were written for. This looks for what they were not written for: parts of unknown types, fitted
estimators that nothing enters, attributes that a class does not have, and arrays with an entry for every training row.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import getsource, signature
from typing import Any

import numpy as np
from scipy import sparse
from sklearn import preprocessing
from sklearn.base import BaseEstimator

from retrodict.disclosures.kinds import Disclosure, PossibleRows
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.unread import Unread, type_name
from retrodict.families.sklearn.disclose.inside import everything, is_fitted, table_of
from retrodict.models.type_lookup import known_of_type, known_type, overridden

FEWEST = 8
"""Rows from which a table's size tells an array of rows from one of classes, steps or layers."""

_LIBRARIES = frozenset({"numpy", "scipy", "sklearn", "pandas", "joblib", "threadpoolctl"}) | sys.stdlib_module_names
"""What known estimators are made of: objects of these are no parts of their own."""


_EVERYWHERE = frozenset({"feature_names_in_", "n_features_in_"})
"""What scikit-learn's checks set on every estimator."""


@dataclass(frozen=True)
class Net:
    """What is known before the net is drawn.

    Parameters
    ----------
    known
        The types that were reviewed.
    visited
        Estimators that the readers came to.
    together
        Members that the reader of what holds them reads together, by the type of what holds them.
    facts
        What the readers found.
    names
        The model's features.
    train
        Training rows to look for; ``None`` where none were given.
    """

    known: dict[type, None]
    visited: Sequence[Any]
    together: Mapping[type, tuple[type, ...]]
    facts: Sequence[Disclosure]
    names: tuple[str, ...] = ()
    train: KnownRows | None = None

    def draw(self, model: Any) -> Iterator[Disclosure | Unread]:
        """Yield what the readers passed by.

        Parameters
        ----------
        model
            The outermost estimator.
        """
        sizes = {int(fact.n) for fact in self.facts if fact.kind == "SampleSize"}  # type: ignore[attr-defined]
        sizes |= set() if self.train is None else {self.train.n}
        sizes = {n for n in sizes if n >= FEWEST}
        visited = {id(one) for one in self.visited}
        listed = known_type(type(model), self.known) is None
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
                elif isinstance(part, BaseEstimator) and known_type(type(part), self.known) is None:
                    told.add(id(part))  # the walk lists it, or it is a template
        except OverflowError as error:
            yield Unread("", type_name(model), "broken", f"the search for stored rows broke off: {error}")

    def _passed_by(self, path: str, part: Any, above: Sequence[Any], visited: set[int]) -> Unread | None:
        """Return the line of a part that no reader came to."""
        if isinstance(part, BaseEstimator):
            if id(part) in visited or not is_fitted(part) or self._read_together(part, above):
                return None
            return Unread(path, type_name(part), "unknown", "no reader enters the part that holds it")
        if type(part).__module__.split(".")[0] in _LIBRARIES or callable(part) or not _has_state(part):
            return None
        return Unread(path, type_name(part), "unknown", "no reader knows this type")

    def _read_together(self, part: Any, above: Sequence[Any]) -> bool:
        """Whether the reader of what holds it has read it, or it is plumbing of a class that was reviewed."""
        owners = [one for one in above if isinstance(one, BaseEstimator)]
        if any(isinstance(part, known_of_type(type(one), self.together) or ()) for one in owners):
            return True
        if not owners or (known_type(type(owners[-1]), self.known) is None and not _private(type(owners[-1]))):
            return False
        return plumbing(part)

    def _table(self, path: str, part: Any, above: Sequence[Any], sizes: set[int]) -> Iterator[Disclosure | Unread]:
        table = table_of(part)
        n, width = _shape(table)
        if n < 2:
            return
        owner, name = _owner(path, above)
        cls = None if owner is None else known_type(type(owner), self.known)
        reviewed = cls is not None and not overridden(type(owner), cls)
        undeclared = reviewed and cls is not None and not declared(cls, name)
        known_rows = None if self.train is None else self.train.within(table)
        read = self._stated(n, known_rows) or (not known_rows and any(fact.source == path for fact in self.facts))
        if reviewed and not undeclared and (read or not _like_rows(width, owner)):
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


def _like_rows(width: int, owner: Any) -> bool:
    """Whether a table in a part that was reviewed is as wide as its input, and so may hold rows of it."""
    return width > 1 and width == getattr(owner, "n_features_in_", None)


def _shape(table: Any) -> tuple[int, int]:
    shape = tuple(np.shape(table)) if not sparse.issparse(table) else table.shape
    return (int(shape[0]), int(np.prod(shape[1:], dtype=np.int64))) if shape else (0, 0)


def _owner(path: str, above: Sequence[Any]) -> tuple[Any, str]:
    """Return the nearest estimator (or the outermost part) that holds something, and the attribute it is in."""
    for i in range(len(above) - 1, -1, -1):
        if isinstance(above[i], BaseEstimator) and not (i and _private(type(above[i]))):
            inner = above[i + 1] if i + 1 < len(above) else None
            names = [name for name, value in vars(above[i]).items() if value is inner] if inner is not None else []
            return above[i], names[0] if names else re.split(r"[.\[]", path)[-1]
    return None, path


def _has_state(part: Any) -> bool:
    return bool(getattr(part, "__dict__", None)) or bool(getattr(type(part), "__slots__", ()))


def plumbing(part: Any) -> bool:
    """Whether an estimator is a part of how a reviewed class is made: it codes labels, or is private to the library."""
    if isinstance(part, preprocessing.FunctionTransformer):
        return part.func is None
    return isinstance(part, preprocessing.LabelEncoder | preprocessing.LabelBinarizer) or _private(type(part))


def _private(cls: type) -> bool:
    """Whether a class is private to a library that was reviewed."""
    return cls.__module__.partition(".")[0] in _LIBRARIES and cls.__name__.startswith("_")


def declared(cls: type, name: str) -> bool:
    """Whether an attribute is one that a library's class has: its source sets it, or it is a setting.

    Parameters
    ----------
    cls
        The class that was reviewed.
    name
        Of the attribute.
    """
    return name in _EVERYWHERE or name in signature(cls).parameters or name in _names_set(cls)


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
