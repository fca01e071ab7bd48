"""Models of other libraries inside scikit-learn models, for the conformance suites."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from sklearn.ensemble import BaggingClassifier
from sklearn.multiclass import OneVsRestClassifier

import retrodict as rd
from tests.conformance.models import Example
from tests.families.sklearn.guests.boosters import LIBRARIES, booster, mixed, table


def _behind_columns(library: str, classes: bool) -> Example:
    frame, score = table()
    train = frame.assign(target=(score > 3).astype(int) if classes else score)
    # eight trees of real values fit several rates: this is the one that is tried first
    told = {"learning_rate": 0.03} if library == "catboost" and not classes else {}
    estimator = mixed(booster(library, classes, **told)).fit(frame, train["target"])
    return Example(rd.load_model(estimator), train)


def _of_members(library: str, wrap: Callable[[Any], Any]) -> Example:
    frame, score = table()
    frame = frame[["age", "bmi"]].fillna(25.0)
    train = frame.assign(target=np.array(["few", "many", "some"])[np.digitize(score, [2.5, 3.5])])
    return Example(rd.load_model(wrap(booster(library)).fit(frame, train["target"])), train)


EXAMPLES: dict[str, Callable[[], Example]] = {
    f"{name} of {library}": make
    for library in LIBRARIES
    if find_spec(library) is not None
    for name, make in {
        "pipeline": partial(_behind_columns, library, True),
        "pipeline of values": partial(_behind_columns, library, False),
        "one against the rest": partial(_of_members, library, OneVsRestClassifier),
    }.items()
} | (
    {"bag of LightGBM": partial(_of_members, "lightgbm", lambda one: BaggingClassifier(one, 2, random_state=0))}
    if find_spec("lightgbm") is not None
    else {}
)
