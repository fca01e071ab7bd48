"""The tables that forests are trained on, and the forests."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

LABELS = {"compas": "recidivate-within-two-years:1", "adult_binary": "income", "default_credit": "DEFAULT_PAYEMENT"}
BUNDLED = {"iris": load_iris, "wine": load_wine, "breast_cancer": load_breast_cancer, "digits": load_digits}
TARGET = "target"


@dataclass(frozen=True)
class Parts:
    """Training rows and other rows of the same source, each with its label in the column `target`.

    Held-out rows are what measures compare with; public ones are known to whoever rebuilds, where any are.
    """

    train: pd.DataFrame
    holdout: pd.DataFrame
    public: pd.DataFrame | None = None

    @property
    def X(self) -> pd.DataFrame:
        """The features of the training rows."""
        return self.train.drop(columns=TARGET)

    @property
    def y(self) -> np.ndarray:
        """The labels of the training rows."""
        return self.train[TARGET].to_numpy()


def take_data(parser: ArgumentParser) -> None:
    """Let a command take the folder of tables."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="tables, as NAME.parquet")


def take_tables(parser: ArgumentParser, sets: list[str]) -> None:
    """Let a command take the names of tables, and their folder; see `tables`."""
    parser.add_argument("--sets", nargs="+", default=sets)
    take_data(parser)


def tables(chosen: Namespace) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each of the tables that were asked for with its name; those whose file is absent are left out."""
    for name in chosen.sets:
        frame = table(name, chosen.data)
        if frame is not None:
            yield name, frame


def table(name: str, data: Path) -> pd.DataFrame | None:
    """Load a table with its labels in the column `target`; say so and return None where its file is absent."""
    if name in BUNDLED:
        return BUNDLED[name](as_frame=True).frame
    path = data / "draft_binary" / f"{stem(name)}.csv" if name in LABELS else data / f"{name}.parquet"
    if not path.exists():
        print(f"skipped {name}: no file {path}")
        return None
    if name in LABELS:
        return binary_table(path.parent, name)
    frame = pd.read_parquet(path).dropna(subset=TARGET)
    return frame.assign(target=np.asarray(frame[TARGET].tolist()))


def stem(name: str) -> str:
    """Return the peer's own name of one of its tables."""
    return name.removesuffix("_binary")


def binary_table(folder: Path, name: str) -> pd.DataFrame:
    """Load one of the peer's tables, all of whose columns are 0 or 1."""
    return pd.read_csv(folder / f"{stem(name)}.csv").rename(columns={LABELS[name]: TARGET})


def parts(frame: pd.DataFrame, rows: int, seed: int, sample: int | None = None) -> Parts:
    """Draw training rows and as many other rows, or all that are left; first `sample` rows where that is given."""
    drawn = frame.sample(n=min(len(frame), sample or 2 * rows), random_state=seed, ignore_index=True)
    return Parts(drawn[:rows], drawn[rows : 2 * rows].reset_index(drop=True))


def thirds(frame: pd.DataFrame, rows: int, seed: int) -> Parts:
    """Draw training rows, as many held-out and as many public ones, at most a third of the table each.

    Public rows with categories that no training row has are left out: a model's file names those that it knows.
    """
    rows = min(rows, len(frame) // 3)
    own = parts(frame, rows, seed)
    others = frame.sample(n=min(len(frame), 3 * rows), random_state=seed, ignore_index=True)[2 * rows :]
    known = pd.Series(True, index=others.index)
    for name in own.X:
        if not pd.api.types.is_numeric_dtype(own.X[name].dtype):
            known &= others[name].isin(own.X[name])
    return replace(own, public=others[known].reset_index(drop=True))


def forest(X: pd.DataFrame, y: np.ndarray, seed: int, trees: int = 100, bootstrap: bool = True) -> Any:
    """Fit scikit-learn's random forest with its defaults; categories are one-hot encoded by a pipeline before it."""
    model: Any = RandomForestClassifier(trees, bootstrap=bootstrap, random_state=seed, n_jobs=1)
    listed = [name for name in X if not pd.api.types.is_numeric_dtype(X[name].dtype)]
    if listed:
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        model = make_pipeline(make_column_transformer((encoder, listed), remainder="passthrough"), model)
    return model.fit(X, y)
