"""How tests train models of CatBoost (a few small trees, on one thread, nothing written), and on what table."""

from __future__ import annotations

from typing import Any

import catboost
import numpy as np
import pandas as pd

SETTINGS: dict[str, Any] = {"iterations": 8, "depth": 3, "verbose": 0, "allow_writing_files": False, "thread_count": 1}

N = 240


def planted(target: str = "class", seed: int = 0) -> pd.DataFrame:
    """Return a table whose values lie on known grids, with gaps, and categories of texts and of whole numbers."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.integers(20, 60, N), "dose": rng.integers(0, 80, N) / 8.0})
    frame["site"] = rng.choice(["north", "south", "west", "a site with a long name"], N, p=[0.5, 0.3, 0.15, 0.05])
    frame["code"] = rng.choice([1, 20, 300, 4000], N)
    frame.loc[rng.random(N) < 0.1, "dose"] = np.nan
    score = frame["age"] / 10 + (frame["site"] == "west") + (frame["code"] > 20) + rng.normal(size=N)
    labels = np.where(score > score.median(), "yes", "no")
    three = np.array(["low", "middle", "high"])[pd.qcut(score, 3, labels=False)]
    return frame.assign(target={"class": labels, "three": three, "value": score.round(3)}[target])


def fitted(
    train: pd.DataFrame, loss: str | None = None, *, listed: tuple[str, ...] = (), weight: Any = None, **settings: Any
) -> Any:
    """Return a model of a table's last column."""
    columns, target = train.drop(columns="target"), train["target"]
    kind = catboost.CatBoostRegressor if pd.api.types.is_float_dtype(target) else catboost.CatBoostClassifier
    settings = {**SETTINGS, **({} if loss is None else {"loss_function": loss}), **settings}
    return kind(cat_features=list(listed), **settings).fit(columns, target, sample_weight=weight)
