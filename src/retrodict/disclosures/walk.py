"""Visit every fitted estimator inside a model, and read each one's facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from retrodict.disclosures import (
    bayes,
    boosting,
    encoders,
    gaussians,
    imputers,
    kernels,
    neighbours,
    parametric,
    projections,
    scalers,
    trees,
)
from retrodict.disclosures.held import HELD
from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.passing import aligned
from retrodict.disclosures.place import Place

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
)
_READERS: dict[type, Callable[[Any, Place], Iterator[Disclosure]]] = {
    cls: reader for family in _FAMILIES for cls, reader in family.READERS.items()
}
_ABSENT = (AttributeError, IndexError, KeyError, TypeError, ValueError, NotImplementedError)


def facts_of(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the facts that an estimator states itself, then those of the estimators it holds.

    Parameters
    ----------
    estimator
        Anything a fitted model may hold; what no reader knows states nothing.
    place
        Where it stands.
    """
    if estimator is None or isinstance(estimator, str):
        return
    place = place.inner("", aligned(estimator, place.columns, type(estimator).__name__.lower()))
    reader, held = _READERS.get(type(estimator)), HELD.get(type(estimator))
    if reader is not None:
        yield from _guarded(reader(estimator, place))
    if held is not None:
        for inner, where in _guarded(held(estimator, place)):
            yield from facts_of(inner, where)


def _guarded(found: Iterator[Any]) -> Iterator[Any]:
    """Yield until an attribute is missing: one that was stripped, or that this scikit-learn lacks, states nothing."""
    try:
        yield from found
    except _ABSENT:
        return
