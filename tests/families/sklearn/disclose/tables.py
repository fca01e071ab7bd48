"""Planted tables: the data that each disclosed fact is checked against."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler

N = 90
_RNG = np.random.default_rng(11)
FRAME = pd.DataFrame(
    {
        "age": _RNG.integers(18, 80, N).astype(float),
        "height": np.round(_RNG.normal(170, 9, N), 1),
        "ratio": _RNG.normal(0.0, 3.0, N),
    }
)
MIXED = FRAME.assign(job=_RNG.choice(["clerk", "cook", "nurse"], N), sex=_RNG.choice(["f", "m"], N))
NAMES = tuple(FRAME.columns)
X = FRAME.to_numpy()
Y = np.array(["lo", "mid", "hi"], dtype=object)[
    np.digitize(X[:, 0] + 4 * _RNG.normal(size=N), np.quantile(X[:, 0], [0.3, 0.6]))
]
BINARY = np.where(Y == "hi", "yes", "no")
VALUE = 2.0 * X[:, 0] - X[:, 2] + _RNG.normal(size=N)
LINEAR: dict[str, Any] = {"quantile_method": "linear"} if "quantile_method" in KBinsDiscretizer().get_params() else {}
"""The quantiles of scikit-learn before 1.7, by name where it has a choice."""


def shares(y: Any = Y) -> dict[Any, float]:
    values, counts = np.unique(np.asarray(y), return_counts=True)
    return dict(zip(values.tolist(), (counts / len(y)).tolist(), strict=True))


def mixed(final: Any, *, drop: str | None = None) -> Pipeline:
    front = ColumnTransformer(
        [
            ("num", Pipeline([("scale", StandardScaler())]), list(NAMES)),
            ("cat", OneHotEncoder(drop=drop, sparse_output=False), ["job", "sex"]),
        ]
    )
    return Pipeline([("front", front), ("final", final)])


def holed(share: float = 0.1) -> pd.DataFrame:
    return FRAME.mask(np.random.default_rng(3).random(FRAME.shape) < share)
