"""Tables and settings drawn at random: whatever they are, the planted table meets every count that is read."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn import ensemble, tree
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from retrodict.matching import energy, read_problem
from tests.matching.planted import planted

CLASSIFIERS = (ensemble.RandomForestClassifier, ensemble.ExtraTreesClassifier, tree.DecisionTreeClassifier)
REGRESSORS = (ensemble.RandomForestRegressor, ensemble.ExtraTreesRegressor, tree.DecisionTreeRegressor)
SCALERS = (StandardScaler, MinMaxScaler, RobustScaler, MaxAbsScaler)


def column(rng: np.random.Generator, n: int) -> np.ndarray:
    made = (
        lambda: rng.normal(size=n),
        lambda: rng.integers(0, 20, n).astype(float),
        lambda: np.round(rng.normal(size=n) * 5, 1),
        lambda: rng.integers(0, 2, n).astype(float),
        lambda: rng.exponential(1e5, n).round(-1),
        lambda: rng.lognormal(0, 2, n).round(2),
        lambda: rng.integers(0, 9, n) * 0.25 + 0.1,
    )
    return np.asarray(made[rng.integers(len(made))]())


def model_for(rng: np.random.Generator, classes: bool) -> Any:
    kind = (CLASSIFIERS if classes else REGRESSORS)[rng.integers(3)]
    settings: dict[str, Any] = {"random_state": 0, "min_samples_leaf": int(rng.choice([1, 1, 3, 8]))}
    if classes:
        settings["class_weight"] = [None, "balanced"][rng.integers(2)]
    if kind not in {tree.DecisionTreeClassifier, tree.DecisionTreeRegressor}:
        settings |= {"n_estimators": int(rng.integers(1, 9)), "bootstrap": bool(rng.random() < 0.7)}
        if settings["bootstrap"] and rng.random() < 0.3:
            settings["max_samples"] = float(rng.uniform(0.3, 0.9))
        if classes and settings["bootstrap"] and rng.random() < 0.4:
            settings["class_weight"] = "balanced_subsample"
    model = kind(**settings)
    return make_pipeline(SCALERS[rng.integers(4)](), model) if rng.random() < 0.4 else model


@pytest.mark.parametrize("seed", range(60))
def test_planted_tables_meet_every_count(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, classes = int(rng.integers(20, 300)), bool(rng.random() < 0.7)
    table = np.column_stack([column(rng, n) for _ in range(rng.integers(1, 6))])
    score = table @ rng.normal(size=table.shape[1]) / table.std(axis=0).max() + 0.3 * rng.normal(size=n)
    y = np.digitize(score, np.quantile(score, [0.2, 0.5, 0.9][: rng.integers(1, 4)])) if classes else np.round(score, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a draw of 30% can miss a class
        model = model_for(rng, classes).fit(table, y)
    reading = read_problem(model)
    problem, codes, labels = planted(reading, table, y)
    assert energy(problem, codes, labels) <= (0.0 if classes else 1e-6)
    back = reading.codebook.decode(codes, rng)
    np.testing.assert_array_equal(reading.codebook.encode(back), codes)
