"""Every kind of model there is, each with the table that it was trained on; a new family adds its own here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Perceptron
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeRegressor

import retrodict as rd
from retrodict.models import Model
from tests.conformance import handmade

N = 90


@dataclass(frozen=True)
class Example:
    """A model, and the rows that it was trained on, with its target last."""

    model: Model
    train: pd.DataFrame


def table(classes: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"age": rng.integers(20, 80, N), "dose": rng.normal(5, 2, N).round(3)})
    frame["site"] = rng.choice(["north", "south", "west"], N)
    value = frame["age"] / 20 + frame["dose"] + (frame["site"] == "west") + rng.normal(size=N)
    labels = np.array(["high", "low", "middle"])[pd.qcut(value, max(classes, 2), labels=False)]
    return frame.assign(target=labels if classes else value.round(3))


def _mixed(estimator: Any, encoder: Any = None) -> Any:
    encoded = (encoder or OneHotEncoder(), ["site"])
    return make_pipeline(make_column_transformer((StandardScaler(), ["age", "dose"]), encoded), estimator)


def _fitted(estimator: Any, classes: int = 2, columns: tuple[str, ...] = ("age", "dose", "site")) -> Example:
    train = table(classes)[[*columns, "target"]]
    return Example(rd.load_model(estimator.fit(train[list(columns)], train["target"])), train)


_NUMBERS = ("age", "dose")
SKLEARN: dict[str, Callable[[], Example]] = {
    "logistic regression": lambda: _fitted(_mixed(LogisticRegression())),
    "three classes": lambda: _fitted(_mixed(LogisticRegression()), 3),
    "forest": lambda: _fitted(_mixed(RandomForestClassifier(5, random_state=0), OrdinalEncoder()), 3),
    "forest of numbers": lambda: _fitted(RandomForestClassifier(5, random_state=0), 2, _NUMBERS),
    "naive Bayes": lambda: _fitted(GaussianNB(), 3, _NUMBERS),
    "neighbours": lambda: _fitted(KNeighborsClassifier(), 2, _NUMBERS),
    "margins": lambda: _fitted(_mixed(LinearSVC())),
    "margins of three": lambda: _fitted(_mixed(Perceptron()), 3),
    "line": lambda: _fitted(_mixed(LinearRegression()), 0),
    "boosting": lambda: _fitted(HistGradientBoostingRegressor(max_iter=5), 0, _NUMBERS),
    "tree": lambda: _fitted(DecisionTreeRegressor(max_depth=4), 0, _NUMBERS),
}
HANDMADE: dict[str, Callable[[], Example]] = {
    "hand-made chance": lambda: Example(handmade.CHANCE, pd.DataFrame()),
    "hand-made line": lambda: Example(handmade.LINE, pd.DataFrame()),
    "hand-made keeper": lambda: Example(handmade.KEEPER, handmade.KEEPER.train),
    "hand-made that forgets": lambda: Example(handmade.FORGETFUL, handmade.KEEPER.train),
    "hand-made stump": lambda: Example(handmade.STUMP, handmade.STUMP.train),
    "hand-made boosted": lambda: Example(handmade.BOOSTED, handmade.BOOSTED.train),
}
MADE_UP: dict[str, Callable[[ModuleType], Example]] = {
    "madeup Nearest": lambda library: _fitted(library.Nearest(), 2, _NUMBERS),
    "madeup Line": lambda library: _fitted(library.Line(), 0, _NUMBERS),
}
LIBRARIES = ("sklearn", "xgboost", "lightgbm", "catboost", "statsmodels", "onnx", "mlflow")
"""Families whose models stand in `tests/families/NAME/examples.py`: a dictionary `EXAMPLES`, as the ones above."""


def _of_libraries() -> dict[str, Callable[[], Example]]:
    """Return the examples of those libraries that are installed here."""
    found: dict[str, Callable[[], Example]] = {}
    for name in LIBRARIES:
        module = f"tests.families.{name}.examples"
        if find_spec(f"tests.families.{name}") is not None and find_spec(module) is not None:
            with suppress(ModuleNotFoundError):
                found |= import_module(module).EXAMPLES
    return found


OTHERS = _of_libraries()
NAMES = (*SKLEARN, *HANDMADE, *MADE_UP, *OTHERS)
