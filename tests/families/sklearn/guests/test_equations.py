"""Boosters of other libraries inside scikit-learn models state equations about the raw table, which comes back."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

from retrodict.errors import ModelError
from tests.families.sklearn.guests.boosters import GRADES, LIBRARIES, booster
from tests.matching.planted_equations import check, found, read

pytestmark = pytest.mark.slow

ROWS = 90
FULL: dict[str, dict[str, Any]] = {
    "catboost": {"iterations": 50, "depth": 4, "leaf_estimation_iterations": 1, "boost_from_average": True},
    "lightgbm": {"n_estimators": 50, "num_leaves": 9, "min_child_samples": 1},
    "xgboost": {"n_estimators": 50, "max_depth": 4},
}


@cache
def rows() -> tuple[pd.DataFrame, np.ndarray]:
    """Return rows of numbers, names and grades, and labels that follow all of them."""
    rng = np.random.default_rng(5)
    X = pd.DataFrame(
        {
            "age": rng.integers(3, 9, ROWS) * 10.0,
            "dose": rng.choice([0.1, 0.7, 2.5], ROWS),
            "site": rng.choice(list("abc"), ROWS),
            "grade": rng.choice(GRADES, ROWS),
        }
    )
    score = X.age / 30 + (X.site == "a") + (X.grade == "high") - X.dose + rng.normal(0, 0.7, ROWS)
    return X, np.where(score > score.median(), "yes", "no")


def behind(last: Any) -> Any:
    """Return a model behind columns that are scaled, indicated, ordered and put in another order."""
    parts = [
        ("site", OneHotEncoder(), ["site"]),
        ("dose", MinMaxScaler((3, 4)), ["dose"]),
        ("grade", OrdinalEncoder(categories=[GRADES]), ["grade"]),
        ("age", StandardScaler(), ["age"]),
    ]
    return make_pipeline(ColumnTransformer(parts), last)


@pytest.mark.parametrize("source", ["file", "values"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_a_table_comes_back_in_raw_columns(library: str, source: Any) -> None:
    X, y = rows()
    label = (y == "yes").astype(int)  # XGBoost takes codes alone
    model = behind(booster(library, **FULL[library])).fit(X, label)
    reading = check(model, X, label, source, ROWS)
    assert reading.classes == (0, 1)
    assert reading.schema.names == ("age", "dose", "site", "grade")
    assert found(reading, X, label) == 1.0


def test_lists_that_a_booster_reads_itself_come_back() -> None:
    X, y = rows()
    X = X.drop(columns="grade").assign(site=X.site.astype("category"))
    reading = check(make_pipeline(FunctionTransformer(), booster("lightgbm", **FULL["lightgbm"])).fit(X, y), X, y)
    assert "site" in reading.codebook.features


WRAPPED = {
    "calibrated as a whole": lambda one: CalibratedClassifierCV(one, cv=3, ensemble=False),
    "a vote": lambda one: VotingClassifier([("one", one), ("other", LogisticRegression())]),
    "a stack": lambda one: StackingClassifier([("one", one)], LogisticRegression(), cv=2),
}


@pytest.mark.parametrize("name", WRAPPED)
@pytest.mark.parametrize("library", LIBRARIES)
def test_labels_come_back_by_their_names(library: str, name: str) -> None:
    X, y = rows()
    if library == "xgboost" and name == "calibrated as a whole":
        y = (y == "yes").astype(int)  # it is handed labels as they are
    reading = check(behind(WRAPPED[name](booster(library, **FULL[library]))).fit(X, y), X, y)
    assert set(reading.classes) == set(y.tolist())


def test_what_was_fitted_before_its_calibration_is_taken_whole() -> None:
    X, y = rows()
    fitted = behind(booster("lightgbm", **FULL["lightgbm"])).fit(X, y)
    check(CalibratedClassifierCV(FrozenEstimator(fitted)).fit(X[:40], y[:40]), X, y)


@pytest.mark.parametrize("library", LIBRARIES)
def test_targets_come_back_in_their_own_units(library: str) -> None:
    X, _ = rows()
    target = np.exp(X.age / 30 + (X.site == "a") + np.random.default_rng(6).normal(0, 0.2, ROWS))
    inner = booster(library, classes=False, **FULL[library])
    model = TransformedTargetRegressor(behind(inner), func=np.log, inverse_func=np.exp).fit(X, target)
    fitted = np.log(target).astype(np.float32).astype(np.float64)  # as all of them keep targets
    reading = check(model, X, fitted)
    assert reading.target(fitted) == pytest.approx(target)


def test_squared_roots_of_changed_targets_come_back() -> None:
    X, _ = rows()
    target = X.age + 5.0
    inner = booster("lightgbm", classes=False, reg_sqrt=True, **FULL["lightgbm"])
    model = TransformedTargetRegressor(behind(inner), func=np.negative, inverse_func=np.negative).fit(X, target)
    assert read(model).target(-np.sqrt(target.to_numpy())) == pytest.approx(target)


def test_what_states_nothing_of_the_table_is_refused() -> None:
    X, y = rows()
    one = booster("lightgbm", **FULL["lightgbm"])
    with pytest.raises(ModelError, match="of the rows of one fold"):
        read(CalibratedClassifierCV(behind(one), cv=3).fit(X, y))
    many = np.where(X.grade == "mid", "maybe", y)
    with pytest.raises(ModelError, match="one class against the rest"):
        read(OneVsRestClassifier(behind(one)).fit(X, many))
    stack = StackingClassifier([("one", LogisticRegression())], one, cv=2).fit(X[["age", "dose"]], y)
    with pytest.raises(ModelError, match="can't be carried back to one raw feature"):
        read(stack)
