"""Write the files of this folder's `files/` with the converters that are installed where it is run.

Run from the root of the checkout, once with each of ONNX 1.14.1 (skl2onnx 1.14.1, onnxmltools 1.11.2, scikit-learn
1.2.2, LightGBM 3.3.5) and ONNX 1.23.2 (skl2onnx 1.20.0, onnxmltools 1.16.0, scikit-learn 1.9.1, LightGBM 4.7.0):
``python tests/families/onnx/make_files.py``. It uses nothing of retrodict, so that any release can run it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import onnx
import onnxmltools
import onnxruntime
from onnxmltools.convert.common.data_types import FloatTensorType
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FILES = Path(__file__).parent / "files"
RELEASES = ("1.14.1", "1.23.2")
N, ROWS = 80, 50
KINDS = ("forest", "boosting", "logistic", "neighbours", "lightgbm")


def table() -> tuple[np.ndarray, np.ndarray]:
    """Return the training rows, which 32 bits carry, and a value for each: the same in every release."""
    rng = np.random.default_rng(8)
    X = np.round(rng.normal(size=(N, 3)) * 16) / 16
    return X, np.round(X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(size=N) / 4, 3)


def rows() -> np.ndarray:
    """Return rows to predict."""
    return np.random.default_rng(9).normal(size=(ROWS, 3)).astype(np.float32)


def fitted(kind: str) -> Any:
    """Return a model of a kind."""
    X, value = table()
    classes = np.array(["low", "high"])[(value > np.median(value)).astype(int)]
    if kind == "forest":
        three = np.digitize(value, np.quantile(value, [1 / 3, 2 / 3]))
        return RandomForestClassifier(4, max_depth=4, random_state=0).fit(X, three)
    if kind == "boosting":
        return GradientBoostingClassifier(n_estimators=6, max_depth=2, random_state=0).fit(X, classes)
    if kind == "logistic":
        return make_pipeline(StandardScaler(), LogisticRegression()).fit(X, classes)
    if kind == "neighbours":
        return KNeighborsRegressor(4).fit(X, value)
    told = {"n_estimators": 6, "num_leaves": 4, "min_child_samples": 5, "n_jobs": 1, "random_state": 0}
    return lightgbm.LGBMClassifier(**told).fit(X, (value > 0).astype(int))


def converted(kind: str, model: Any) -> onnx.ModelProto:
    """Return its graph."""
    if kind == "lightgbm":
        types = [("X", FloatTensorType([None, 3]))]
        return onnxmltools.convert_lightgbm(model, initial_types=types, zipmap=False)
    probable = hasattr(model, "predict_proba")
    options = {id(model): {"zipmap": kind == "boosting"}} if probable else None
    return to_onnx(model, rows()[:1], options=options)


def main() -> None:
    """Write each kind of graph, with what onnxruntime gives and the estimator's own predictions beside it."""
    release = onnx.__version__
    if release not in RELEASES:
        raise SystemExit(f"run it with one of ONNX {', '.join(RELEASES)}; this is {release}")
    FILES.mkdir(exist_ok=True)
    for kind in KINDS:
        model = fitted(kind)
        made = converted(kind, model)
        content = made.SerializeToString(deterministic=True)
        stem = FILES / f"{kind}-{release}"
        stem.with_name(stem.name + ".onnx").write_bytes(content)
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        last = session.run(None, {session.get_inputs()[0].name: rows()})[-1]
        said = [list(one.values()) for one in last] if isinstance(last, list) else np.asarray(last, float).tolist()
        own = model.predict_proba(rows()) if hasattr(model, "predict_proba") else model.predict(rows())
        told = {"graph": np.asarray(said, float).tolist(), "estimator": np.asarray(own, float).tolist()}
        stem.with_name(stem.name + ".json").write_text(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
