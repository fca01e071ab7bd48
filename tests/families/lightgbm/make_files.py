"""Write the files of this folder's `files/` with the LightGBM that is installed where it is run.

Run from the root of the checkout, once with each of LightGBM 3.3.5, 4.0.0, 4.5.0 and 4.7.0 (with pandas 2 or 3 beside
it): ``python tests/families/lightgbm/make_files.py``. It uses nothing of retrodict, so that any release can run it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd

FILES = Path(__file__).parent / "files"
RELEASES = ("3.3.5", "4.0.0", "4.5.0", "4.7.0")
KINDS: dict[str, dict[str, Any]] = {
    "binary": {"objective": "binary"},
    "classes": {"objective": "multiclass", "num_class": 3},
    "forest": {"objective": "binary", "boosting": "rf", "bagging_fraction": 0.7, "bagging_freq": 1},
    "linear": {"objective": "regression", "linear_tree": True},
    "quantile": {"objective": "quantile", "alpha": 0.3, "boosting": "dart"},
}
N, ROWS = 200, 60


def table() -> pd.DataFrame:
    """Return the training table: the same in every release."""
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"age": rng.integers(20, 80, N).astype(float), "dose": rng.normal(5, 2, N).round(3)})
    frame["site"] = pd.Categorical(rng.choice(["north", "south", "west"], N, p=[0.5, 0.3, 0.2]))
    frame["ward"] = pd.Categorical(rng.integers(0, 6, N))
    frame.loc[rng.random(N) < 0.15, "dose"] = np.nan
    value = frame["age"] / 20 + frame["dose"].fillna(3) + 2 * (frame["site"] == "west") + rng.normal(size=N)
    return frame.assign(target=value.round(3))


def rows() -> np.ndarray:
    """Return rows to predict, as the library takes them: codes of categories, unknown ones among them, and gaps."""
    rng = np.random.default_rng(9)
    out = np.column_stack(
        [
            rng.integers(15, 85, ROWS).astype(float),
            rng.normal(5, 3, ROWS).round(4),
            rng.integers(0, 3, ROWS).astype(float),
            rng.integers(0, 6, ROWS).astype(float),
        ]
    )
    out[rng.random(out.shape) < 0.1] = np.nan
    return out


def main() -> None:
    """Write each kind of model, with the library's own predictions beside it."""
    release = lightgbm.__version__
    if release not in RELEASES:
        raise SystemExit(f"run it with one of LightGBM {', '.join(RELEASES)}; this is {release}")
    FILES.mkdir(exist_ok=True)
    X = rows()
    for name, params in KINDS.items():
        frame = table()
        cut = {"binary": 2, "forest": 2, "classes": 3}.get(name)
        target = frame["target"] if cut is None else pd.qcut(frame["target"], cut, labels=False)
        told = {"num_leaves": 5, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1, "seed": 3, **params}
        told |= {"deterministic": True, "force_row_wise": True}
        data = lightgbm.Dataset(frame.drop(columns="target"), target)
        booster = lightgbm.train(told, data, num_boost_round=5)
        stem = FILES / f"{name}-{release}"
        booster.save_model(stem.with_name(stem.name + ".txt"))
        said = {"predict": booster.predict(X), "raw_score": booster.predict(X, raw_score=True)}
        told_json = {key: np.asarray(value).tolist() for key, value in said.items()}
        stem.with_name(stem.name + ".json").write_text(json.dumps(told_json) + "\n")


if __name__ == "__main__":
    main()
