"""Estimators of scikit-learn that skl2onnx converts: rows that a graph holds are stated, or said to be possible."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from sklearn.base import is_classifier, is_regressor
from sklearn.utils import all_estimators

import retrodict as rd
from retrodict.disclosures import PossibleRows, Rows
from retrodict.errors import ModelError
from retrodict.families.onnx.disclose.rest import tables
from tests.families.onnx.graphs import graph, labels, numbers

X = numbers()
ROWS = {tuple(row) for row in X.astype(np.float32).tolist()}
NAMES = [name for name, _ in all_estimators(type_filter=["classifier", "regressor"])]
BY_ROW = {"QuadraticDiscriminantAnalysis"}
"""Converted to a graph that takes one row, though it says that it takes any number: it is refused."""
LONELY = {"RadiusNeighborsClassifier", "RadiusNeighborsRegressor"}
"""Their graphs fail on rows that have no neighbour, which rows that are drawn at several scales do not."""


def converted(name: str) -> onnx.ModelProto | None:
    """Return an estimator's graph; ``None`` where there is no converter, or it can't be fitted as it is."""
    try:
        estimator: Any = dict(all_estimators())[name]()
        target = labels(X) if is_classifier(estimator) else np.round(X[:, 0] * 3 - X[:, 2], 2)
        return graph(estimator, X, target) if is_classifier(estimator) or is_regressor(estimator) else None
    except Exception:  # skl2onnx fails in many ways on what it has no converter for
        return None


def rows_within(made: onnx.ModelProto) -> int:
    """Return the most training rows that one stored array holds."""
    found = 0
    for _, array in tables(made):
        for matrix in (array, array.T) if array.ndim == 2 and array.dtype.kind == "f" else ():
            if matrix.shape[1] == X.shape[1]:
                found = max(found, sum(tuple(row) in ROWS for row in matrix.astype(np.float32).tolist()))
    return found


@pytest.mark.slow
def test_no_graph_keeps_rows_in_silence() -> None:
    silent, read, keeping = [], 0, 0
    for name in NAMES:
        made = converted(name)
        if made is None:
            continue
        if name in BY_ROW | LONELY:
            with pytest.raises(ModelError):
                rd.load_model(made)
            continue
        found, held = rd.inspect_model(made), rows_within(made)
        read, keeping = read + 1, keeping + (held > 0)
        if held > sum(fact.n for kind in (Rows, PossibleRows) for fact in found.of(kind)):
            silent.append(name)
    assert silent == []
    assert read >= 55
    assert keeping >= 6  # neighbours, kernels and Gaussian processes
