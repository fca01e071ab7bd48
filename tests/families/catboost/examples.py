"""Models of CatBoost for the conformance suites, each with the table that it was trained on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import catboost
import pandas as pd

import retrodict as rd
from tests.conformance.models import Example, table

SETTINGS: dict[str, Any] = {"iterations": 8, "depth": 3, "verbose": 0, "allow_writing_files": False, "thread_count": 1}
NUMBERS = ("age", "dose")


def fitted(
    train: pd.DataFrame, loss: str | None = None, *, listed: tuple[str, ...] = (), weight: Any = None, **settings: Any
) -> Any:
    """Return a model of a table's last column."""
    columns, target = train.drop(columns="target"), train["target"]
    kind = catboost.CatBoostRegressor if pd.api.types.is_float_dtype(target) else catboost.CatBoostClassifier
    settings = {**SETTINGS, **({} if loss is None else {"loss_function": loss}), **settings}
    return kind(cat_features=list(listed), **settings).fit(columns, target, sample_weight=weight)


def _example(classes: int, columns: tuple[str, ...], loss: str | None = None, **settings: Any) -> Example:
    train = table(classes)[[*columns, "target"]]
    listed = tuple(name for name in columns if name == "site")
    # without a schema, as its file is read again: categories are known by their hashes
    return Example(rd.load_model(fitted(train, loss, listed=listed, **settings)), train)


def _from_file(form: str) -> Example:
    train = table(2)[["age", "dose", "site", "target"]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        fitted(train, listed=("site",)).save_model(path, format=form)
        return Example(rd.load_model(path), train)


EXAMPLES: dict[str, Callable[[], Example]] = {
    "CatBoost of two classes": lambda: _example(2, NUMBERS),
    "CatBoost of three classes with categories": lambda: _example(3, (*NUMBERS, "site")),
    "CatBoost one against all": lambda: _example(3, NUMBERS, "MultiClassOneVsAll"),
    "CatBoost of values with categories": lambda: _example(0, (*NUMBERS, "site")),
    "CatBoost of counts": lambda: _example(0, NUMBERS, "Poisson"),
    "CatBoost with trees that are not symmetric": lambda: _example(2, NUMBERS, grow_policy="Lossguide"),
    "CatBoost from a cbm file, its categories unnamed": lambda: _from_file("cbm"),
    "CatBoost from a json file": lambda: _from_file("json"),
}
