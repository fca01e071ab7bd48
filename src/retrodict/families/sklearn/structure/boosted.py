"""The boosted trees in a scikit-learn model, wherever they stand in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sklearn import ensemble

from retrodict.disclosures.visit import Part
from retrodict.families.sklearn.structure.tree_types import GRADIENT
from retrodict.families.sklearn.structure.visit import held_by, visited
from retrodict.models.type_lookup import faithful_of_type

HISTOGRAM = (ensemble.HistGradientBoostingClassifier, ensemble.HistGradientBoostingRegressor)

_BOOSTED: dict[type, type] = {one: one for one in (*GRADIENT, *HISTOGRAM)}
_ODD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What looking into a part raises that was stripped of what it held."""


def boosted_type(estimator: Any) -> type | None:
    """Return the type of boosted trees that an estimator is of, or inherits all that is relied on from."""
    return faithful_of_type(type(estimator), _BOOSTED)


def boosted_parts(estimator: Any, names: Iterable[str]) -> list[Part]:
    """Return the estimators of boosted trees in a fitted estimator of columns by these names."""
    return [
        one
        for one in visited(estimator, names, _inside)
        if isinstance(one, Part) and boosted_type(one.thing) is not None
    ]


def _inside(part: Part) -> Any:
    if boosted_type(part.thing) is not None:
        return
    try:
        yield from held_by(part)
    except _ODD:
        return
