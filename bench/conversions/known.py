"""Models fitted to one table, and the numbers that each library itself says of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import catboost
import lightgbm
import numpy as np
import pandas as pd
import xgboost
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

NAMES = ("age", "dose", "weight", "height")
N, TREES = 300, 20
Known = dict[str, list[np.ndarray]]
"""Numbers by what they are. Of several arrays a file may hold one or the other: leaf values as they are, or each times
the learning rate, or over the number of trees. Those of `BY_COLUMN` have one array a column."""
BY_COLUMN = ("training rows", "ranges")
COUNTED = ("node counts",)


def table(seed: int = 4) -> tuple[pd.DataFrame, np.ndarray]:
    """Return numbers of several units, and two classes."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "age": rng.normal(50, 12, N), "dose": rng.gamma(2, 3, N),
        "weight": rng.normal(75, 11, N), "height": rng.normal(1.7, 0.1, N),
    })  # fmt: skip
    score = frame["age"] / 12 + frame["dose"] / 4 - frame["weight"] / 11 + rng.normal(size=N)
    return frame, (score > score.median() - 0.4).astype(int).to_numpy()


@dataclass(frozen=True)
class Case:
    """A model, by the names that the table has; `known`: the numbers that its library says of it."""

    name: str
    model: Any
    known: Callable[[Any], Known]


def _trees(model: Any, rate: float, single: bool = False) -> Known:
    trees = [tree.tree_ for tree in np.ravel(np.asarray(model.estimators_, dtype=object))]
    leaves = np.concatenate([tree.value[tree.children_left < 0].reshape(-1, tree.value.shape[-1]) for tree in trees])
    last = leaves[:, -1]
    counts = np.concatenate([tree.n_node_samples[tree.children_left < 0] for tree in trees])
    shares = [last, last * rate, last / len(trees), *([last * counts] if single else [])]
    return {
        "split points": [np.concatenate([tree.threshold[tree.children_left >= 0] for tree in trees])],
        "leaf values": shares,
        "node counts": [np.concatenate([tree.n_node_samples for tree in trees]), counts],
    }


def _forest(model: Any) -> Known:
    return _trees(model, 1.0, single=True)


def _gradient(model: Any) -> Known:
    return _trees(model, model.learning_rate)


def _histogram(model: Any) -> Known:
    nodes = np.concatenate([tree.nodes for stage in model._predictors for tree in stage])
    leaf = nodes["is_leaf"] == 1
    return {
        "split points": [nodes["num_threshold"][~leaf]],
        "leaf values": [nodes["value"][leaf]],
        "node counts": [nodes["count"].astype(float), nodes["count"][leaf].astype(float)],
        "edges of all bins": [np.concatenate(model._bin_mapper.bin_thresholds_)],
    }


def _xgboost(model: Any) -> Known:
    nodes = model.get_booster().trees_to_dataframe()
    leaf = nodes["Feature"] == "Leaf"
    return {
        "split points": [nodes["Split"][~leaf].to_numpy()],
        "leaf values": [nodes["Gain"][leaf].to_numpy()],
        "hessian sums": [nodes["Cover"].to_numpy(), nodes["Cover"][leaf].to_numpy()],
    }


def _lightgbm(model: Any) -> Known:
    nodes = model.booster_.trees_to_dataframe()
    leaf = nodes["split_feature"].isna()
    return {
        "split points": [nodes["threshold"][~leaf].to_numpy()],
        "leaf values": [nodes["value"][leaf].to_numpy()],
        "node counts": [nodes["count"].to_numpy(float), nodes["count"][leaf].to_numpy(float)],
    }


def _catboost(model: Any) -> Known:
    values, weights = model.get_leaf_values(), model.get_leaf_weights()
    return {
        "split points": [np.concatenate([np.array(one) for one in model.get_borders().values()])],
        "leaf values": [values[values != 0], -values[values != 0], 2.0 * values[values != 0]],
        "node counts": [weights],
    }


def _logistic(model: Any) -> Known:
    scaler = model[0]
    return {"means": [scaler.mean_], "standard deviations": [scaler.scale_, 1 / scaler.scale_, scaler.var_]}


def _neighbours(model: Any) -> Known:
    return {"training rows": list(np.asarray(model._fit_X).T)}


def cases() -> list[Case]:
    """Return the models, fitted."""
    frame, target = table()
    shared = {"n_estimators": TREES, "random_state": 0}
    made = [
        ("RandomForest", RandomForestClassifier(**shared, max_depth=6), _forest),
        ("GradientBoosting", GradientBoostingClassifier(**shared), _gradient),
        ("HistGradientBoosting", HistGradientBoostingClassifier(max_iter=TREES, random_state=0), _histogram),
        ("XGBoost", xgboost.XGBClassifier(**shared, max_depth=4, n_jobs=1), _xgboost),
        ("LightGBM", lightgbm.LGBMClassifier(**shared, num_leaves=15, n_jobs=1, verbose=-1), _lightgbm),
        (
            "CatBoost",
            catboost.CatBoostClassifier(
                iterations=TREES, depth=4, random_seed=0, thread_count=1, verbose=0, allow_writing_files=False
            ),
            _catboost,
        ),
        ("scaled logistic", Pipeline([("scaler", StandardScaler()), ("model", LogisticRegression())]), _logistic),
        ("k neighbours", KNeighborsClassifier(5), _neighbours),
    ]
    return [Case(name, model.fit(frame, target), known) for name, model, known in made]
