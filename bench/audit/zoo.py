"""The models that verdicts are tabled of, each as the file that its library writes, with its tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skops.io
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from bench.tables import TARGET


@dataclass(frozen=True)
class Case:
    """A model file, the rows that it is to be asked of, and what its reader must be told."""

    file: Path
    train: pd.DataFrame
    holdout: pd.DataFrame
    options: tuple[str, ...] = ()


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table as numbers: lists one-hot, classes counted; the names without what some libraries refuse."""
    X = pd.get_dummies(frame.drop(columns=TARGET), drop_first=True).astype(np.float64)
    X.columns = [f"x{j}" for j in range(X.shape[1])]
    return X.loc[:, X.nunique() > 1].assign(**{TARGET: pd.factorize(frame[TARGET], sort=True)[0]})


def _pipeline(estimator: Any) -> Any:
    lists = make_column_selector(dtype_exclude="number")
    columns = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), lists),
    )
    return make_pipeline(columns, estimator)


def _sklearn(make: Callable[[], Any]) -> Callable[[pd.DataFrame, Path], Path]:
    def write(train: pd.DataFrame, stem: Path) -> Path:
        model = _pipeline(make()).fit(train.drop(columns=TARGET), train[TARGET])
        skops.io.dump(model, stem.with_suffix(".skops"))
        return stem.with_suffix(".skops")

    return write


def _xgboost(train: pd.DataFrame, stem: Path) -> Path:
    import xgboost

    model = xgboost.XGBClassifier(n_estimators=100, random_state=0, n_jobs=1)
    model.fit(train.drop(columns=TARGET), train[TARGET]).save_model(stem.with_suffix(".json"))
    return stem.with_suffix(".json")


def _lightgbm(train: pd.DataFrame, stem: Path) -> Path:
    import lightgbm

    model = lightgbm.LGBMClassifier(random_state=0, n_jobs=1, verbose=-1)
    model.fit(train.drop(columns=TARGET), train[TARGET]).booster_.save_model(stem.with_suffix(".txt"))
    return stem.with_suffix(".txt")


def _catboost(train: pd.DataFrame, stem: Path) -> Path:
    import catboost

    model = catboost.CatBoostClassifier(
        iterations=100, random_seed=0, thread_count=1, verbose=False, allow_writing_files=False
    )
    model.fit(train.drop(columns=TARGET), train[TARGET]).save_model(str(stem.with_suffix(".cbm")))
    return stem.with_suffix(".cbm")


def _statsmodels(train: pd.DataFrame, stem: Path) -> Path:
    import statsmodels.api as sm

    sm.OLS(train[TARGET].astype(float), train.drop(columns=TARGET)).fit().save(str(stem.with_suffix(".pickle")))
    return stem.with_suffix(".pickle")


def _onnx(train: pd.DataFrame, stem: Path) -> Path:
    from skl2onnx import to_onnx

    X = train.drop(columns=TARGET)
    model = RandomForestClassifier(random_state=0).fit(X.to_numpy(np.float32), train[TARGET])
    made = to_onnx(model, X.to_numpy(np.float32)[:1], options={"zipmap": False})
    stem.with_suffix(".onnx").write_bytes(made.SerializeToString())
    return stem.with_suffix(".onnx")


def _forest() -> Any:
    return RandomForestClassifier(random_state=0)


SKLEARN: dict[str, Callable[[], Any]] = {
    "forest": _forest,
    "SVC": lambda: SVC(random_state=0),
    "k-neighbours": KNeighborsClassifier,
    "logistic regression": lambda: LogisticRegression(max_iter=2_000),
    "MLP": lambda: MLPClassifier(random_state=0, max_iter=500),
}
OTHERS = {
    "XGBoost": ("xgboost", _xgboost),
    "LightGBM": ("lightgbm", _lightgbm),
    "CatBoost": ("catboost", _catboost),
    "OLS (statsmodels)": ("statsmodels", _statsmodels),
    "forest (ONNX)": ("skl2onnx", _onnx),
}
PUBLIC, BY_HEART = "control: forest of other rows", "control: tree grown to the end"
NAMES = (*SKLEARN, *OTHERS, PUBLIC, BY_HEART)


def case(name: str, frame: pd.DataFrame, n: int, folder: Path) -> Case | None:
    """Return a model of the first `n` rows beside as many others; ``None`` where its library is not installed.

    The public control is of yet other rows, as many as are left up to `n`: its audit is told that it was trained on
    rows that it never saw.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if name in OTHERS:
        package, write = OTHERS[name]
        if find_spec(package) is None:
            print(f"{name}: {package} is not installed, left out")
            return None
        frame = numbers(frame)
    else:
        write = _sklearn(_forest if name == PUBLIC else DecisionTreeClassifier if name == BY_HEART else SKLEARN[name])
    if name == PUBLIC:
        n = min(n, len(frame) // 3)
    train, holdout = frame[:n], frame[n : 2 * n].reset_index(drop=True)
    told = ("--trust-pickle",) if name.endswith("(statsmodels)") else ()
    return Case(write(frame[2 * n : 3 * n] if name == PUBLIC else train, folder / "model"), train, holdout, told)


def dump(frame: pd.DataFrame, path: Path) -> Path:
    """Write a table, and return where it is."""
    frame.to_parquet(path, index=False)
    return path
