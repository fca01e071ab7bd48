"""Tables that are not read as counts: it is said what they are read as instead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrodict as rd
from retrodict.errors import ModelError
from retrodict.matching import read_problem


def _fitted(module: str, name: str, **settings: Any) -> Any:
    library = pytest.importorskip(module)
    X = np.random.default_rng(0).normal(size=(80, 2)).round(2)
    return getattr(library, name)(**settings).fit(X, (X.sum(axis=1) > 0).astype(int))


BOOSTED = (
    ("lightgbm", "LGBMClassifier", {"n_estimators": 3, "verbose": -1}),
    ("xgboost", "XGBClassifier", {"n_estimators": 3}),
    ("catboost", "CatBoostClassifier", {"iterations": 3, "verbose": 0, "allow_writing_files": False}),
)


@pytest.mark.parametrize(("module", "name", "settings"), BOOSTED)
@pytest.mark.parametrize("stripped", [False, True])
def test_boosted_tables_are_said_to_be_read_as_equations(
    module: str, name: str, settings: dict[str, Any], stripped: bool
) -> None:
    model = rd.load_model(_fitted(module, name, **settings))
    model = rd.sanitize(model).model if stripped else model
    with pytest.raises(ModelError, match="is read as equations, not as counts; use rebuild"):
        read_problem(model)
