"""Boosted models of each library, written and read as their users do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FAMILIES = ("LightGBM", "XGBoost", "HistGradientBoosting", "GradientBoosting", "CatBoost")
REGRESSORS = ("LightGBM", "XGBoost")
TREES = 100


def named(X: pd.DataFrame) -> pd.DataFrame:
    """Return columns called by names that all libraries take."""
    return X.rename(columns={name: "".join("_" if c in '[]<,":{}' else c for c in str(name)) for name in X})


def trained(family: str, X: pd.DataFrame, y: np.ndarray, *, trees: int = TREES, seed: int = 0, **settings: Any) -> Any:
    """Fit one library's model with its defaults and so many trees; classes are numbers from 0, or targets real."""
    regress = y.dtype.kind == "f"
    return _MAKERS[family](regress, trees, seed, settings).fit(X, y)


def _lightgbm(regress: bool, trees: int, seed: int, settings: dict[str, Any]) -> Any:
    import lightgbm

    made = lightgbm.LGBMRegressor if regress else lightgbm.LGBMClassifier
    return made(n_estimators=trees, n_jobs=1, verbose=-1, random_state=seed, **settings)


def _xgboost(regress: bool, trees: int, seed: int, settings: dict[str, Any]) -> Any:
    import xgboost

    made = xgboost.XGBRegressor if regress else xgboost.XGBClassifier
    return made(n_estimators=trees, n_jobs=1, random_state=seed, **settings)


def _catboost(regress: bool, trees: int, seed: int, settings: dict[str, Any]) -> Any:
    import catboost

    made = catboost.CatBoostRegressor if regress else catboost.CatBoostClassifier
    shared = {"thread_count": 1, "verbose": False, "allow_writing_files": False, "random_seed": seed}
    return made(iterations=trees, **shared, **settings)


def _hist(regress: bool, trees: int, seed: int, settings: dict[str, Any]) -> Any:
    from sklearn import ensemble

    made = ensemble.HistGradientBoostingRegressor if regress else ensemble.HistGradientBoostingClassifier
    return made(max_iter=trees, early_stopping=False, random_state=seed, **settings)


def _gradient(regress: bool, trees: int, seed: int, settings: dict[str, Any]) -> Any:
    from sklearn import ensemble

    made = ensemble.GradientBoostingRegressor if regress else ensemble.GradientBoostingClassifier
    return made(n_estimators=trees, random_state=seed, **settings)


_MAKERS: dict[str, Callable[..., Any]] = {
    "LightGBM": _lightgbm,
    "XGBoost": _xgboost,
    "HistGradientBoosting": _hist,
    "GradientBoosting": _gradient,
    "CatBoost": _catboost,
}


def written(family: str, model: Any, folder: Path) -> Path:
    """Write a model as its users do, and return where."""
    if family == "LightGBM":
        path = folder / "model.txt"
        model.booster_.save_model(path)
    elif family == "XGBoost":
        path = folder / "model.ubj"
        model.save_model(path)
    elif family == "CatBoost":
        path = folder / "model.cbm"
        model.save_model(str(path))
    else:
        import skops.io

        path = folder / "model.skops"
        skops.io.dump(model, path)
    return path
