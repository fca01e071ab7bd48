"""What models of LightGBM state of their training data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from inspect import signature
from typing import Any

import lightgbm
import numpy as np
from lightgbm.basic import Booster, Dataset, _InnerPredictor
from sklearn.preprocessing import LabelEncoder

from retrodict.disclosures import Disclosure
from retrodict.disclosures.columns import Column, Columns
from retrodict.disclosures.kinds import TrainingErrors, TrainingSettings
from retrodict.disclosures.place import Place
from retrodict.disclosures.review import Review
from retrodict.disclosures.trees.tree_facts import node_counts
from retrodict.disclosures.visit import Part
from retrodict.families.lightgbm.booster import booster_of, text_of
from retrodict.families.lightgbm.columns import columns_of
from retrodict.families.lightgbm.grown import trees_of
from retrodict.families.lightgbm.stated.columns import of_columns
from retrodict.families.lightgbm.stated.drawn import drawn_of
from retrodict.families.lightgbm.stated.settings import of_size, of_training
from retrodict.families.lightgbm.stated.start import of_start, starts_of
from retrodict.families.lightgbm.stated.sums import of_nodes
from retrodict.families.lightgbm.stated.table import table_facts

ESTIMATORS = (lightgbm.LGBMClassifier, lightgbm.LGBMRegressor, lightgbm.LGBMRanker, lightgbm.LGBMModel)
_EVALUATED = "of rows that training was evaluated on, which need not be its own"
_NAMED = "of the training rows, as far as the name says: users may give it to others"


@dataclass(frozen=True)
class _Review(Review):
    """The library's estimators hold a booster once they are fitted; boosters say how many columns they take."""

    def is_fitted(self, part: Any) -> bool:
        return not isinstance(part, lightgbm.LGBMModel) or booster_of(part) is not None

    def width(self, part: Any) -> int | None:
        booster = booster_of(part) if isinstance(part, (Booster, *ESTIMATORS)) else None
        return None if booster is None else int(booster.num_feature())

    def placed(self, part: Any, columns: Columns, label: str) -> Columns:
        width = self.width(part)
        if width is None or width == len(columns):
            return columns
        return tuple(Column.derived(f"{label}[{i}]") for i in range(width))


def review() -> Review:
    """Return what is known of LightGBM's types."""
    return _Review(
        readers={**dict.fromkeys(ESTIMATORS, _estimator), Booster: _booster, Dataset: table_facts},
        held={**dict.fromkeys(ESTIMATORS, _held), Booster: _tables},
        silent=dict.fromkeys((_InnerPredictor,)),
        together=dict.fromkeys(ESTIMATORS, (LabelEncoder,)),
    )


def _booster(booster: Any, place: Place) -> Iterator[Disclosure]:
    text = text_of(booster)
    kinds = columns_of(text)
    trees = trees_of(text, place, kinds)
    yield from of_training(text, place, kinds)
    yield from of_size(text, place)
    yield from of_columns(text, place, kinds, trees)
    words = drawn_of(text).words
    drawn = place if words is None else replace(place, sample=place.sample or words)
    yield from node_counts(trees, drawn, "trees[*].leaf_count")
    starts = starts_of(text)
    yield from of_nodes(text, place, starts)
    yield from of_start(text, place, starts, _classes(text, place))
    yield from _scores(booster.best_score, place, "best_score")


def _classes(text: Any, place: Place) -> tuple[Any, ...]:
    objective = text.objective
    if objective is None or not (
        objective.classes or objective.name in ("binary", "cross_entropy", "cross_entropy_lambda")
    ):
        return ()
    codes = tuple(range(objective.classes or 2))
    return place.labels if place.labels is not None and len(place.labels) == len(codes) else codes


def _estimator(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield what an estimator states beside its booster: its settings, and losses round by round."""
    known = next(base for base in type(estimator).__mro__ if base in ESTIMATORS)
    usual = {name: one.default for name, one in signature(known).parameters.items()}
    own = {name: vars(estimator)[name] for name in usual if name in vars(estimator)} | dict(estimator._other_params)
    told = {
        name: value
        for name, value in own.items()
        if name not in ("n_jobs", "verbose", "verbosity", "importance_type")
        and not (name in usual and value == usual[name])
        and isinstance(value, str | int | float | dict | list | tuple | np.number)
    }
    if told:
        yield TrainingSettings(told, features=(), source=place.at("get_params()"), exact=True)
    yield from _scores(estimator._evals_result, place, "_evals_result")


def _scores(found: Any, place: Place, source: str) -> Iterator[Disclosure]:
    """Yield losses by table and measure; those of the training table are called `training`."""
    for table, scores in (found or {}).items():
        for measure, values in (scores or {}).items():
            errors = np.ravel(np.asarray(values, dtype=np.float64))
            exact = (place.sample or _NAMED) if table == "training" else _EVALUATED
            where = place.at(f"{source}['{table}']['{measure}']")
            yield TrainingErrors(errors, features=(), source=where, exact=exact)


def _held(estimator: Any, place: Place) -> Iterator[Part]:
    booster = booster_of(estimator)
    if booster is None:
        return
    labels = place.labels
    if isinstance(estimator, lightgbm.LGBMClassifier):
        labels = place.classes(estimator)
    yield Part(booster, place.inner("_Booster", labels=labels), "predictor")


def _tables(booster: Any, place: Place) -> Iterator[Part]:
    """Yield the tables that a booster in training still holds; files and copies never do."""
    if getattr(booster, "train_set", None) is not None:
        yield Part(booster.train_set, place.inner("train_set"), "aid")
    for i, table in enumerate(getattr(booster, "valid_sets", None) or ()):
        yield Part(table, place.inner(f"valid_sets[{i}]", sample=_EVALUATED), "aid")
