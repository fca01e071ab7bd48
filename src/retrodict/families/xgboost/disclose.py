"""What models of XGBoost state of their training data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost

from retrodict.disclosures.columns import Column, Columns
from retrodict.disclosures.place import Place
from retrodict.disclosures.review import Review
from retrodict.disclosures.unread import Unread, type_name
from retrodict.disclosures.visit import Part
from retrodict.families.xgboost.booster import FileBooster, learner_of
from retrodict.families.xgboost.category_facts import category_facts
from retrodict.families.xgboost.counts import counted
from retrodict.families.xgboost.learner import Learner
from retrodict.families.xgboost.rates import Rates, rates_of
from retrodict.families.xgboost.settings_facts import Configuration, configuration, estimator_facts, settings_facts
from retrodict.families.xgboost.split_facts import Method, split_facts
from retrodict.families.xgboost.start_facts import start_facts
from retrodict.families.xgboost.sum_facts import rows_of, sum_facts

ESTIMATORS = (
    xgboost.XGBClassifier,
    xgboost.XGBRFClassifier,
    xgboost.XGBRegressor,
    xgboost.XGBRFRegressor,
    xgboost.XGBRanker,
)
_OWN = frozenset(("handle", "head", "learner", "as_json"))
"""What a booster has beside what users attach to it: the reader reads it by the library."""


def review() -> Review:
    """Return what is known of XGBoost's types."""
    return _Review(
        readers={xgboost.Booster: _booster, FileBooster: _booster, **dict.fromkeys(ESTIMATORS, estimator_facts)},
        held=dict.fromkeys(ESTIMATORS, _held),
    )


@dataclass(frozen=True)
class _Review(Review):
    def is_fitted(self, part: Any) -> bool:
        return not isinstance(part, xgboost.XGBModel) or bool(part.__sklearn_is_fitted__())

    def width(self, part: Any) -> int | None:
        try:
            return int(part.n_features_in_ if isinstance(part, xgboost.XGBModel) else part.num_features())
        except Exception:  # not fitted, or of a kind that does not say
            return None

    def placed(self, part: Any, columns: Columns, label: str) -> Columns:
        width = self.width(part)
        if width is None or width == len(columns):
            return columns
        return tuple(Column.derived(f"{label}[{i}]") for i in range(width))

    def steps(self, part: Any) -> Iterator[tuple[str, Any]] | None:
        if not isinstance(part, xgboost.Booster):
            return None
        return iter([(f".{name}", value) for name, value in vars(part).items() if name not in _OWN])


def _held(estimator: Any, place: Place) -> Iterator[Part]:
    yield Part(estimator.get_booster(), place.inner("_Booster"), "predictor")


def _booster(booster: xgboost.Booster, place: Place) -> Iterator[Any]:
    with np.errstate(all="ignore"):  # sums in a file may be anything
        found = list(_facts(booster, place))
    yield from found


def _facts(booster: xgboost.Booster, place: Place) -> Iterator[Any]:
    learner = learner_of(booster)
    config = configuration(booster, learner)
    found = counted(learner)
    n = rows_of(learner, found, _whole(config))
    yield from start_facts(learner, place, n)
    if learner.trees:
        columns = place.columns
        yield from split_facts(learner, place, columns, method_of(config))
        yield from sum_facts(learner, place, columns, found, n, _rates(learner, config), config)
        yield from category_facts(learner, place, columns, found)
    yield from settings_facts(learner, config, place)
    if not isinstance(booster, FileBooster):  # what is not known of a file is listed with the file
        for path in learner.unknown:
            yield Unread(place.at(path), type_name(booster), "unknown", "a part of it that no reader knows")


def _whole(config: Configuration | None) -> bool | None:
    """Return whether every tree had all rows; ``None`` where that is not known."""
    share = None if config is None else config.number("subsample")
    return None if share is None else share == 1.0


def method_of(config: Configuration | None) -> Method | None:
    """Return whether split points are values or midpoints; ``None`` where its configuration does not say."""
    if config is None or not config.kept:
        return None
    updaters = str(config.settings.get("updater", ""))
    if "colmaker" in updaters:
        return "midpoints"
    return "values" if "hist" in updaters else None


def _rates(learner: Learner, config: Configuration | None) -> Rates | None:
    """Return the learning rate and the penalty as trees agree on them: as they were set, to the last digit."""
    shown = rates_of(learner.trees)
    penalty = None if config is None else config.number("lambda")
    if shown is None or penalty is None or not np.isclose(penalty, shown.penalty, rtol=1e-3):
        return shown
    return Rates(shown.rate, penalty)
