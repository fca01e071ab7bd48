"""Models for the suites that every family must pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import skl2onnx  # noqa: F401  without it there are no examples
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Perceptron
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import OrdinalEncoder
from sklearn.svm import SVC

import retrodict as rd
from tests.conformance.models import Example
from tests.families.onnx.graphs import NAMES, graph, labels, mixed, named, network, numbers, of_table, table


def _of_numbers(estimator: Any, classes: int, **options: Any) -> Example:
    X = numbers()
    target = labels(X, classes) if classes else X[:, 0] * 3 - X[:, 2]
    made = graph(estimator, X, target, **options)
    frame = pd.DataFrame(X, columns=NAMES).assign(target=target)
    return Example(rd.load_model(made), frame)


def _of_table(estimator: Any, classes: int, encoder: Any = None) -> Example:
    frame = table()
    value = frame["age"] / 20 + frame["dose"] + (frame["site"] == "west")
    target = labels(np.column_stack([value, value * 0]), classes) if classes else value
    return Example(rd.load_model(of_table(mixed(estimator, encoder), target)), frame.assign(target=target))


EXAMPLES: dict[str, Callable[[], Example]] = {
    "onnx forest": lambda: _of_numbers(RandomForestClassifier(5, random_state=0), 3),
    "onnx boosting": lambda: _of_numbers(GradientBoostingClassifier(n_estimators=5, random_state=0), 2),
    "onnx boosted values": lambda: _of_numbers(GradientBoostingRegressor(n_estimators=5, random_state=0), 0),
    "onnx neighbours": lambda: _of_numbers(KNeighborsClassifier(3), 2, zipmap=False),
    "onnx margins": lambda: _of_numbers(SVC(), 3),
    "onnx perceptron": lambda: _of_numbers(Perceptron(), 3),
    "onnx table": lambda: _of_table(LogisticRegression(), 2),
    "onnx table of codes": lambda: _of_table(RandomForestClassifier(3, random_state=0), 3, OrdinalEncoder()),
    "onnx line": lambda: _of_table(LinearRegression(), 0),
    "onnx network": lambda: Example(rd.load_model(named(network())), pd.DataFrame(numbers(), columns=NAMES)),
}
