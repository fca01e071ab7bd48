"""The sets of trees inside a model that were grown on its whole training table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import ensemble

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.place import Place
from retrodict.disclosures.visit import Part
from retrodict.families.sklearn.structure.held_back import trained_place
from retrodict.families.sklearn.structure.tree_types import BAGGED, FORESTS, GRADIENT, SINGLE, all_trees
from retrodict.families.sklearn.structure.visit import held_by, visited
from retrodict.models.type_lookup import faithful_of_type

_REWEIGHTED = (ensemble.AdaBoostClassifier,)
_ABSENT = (AttributeError, IndexError, KeyError, TypeError, ValueError, NotImplementedError)


@dataclass(frozen=True)
class TreeEstimator:
    """One estimator made of trees, and where it stands."""

    estimator: Any
    place: Place

    @property
    def name(self) -> str:
        """Its class and path, for messages."""
        where = f" at {self.place.path}" if self.place.path else ""
        return f"{type(self.estimator).__name__}{where}"

    @property
    def members(self) -> list[Any]:
        """Its trees as estimators, stage by stage where it is boosted."""
        if self.single:
            return [self.estimator]
        return list(np.ravel(self.estimator.estimators_) if self.boosted else self.estimator.estimators_)

    @property
    def columns(self) -> list[Columns]:
        """The columns that each of its trees splits."""
        members, own = self.members, self.place.columns
        if not _of(self.estimator, BAGGED):
            return [own] * len(members)
        return [tuple(own[i] for i in chosen) for chosen in self.estimator.estimators_features_]

    @property
    def single(self) -> bool:
        """Whether it is one tree."""
        return _of(self.estimator, SINGLE)

    @property
    def forest(self) -> bool:
        """Whether it is a forest."""
        return _of(self.estimator, FORESTS)

    @property
    def reweighted(self) -> bool:
        """Whether every tree saw all rows, weighted anew."""
        return _of(self.estimator, _REWEIGHTED)

    @property
    def boosted(self) -> bool:
        """Whether it is gradient boosting."""
        return _of(self.estimator, GRADIENT)


def ensembles_of(estimator: Any, names: Iterable[str]) -> Iterator[TreeEstimator]:
    """Yield every set of trees in a fitted model, whatever rows it saw; those held by another set are its own.

    Parameters
    ----------
    estimator
        A fitted model.
    names
        Its columns.
    """
    for one in visited(estimator, names, _inside):
        if isinstance(one, Part) and _made_of_trees(one.thing):
            yield TreeEstimator(one.thing, trained_place(one.thing, one.place))


def _inside(part: Part) -> Iterator[Part]:
    if _made_of_trees(part.thing):
        return
    try:
        yield from held_by(part)
    except _ABSENT:  # what was stripped holds nothing
        return


def _made_of_trees(estimator: Any) -> bool:
    if _of(estimator, BAGGED + _REWEIGHTED):
        return all_trees(estimator)
    return _of(estimator, SINGLE + FORESTS + GRADIENT)


def _of(estimator: Any, families: tuple[type, ...]) -> bool:
    """Whether an estimator is of one of the families, and draws and counts as they do: it overrides nothing."""
    return faithful_of_type(type(estimator), dict.fromkeys(families, True)) is True
