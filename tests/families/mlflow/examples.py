"""Models in MLflow folders for the conformance suites."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

import retrodict as rd
from tests.conformance.models import Example
from tests.families.mlflow.fixtures import FIXTURES, told


def _example(name: str) -> Example:
    train = pd.DataFrame(np.array(told("3.17.2")["rows"]), columns=["age", "dose"])
    fixture = FIXTURES[name]
    return Example(rd.load_model(fixture.path, **fixture.settings), train.assign(target=0))


_NAMES = ("sklearn_skops", "lightgbm", "catboost", "statsmodels")
EXAMPLES: dict[str, Callable[[], Example]] = {
    f"mlflow {name}": partial(_example, f"3.17.2 {name}") for name in _NAMES if f"3.17.2 {name}" in FIXTURES
}
