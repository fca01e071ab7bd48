"""Ranges of targets: about where the model predicts, and wider where a target lies beyond."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from retrodict.matching.linear.solve import solve
from retrodict.matching.linear_reading import LinearReading
from retrodict.matching.solving import Solving
from retrodict.matching.target_range import narrowed, widened
from tests.matching.planted_equations import read


def planted(outlier: float) -> tuple[LinearReading, pd.Series]:
    lightgbm = pytest.importorskip("lightgbm")
    rng = np.random.default_rng(4)
    X = pd.DataFrame(rng.integers(0, 3, (40, 3)).astype(float), columns=list("abc"))
    y = (X["a"] + X["b"] * X["c"] + 0.1 * rng.normal(size=40)).round(2)
    y[0] = outlier
    settings = {"n_estimators": 60, "min_child_samples": 1, "num_leaves": 12, "min_data_in_bin": 1, "n_jobs": 1}
    return read(lightgbm.LGBMRegressor(**settings, verbose=-1).fit(X, y)), y


def test_it_is_about_where_the_model_predicts() -> None:
    reading, y = planted(2.0)
    low, high = narrowed(reading).equations.labels
    assert low < y.min() < y.max() < high
    assert high - low < 0.5 * np.ptp(reading.boosting.levels)


def test_it_is_widened_where_a_target_lies_beyond() -> None:
    reading, y = planted(2.0)
    narrow = narrowed(reading)
    inside = solve(narrow.equations, np.random.SeedSequence(0))
    assert widened(narrow, inside) is None
    cut = replace(reading, equations=replace(reading.equations, labels=np.array([0.5, 3.5])))
    wider = widened(cut, solve(cut.equations, np.random.SeedSequence(0)))
    assert wider is not None
    assert wider.equations.labels[1] > y.max()


def test_an_outlier_comes_back() -> None:
    reading, y = planted(60.0)
    solved = Solving().solve(reading, np.random.SeedSequence(0))
    assert solved.solution.labels.sum() == pytest.approx(y.sum(), abs=1e-3)
    assert solved.solution.energy < 1e-6
