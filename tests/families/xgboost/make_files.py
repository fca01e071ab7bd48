"""Write the model files of this folder: run it once with each release of XGBoost that they are of.

`python tests/families/xgboost/make_files.py` makes `files/VERSION/`, from the table in `files/table.csv`. Tests read
them with the release that is installed.
"""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb

FILES = Path(__file__).parent / "files"
TABLE = FILES / "table.csv"
COLUMNS = ["age", "dose", "site"]
ROWS = 60
"""Rows of which predictions are kept."""
SITES = ["east", "north", "south", "west"]


def table() -> pd.DataFrame:
    """Return the training table, its listed column as a category in the order of `SITES`."""
    train = pd.read_csv(TABLE)
    return train.assign(site=pd.Categorical(train["site"], categories=SITES))


def trained(train: pd.DataFrame) -> dict[str, xgb.Booster]:
    """Return a booster of each kind."""
    hist = {"nthread": 1, "max_depth": 3, "tree_method": "hist"}
    rows = {
        target: xgb.DMatrix(train[COLUMNS], train[target], enable_categorical=True)
        for target in ("ill", "stage", "cost")
    }
    numbers = xgb.DMatrix(train[["age", "dose"]], train["cost"])
    return {
        "binary": xgb.train({**hist, "objective": "binary:logistic"}, rows["ill"], 5),
        "classes": xgb.train({**hist, "objective": "multi:softprob", "num_class": 3}, rows["stage"], 3),
        "squares": xgb.train({**hist, "objective": "reg:squarederror"}, rows["cost"], 5),
        "absolute": xgb.train({**hist, "objective": "reg:absoluteerror"}, rows["cost"], 5),
        "counts": xgb.train({**hist, "objective": "count:poisson"}, rows["stage"], 5),
        "midpoints": xgb.train({"nthread": 1, "max_depth": 4, "gamma": 2.0, "tree_method": "exact"}, numbers, 5),
        "dart": xgb.train({**hist, "booster": "dart", "rate_drop": 0.5, "seed": 3}, rows["cost"], 5),
        "linear": xgb.train({"booster": "gblinear", "nthread": 1}, numbers, 5),
    }


def main() -> None:
    """Write all files."""
    train = table()
    folder = FILES / xgb.__version__
    folder.mkdir(exist_ok=True)
    expected = {}
    for name, booster in trained(train).items():
        columns = COLUMNS if booster.num_features() == len(COLUMNS) else COLUMNS[:2]
        rows = xgb.DMatrix(train[columns], enable_categorical=True)
        for suffix in ("json", "ubj") if name == "binary" else ("ubj",):
            booster.save_model(folder / f"{name}.{suffix}")
        expected[name] = {
            kind: [_short(row) for row in booster.predict(rows, output_margin=kind == "margin")[:ROWS]]
            for kind in ("margin", "value")
        }
    (folder / "expected.json").write_text(json.dumps(expected))
    booster = xgb.train({"nthread": 1, "eta": 0.2, "lambda": 3, "subsample": 0.7, "seed": 11}, numbers_of(train), 3)
    (folder / "booster.pkl").write_bytes(pickle.dumps(booster))
    if xgb.__version__.startswith("1."):
        booster.save_model(folder / "old.bin")


def _short(found: np.ndarray) -> float | list[float]:
    """Return numbers of 32 bits with the digits that they need."""
    return [_short(each) for each in found] if np.ndim(found) else float(str(found))


def numbers_of(train: pd.DataFrame) -> xgb.DMatrix:
    """Return the rows of two columns."""
    return xgb.DMatrix(train[["age", "dose"]], train["cost"])


if __name__ == "__main__":
    main()
