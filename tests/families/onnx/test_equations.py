"""Conversions of boosted trees give the tables back that these were grown on: from leaf values of 32 bits alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from skl2onnx import to_onnx
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)

from retrodict.errors import ModelError
from retrodict.matching.inferring.consistency import INFERRED
from tests.matching.planted_equations import found, in_codes, misfit, read

pytestmark = pytest.mark.slow

N = 120
_RNG = np.random.default_rng(3)
TABLE = _RNG.integers(0, 2, (N, 6)).astype(np.float32)
_SCORE = TABLE @ [1.5, -1.0, 0.8, -0.6, 0.5, 0.4] + _RNG.normal(0.0, 0.7, N)
LABEL = (np.median(_SCORE) < _SCORE).astype(int)
THREE = np.digitize(_SCORE, np.quantile(_SCORE, [0.3, 0.6]))
TYPES = [("x", FloatTensorType([None, 6]))]


def lightgbm_graph(target: np.ndarray, **settings: Any) -> onnx.ModelProto:
    lightgbm = pytest.importorskip("lightgbm")
    model = lightgbm.LGBMClassifier(n_estimators=60, verbose=-1, n_jobs=1, min_child_samples=5, **settings)
    return convert_lightgbm(model.fit(TABLE, target), initial_types=TYPES, zipmap=False)


def xgboost_graph(target: np.ndarray, **settings: Any) -> onnx.ModelProto:
    xgboost = pytest.importorskip("xgboost")
    return convert_xgboost(
        xgboost.XGBClassifier(n_estimators=60, n_jobs=1, **settings).fit(TABLE, target), initial_types=TYPES
    )


def catboost_graph(target: np.ndarray, folder: Path) -> onnx.ModelProto:
    catboost = pytest.importorskip("catboost")
    model = catboost.CatBoostClassifier(iterations=60, verbose=0, thread_count=1, allow_writing_files=False)
    model.fit(TABLE, target).save_model(str(folder / "model.onnx"), format="onnx")
    return onnx.load(folder / "model.onnx")


def sklearn_graph(model: Any, target: np.ndarray, **options: Any) -> onnx.ModelProto:
    return to_onnx(model.fit(TABLE, target), TABLE[:1], **options)


PLAIN = {"options": {"zipmap": False}}


def check(graph: onnx.ModelProto, target: np.ndarray, settings: tuple[float, float] | None) -> None:
    reading = read(graph, "values", N)
    if settings is not None:
        facts = next(note.values for note in reading.notes if note.code == INFERRED)
        assert (facts["rate"], facts["penalty"]) == settings
    frame = pd.DataFrame(TABLE, columns=list(reading.schema.names))
    codes, labels = in_codes(reading, frame, target)
    assert misfit(reading, codes, labels) < 1e-4
    swapped = labels.copy()
    swapped[0] = next(other for other in reading.equations.labels if other != labels[0])
    assert misfit(reading, codes, swapped) > 1e-2
    assert found(reading, frame, target) == 1.0


def test_lightgbm() -> None:
    check(lightgbm_graph(LABEL), LABEL, (0.1, 0.0))
    check(lightgbm_graph(LABEL, learning_rate=0.2, reg_lambda=1.0), LABEL, (0.2, 1.0))


def test_xgboost() -> None:
    check(xgboost_graph(LABEL), LABEL, (0.3, 1.0))


def test_catboost(tmp_path: Path) -> None:
    check(catboost_graph(LABEL, tmp_path), LABEL, None)


def test_histograms() -> None:
    model = HistGradientBoostingClassifier(max_iter=60, min_samples_leaf=5, early_stopping=False)
    check(sklearn_graph(model, LABEL, **PLAIN), LABEL, (0.1, 0.0))


def test_gradient_boosting() -> None:
    model = GradientBoostingClassifier(n_estimators=60, max_depth=5)
    check(sklearn_graph(model, LABEL, **PLAIN), LABEL, (0.1, 0.0))


@pytest.mark.parametrize("make", [lightgbm_graph, xgboost_graph])
def test_three_classes(make: Any) -> None:
    check(make(THREE), THREE, None)


@pytest.mark.slow
def test_values_that_are_moved_fit_no_table() -> None:
    graph = lightgbm_graph(LABEL)
    weights = next(one for node in graph.graph.node for one in node.attribute if one.name == "class_weights")
    weights.floats[:] = [value * (1.0 + 0.2 * (i % 2)) for i, value in enumerate(weights.floats)]
    with pytest.raises(ModelError, match="fit no common table"):
        read(graph, "values", N)


def test_averaged_trees_are_refused() -> None:
    graph = sklearn_graph(RandomForestClassifier(n_estimators=5), LABEL, **PLAIN)
    with pytest.raises(ModelError, match="averaged, not boosted"):
        read(graph, "values", N)


def test_regression() -> None:
    target = _SCORE.round(2)
    model = HistGradientBoostingRegressor(max_iter=60, min_samples_leaf=5, early_stopping=False)
    reading = read(sklearn_graph(model, target), "values", N)
    frame = pd.DataFrame(TABLE, columns=list(reading.schema.names))
    assert misfit(reading, *in_codes(reading, frame, target)) < 1e-4
