"""Log small models with whatever release of MLflow runs this, and write the library's own predictions beside them.

Run with a Python that has the release, from this folder: ``python make_files.py``. Folders of 2.22.0 (scikit-learn and
LightGBM) and of 3.17.2 are kept.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

mlflow = import_module("mlflow")
HERE = Path(__file__).parent
RNG = np.random.default_rng(5)
X = pd.DataFrame({"age": RNG.integers(20, 80, 40).astype(float), "dose": RNG.normal(5, 2, 40).round(3)})
Y = np.where(X["age"] / 10 + X["dose"] + RNG.normal(size=40) > 10, 1, 0)
FOLDER = HERE / "files" / mlflow.__version__


def save(flavour: str, name: str, model: Any, said: Any, told: dict[str, Any], **how: Any) -> None:
    """Log one model with three of its training rows as an example."""
    where = FOLDER / name
    shutil.rmtree(where, ignore_errors=True)
    module = import_module(f"mlflow.{flavour}")
    signature = mlflow.models.infer_signature(X, Y)
    try:
        module.save_model(
            model, str(where), signature=signature, input_example=X.head(3), pip_requirements=[flavour], **how
        )
    except TypeError:  # this release has no such setting
        return
    told[name] = np.asarray(said, dtype=float).tolist()


def _sklearn(told: dict[str, Any]) -> None:
    model = LogisticRegression().fit(X, Y)
    for form in ("pickle", "skops"):
        how: dict[str, Any] = {"serialization_format": form} | ({"skops_trusted_types": []} if form == "skops" else {})
        save("sklearn", f"sklearn_{form}", model, model.predict_proba(X)[:, 1], told, **how)


def _lightgbm(told: dict[str, Any]) -> None:
    import lightgbm

    made = lightgbm.train({"objective": "binary", "verbose": -1, "min_data_in_leaf": 5}, lightgbm.Dataset(X, Y), 4)
    save("lightgbm", "lightgbm", made, made.predict(X), told)


def _xgboost(told: dict[str, Any]) -> None:
    import xgboost

    made = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(X, Y), 3)
    for form in ("ubj", "json"):
        save("xgboost", f"xgboost_{form}", made, made.predict(xgboost.DMatrix(X)), told, model_format=form)


def _catboost(told: dict[str, Any]) -> None:
    import catboost

    made = catboost.CatBoostClassifier(iterations=3, depth=3, verbose=0, allow_writing_files=False).fit(X, Y)
    save("catboost", "catboost", made, made.predict_proba(X)[:, 1], told)


def _onnx(told: dict[str, Any]) -> None:
    skl2onnx = import_module("skl2onnx")

    model = LogisticRegression().fit(X, Y)
    made = skl2onnx.to_onnx(model, X.to_numpy(np.float32)[:1], options={"zipmap": False})
    save("onnx", "onnx", made, model.predict_proba(X.to_numpy(np.float32))[:, 1], told)


def _statsmodels(told: dict[str, Any]) -> None:
    import statsmodels.formula.api as smf

    made = smf.logit("sick ~ age + dose", X.assign(sick=Y)).fit(disp=0)
    save("statsmodels", "statsmodels", made, made.predict(X), told)


def main() -> None:
    """Log one model of each flavour that is installed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    told: dict[str, Any] = {"rows": X.to_numpy().tolist()}
    makers: tuple[Callable[[dict[str, Any]], None], ...] = (
        *(_sklearn, _lightgbm, _xgboost, _catboost, _onnx, _statsmodels),
    )
    for make in makers:
        try:
            make(told)
        except ImportError as error:
            sys.stderr.write(f"{make.__name__}: {error}\n")
    (FOLDER / "predictions.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
