"""Rows that an estimator holds back from those it is given, to see when to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sklearn import ensemble

from retrodict.disclosures.place import Place
from retrodict.models.type_lookup import known_of_type

NOT_HELD_BACK = "of the rows not held out to stop early"


def _gradient(estimator: Any) -> bool:
    return estimator.n_iter_no_change is not None


def _histogram(estimator: Any) -> bool:
    return bool(estimator.do_early_stopping_) and estimator.validation_fraction is not None


_HOLDS_BACK: dict[type, Callable[[Any], bool]] = {
    ensemble.GradientBoostingClassifier: _gradient,
    ensemble.GradientBoostingRegressor: _gradient,
    ensemble.HistGradientBoostingClassifier: _histogram,
    ensemble.HistGradientBoostingRegressor: _histogram,
}


def trained_place(estimator: Any, place: Place) -> Place:
    """Return an estimator's place with the rows that it was trained on itself."""
    holds_back = known_of_type(type(estimator), _HOLDS_BACK)
    if holds_back is None or not holds_back(estimator):
        return place
    return replace(place, sample=place.sample or NOT_HELD_BACK)
