"""Small boosted models of other libraries, and a table with numbers, gaps, names and grades to train them on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

Array = np.ndarray

LIBRARIES = ("catboost", "lightgbm", "xgboost")

GRADES = ["low", "mid", "high"]


def booster(library: str, classes: bool = True, **settings: Any) -> Any:
    """Return an unfitted estimator of a few small trees."""
    module = pytest.importorskip(library, reason=f"the extra '{library}' is not installed")
    kind = "Classifier" if classes else "Regressor"
    if library == "xgboost":
        return getattr(module, f"XGB{kind}")(**{"n_estimators": 8, "max_depth": 3, "n_jobs": 1} | settings)
    if library == "lightgbm":
        own = {"n_estimators": 8, "num_leaves": 5, "min_child_samples": 10, "n_jobs": 1, "verbose": -1}
        return getattr(module, f"LGBM{kind}")(**own | settings)
    own = {"iterations": 8, "depth": 3, "thread_count": 1, "verbose": False, "allow_writing_files": False}
    return getattr(module, f"CatBoost{kind}")(**own | settings)


def table(n: int = 240) -> tuple[pd.DataFrame, Array]:
    """Return rows, and a score that depends on all columns."""
    rng = np.random.default_rng(11)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, n).astype(float),
            "bmi": np.where(rng.random(n) < 0.1, np.nan, rng.normal(25, 4, n).round(1)),
            "site": rng.choice(list("abc"), n),
            "grade": rng.choice(GRADES, n),
        }
    )
    score = frame.age / 30 + (frame.site == "a") + (frame.grade == "high") + rng.normal(0, 0.5, n)
    return frame, score.to_numpy()


def mixed(last: Any) -> Pipeline:
    """Return an estimator behind scaled, filled, indicated and ordered columns."""
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    parts = [
        ("numbers", numbers, ["age", "bmi"]),
        ("names", OneHotEncoder(), ["site"]),
        ("grades", OrdinalEncoder(categories=[GRADES]), ["grade"]),
    ]
    return make_pipeline(ColumnTransformer(parts), last)
