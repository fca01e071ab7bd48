"""Models of XGBoost for the conformance suites, each with its training table."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xgboost as xgb

import retrodict as rd
from tests.conformance.models import Example, table

_SMALL: dict[str, Any] = {"n_estimators": 6, "max_depth": 3, "n_jobs": 1}


def classified(classes: int = 2) -> pd.DataFrame:
    """Return a table whose classes are codes, as XGBoost takes them, and whose listed column is a pandas category."""
    train = table(classes)
    return train.assign(site=train["site"].astype("category"), target=pd.factorize(train["target"], sort=True)[0])


def valued(positive: bool = False, whole: bool = False) -> pd.DataFrame:
    """Return a table with a target that is a number."""
    train = table(0)
    value = np.exp(train["target"] / 8) if positive or whole else train["target"]
    return train.assign(site=train["site"].astype("category"), target=value.round() if whole else value)


def fitted(estimator: Any, train: pd.DataFrame, columns: tuple[str, ...] = ("age", "dose", "site"), **more: Any) -> Any:
    """Return a fitted estimator."""
    return estimator.fit(train[list(columns)], train["target"], **more)


def _example(estimator: Any, train: pd.DataFrame, columns: tuple[str, ...] = ("age", "dose", "site")) -> Example:
    return Example(rd.load_model(fitted(estimator, train, columns)), train[[*columns, "target"]])


def _from_file(estimator: Any, train: pd.DataFrame, suffix: str) -> Example:
    made = fitted(estimator, train)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"model.{suffix}"
        made.save_model(path)
        return Example(rd.load_model(path), train)


def _booster() -> Example:
    train = classified()
    rows = xgb.DMatrix(train[["age", "dose"]], train["target"])
    booster = xgb.train({"objective": "binary:logistic", "nthread": 1, "tree_method": "exact"}, rows, 6)
    return Example(rd.load_model(booster), train[["age", "dose", "target"]])


def _stopped() -> Example:
    train = classified()
    made = xgb.XGBClassifier(n_estimators=40, early_stopping_rounds=2, n_jobs=1, enable_categorical=True)
    columns = ["age", "dose", "site"]
    evaluated = [(train[columns][::2], train["target"][::2])]
    return Example(rd.load_model(fitted(made, train, eval_set=evaluated, verbose=False)), train)


EXAMPLES: dict[str, Callable[[], Example]] = {
    "xgboost classifier": lambda: _example(xgb.XGBClassifier(**_SMALL, enable_categorical=True), classified()),
    "xgboost three classes": lambda: _example(xgb.XGBClassifier(**_SMALL, enable_categorical=True), classified(3)),
    "xgboost regressor": lambda: _example(xgb.XGBRegressor(**_SMALL, enable_categorical=True), valued()),
    "xgboost dart": lambda: _example(
        xgb.XGBRegressor(**_SMALL, booster="dart", rate_drop=0.3, enable_categorical=True), valued()
    ),
    "xgboost linear": lambda: _example(xgb.XGBRegressor(booster="gblinear", n_jobs=1), valued(), ("age", "dose")),
    "xgboost forest": lambda: _example(xgb.XGBRFClassifier(n_estimators=5, n_jobs=1), classified(3), ("age", "dose")),
    "xgboost counts": lambda: _example(
        xgb.XGBRegressor(**_SMALL, objective="count:poisson", enable_categorical=True), valued(whole=True)
    ),
    "xgboost tweedie": lambda: _example(
        xgb.XGBRegressor(**_SMALL, objective="reg:tweedie", enable_categorical=True), valued(positive=True)
    ),
    "xgboost booster": _booster,
    "xgboost stopped early": _stopped,
    "xgboost UBJSON file": lambda: _from_file(
        xgb.XGBClassifier(**_SMALL, enable_categorical=True), classified(), "ubj"
    ),
    "xgboost JSON file": lambda: _from_file(xgb.XGBRegressor(**_SMALL, enable_categorical=True), valued(), "json"),
}
