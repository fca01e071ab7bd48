"""The sets of trees inside a model that were grown on its whole training table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sklearn import ensemble, tree

from retrodict.disclosures.place import Place
from retrodict.families.sklearn.disclose.trees import all_trees
from retrodict.families.sklearn.structure.transformers import aligned
from retrodict.families.sklearn.structure.wrappers import HELD
from retrodict.models.type_lookup import faithful_of_type, known_of_type

_SINGLE = (
    tree.DecisionTreeClassifier,
    tree.DecisionTreeRegressor,
    tree.ExtraTreeClassifier,
    tree.ExtraTreeRegressor,
)
_FOREST = (
    ensemble.RandomForestClassifier,
    ensemble.RandomForestRegressor,
    ensemble.ExtraTreesClassifier,
    ensemble.ExtraTreesRegressor,
)
_BAGGED = (ensemble.BaggingClassifier, ensemble.BaggingRegressor)
_REWEIGHTED = (ensemble.AdaBoostClassifier,)
_BOOSTED = (ensemble.GradientBoostingClassifier, ensemble.GradientBoostingRegressor)
_ABSENT = (AttributeError, IndexError, KeyError, TypeError, ValueError, NotImplementedError)


@dataclass(frozen=True)
class Ensemble:
    """One estimator made of trees, and where it stands."""

    estimator: Any
    place: Place

    @property
    def name(self) -> str:
        """Its class and path, for messages."""
        where = f" at {self.place.path}" if self.place.path else ""
        return f"{type(self.estimator).__name__}{where}"

    @property
    def single(self) -> bool:
        """Whether it is one tree."""
        return _of(self.estimator, _SINGLE)

    @property
    def forest(self) -> bool:
        """Whether it is a forest."""
        return _of(self.estimator, _FOREST)

    @property
    def reweighted(self) -> bool:
        """Whether every tree saw all rows, weighted anew."""
        return _of(self.estimator, _REWEIGHTED)

    @property
    def boosted(self) -> bool:
        """Whether it is gradient boosting."""
        return _of(self.estimator, _BOOSTED)


def ensembles_of(estimator: Any, place: Place) -> Iterator[Ensemble]:
    """Yield every set of trees in a fitted model, whatever rows it saw; those held by another set are its own.

    Parameters
    ----------
    estimator
        Anything a fitted model may hold.
    place
        Where it stands.
    """
    if estimator is None or isinstance(estimator, str):
        return
    place = place.inner("", aligned(estimator, place.columns, type(estimator).__name__.lower()))
    held = known_of_type(type(estimator), HELD)
    whole = _of(estimator, _SINGLE + _FOREST + _BOOSTED)
    if whole or (_of(estimator, _BAGGED + _REWEIGHTED) and all_trees(estimator)):
        yield Ensemble(estimator, place)
    elif held is not None:
        try:
            for inner, where in held(estimator, place):
                yield from ensembles_of(inner, where)
        except _ABSENT:  # what was stripped holds nothing
            return


def _of(estimator: Any, families: tuple[type, ...]) -> bool:
    """Whether an estimator is of one of the families, and draws and counts as they do: it overrides nothing."""
    return faithful_of_type(type(estimator), dict.fromkeys(families, True)) is True
