"""Models of LightGBM for the conformance suites."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm

import retrodict as rd
from tests.conformance.models import Example
from tests.families.lightgbm.tables import QUIET, labels, table

_SMALL: dict[str, Any] = {"n_estimators": 6, "num_leaves": 7, "verbose": -1, "n_jobs": 1}


def _train(classes: int, gaps: bool = True) -> Any:
    frame = table(gaps=gaps)
    return frame.assign(target=labels(frame, classes)) if classes else frame


def _estimator(estimator: Any, classes: int, text: bool = False) -> Example:
    train = _train(classes)
    if text:
        train["target"] = train["target"].map(dict(enumerate(("high", "low", "middle"))))
    return Example(rd.load_model(estimator.fit(train.drop(columns="target"), train["target"])), train)


def _file(classes: int, **params: Any) -> Example:
    linear = bool(params.get("linear_tree"))
    train = _train(classes, gaps=not linear)
    frame = train.drop(columns=["target", *(["site", "ward"] if linear else [])])
    told = {"num_leaves": 7, **QUIET, **params}
    booster = lightgbm.train(told, lightgbm.Dataset(frame, train["target"]), num_boost_round=6)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.txt"
        booster.save_model(path)
        return Example(rd.load_model(path), train[[*frame.columns, "target"]])


EXAMPLES: dict[str, Callable[[], Example]] = {
    "LGBMClassifier": lambda: _estimator(lightgbm.LGBMClassifier(**_SMALL), 2, text=True),
    "LGBMClassifier of three": lambda: _estimator(lightgbm.LGBMClassifier(**_SMALL), 3),
    "LGBMRegressor": lambda: _estimator(lightgbm.LGBMRegressor(**_SMALL), 0),
    "LightGBM text": lambda: _file(2, objective="binary"),
    "LightGBM text, one against rest": lambda: _file(3, objective="multiclassova", num_class=3),
    "LightGBM text, forest": lambda: _file(2, objective="binary", boosting="rf", bagging_fraction=0.7, bagging_freq=1),
    "LightGBM text, linear leaves": lambda: _file(0, objective="regression", linear_tree=True),
    "LightGBM text, poisson": lambda: _file(0, objective="poisson"),
    "LightGBM text, huber": lambda: _file(0, objective="huber", alpha=1.5),
    "LightGBM text, fair": lambda: _file(0, objective="fair", fair_c=2.0),
    "LightGBM text, root": lambda: _file(0, objective="regression", reg_sqrt=True),
    "LightGBM text, tweedie": lambda: _file(0, objective="tweedie", tweedie_variance_power=1.3),
}
