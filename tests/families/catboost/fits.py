"""How tests train models of CatBoost: a few small trees, on one thread, with nothing written."""

from __future__ import annotations

from typing import Any

import catboost
import pandas as pd

SETTINGS: dict[str, Any] = {"iterations": 8, "depth": 3, "verbose": 0, "allow_writing_files": False, "thread_count": 1}


def fitted(
    train: pd.DataFrame, loss: str | None = None, *, listed: tuple[str, ...] = (), weight: Any = None, **settings: Any
) -> Any:
    """Return a model of a table's last column."""
    columns, target = train.drop(columns="target"), train["target"]
    kind = catboost.CatBoostRegressor if pd.api.types.is_float_dtype(target) else catboost.CatBoostClassifier
    settings = {**SETTINGS, **({} if loss is None else {"loss_function": loss}), **settings}
    return kind(cat_features=list(listed), **settings).fit(columns, target, sample_weight=weight)
