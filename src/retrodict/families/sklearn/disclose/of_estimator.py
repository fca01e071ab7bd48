"""All that is found in one estimator: what readers state, and what the net under them catches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sklearn.base import BaseEstimator

from retrodict.disclosures.columns import Column
from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.place import Place
from retrodict.disclosures.unread import Unread
from retrodict.errors import ModelError
from retrodict.families.sklearn.disclose.net import Net
from retrodict.families.sklearn.model import schema
from retrodict.families.sklearn.structure.visit import KNOWN, TOGETHER, facts_of


def names_of(estimator: Any) -> tuple[str, ...]:
    """Return the columns that a fitted estimator takes; see the package."""
    if isinstance(estimator, type) or not isinstance(estimator, BaseEstimator):
        what = type(estimator).__name__
        raise ModelError(f"got a {what}; give a model, a fitted scikit-learn estimator or a path")
    return tuple(schema.names_of(estimator, getattr(estimator, "feature_names_in_", None), None))


def disclosed(estimator: Any, names: tuple[str, ...], train: KnownRows | None = None) -> Iterator[Disclosure | Unread]:
    """Yield the facts that anything fitted states, and what of it is not read; see the package."""
    columns = tuple(Column.start(name) for name in names)
    visited: list[Any] = []
    read = list(facts_of(estimator, Place("", columns), visited=visited))
    yield from read
    facts = [one for one in read if isinstance(one, Disclosure)]
    yield from Net(KNOWN, visited, TOGETHER, facts, names, train).draw(estimator)
