"""Differentially private forests as DRAFT-DP's experiments make them, number for number, without their older releases.

Trees are random, as diffprivlib's (`_FittingTree.build`): a feature and a threshold between its bounds at each node, by
the tree's own seed. Each leaf then states its class counts, with Laplace noise of scale ``trees / epsilon`` whose
fraction is cut off.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder
from sklearn.tree._tree import Tree

Array = np.ndarray

GROUPS = {
    "compas": [[1, 2, 3, 4, 5], [9, 10, 11, 12]],
    "adult": [[3, 4, 5, 6, 7, 8]],
    "default_credit": [[0, 1, 2, 3], [5, 6, 7]],
}
"""Columns that are one category, as the peer is told."""
LABEL = {"compas": "recidivate-within-two-years:1", "adult": "income", "default_credit": "DEFAULT_PAYEMENT"}


class Private(NamedTuple):
    """A forest as a model of raw columns, and what it was trained on: columns of zeros and ones, and other rows."""

    model: Pipeline
    X: Array
    others: Array
    columns: list[list[int]]


def private_forest(folder: Path, name: str, rows: int, trees: int, depth: int, epsilon: float, seed: int) -> Private:
    """Return the forest of one experiment.

    Parameters
    ----------
    folder
        Of the peer's tables.
    name
        Of a table, whose first rows are trained on.
    rows, trees, depth, epsilon, seed
        Of the experiment; the noise has a seed of its own, 0.
    """
    data = pd.read_csv(folder / f"{name}.csv")
    X, y = data.drop(columns=[LABEL[name]]).to_numpy(), data[LABEL[name]].to_numpy()
    d, draw, noise = X.shape[1], np.random.RandomState(seed), np.random.RandomState(0)
    grown = [_tree(draw.randint(np.iinfo(np.int32).max), depth, d) for _ in range(trees)]
    drawn = [noise.laplace(scale=trees / epsilon) for _ in range(trees * 2**depth * 2)]
    forest = RandomForestClassifier(n_estimators=trees, bootstrap=False, max_depth=depth, random_state=seed)
    forest.fit(np.vstack([np.zeros(d), np.ones(d)]), [0, 1])
    for one, (feature, threshold, left, right) in zip(forest.estimators_, grown, strict=True):
        value = _counts(feature, threshold, left, right, X[:rows], y[:rows])
        for v in np.flatnonzero(left < 0):
            for c in range(2):
                value[v, c] += int(drawn.pop())
        one.tree_ = _fitted(one.tree_, feature, threshold, left, right, value)
    columns = [*GROUPS[name]]
    columns += [[j] for j in range(d) if not any(j in group for group in columns)]
    columns.sort()
    return Private(_over_raw_columns(forest, columns), X[:rows], X[rows:], columns)


def raw(X: Array, columns: list[list[int]]) -> pd.DataFrame:
    """Return columns of zeros and ones as the pipeline takes them: one column a category."""
    return pd.DataFrame({f"x{j[0]}": X[:, j].argmax(axis=1) if len(j) > 1 else X[:, j[0]] for j in columns})


def zeros_and_ones(frame: pd.DataFrame, columns: list[list[int]]) -> Array:
    """Return raw columns as zeros and ones."""
    out = np.zeros((len(frame), sum(len(j) for j in columns)), dtype=np.int64)
    for j in columns:
        values = frame[f"x{j[0]}"].to_numpy().astype(np.int64)
        if len(j) > 1:
            out[np.arange(len(frame)), np.array(j)[values]] = 1
        else:
            out[:, j[0]] = values
    return out


def _over_raw_columns(forest: RandomForestClassifier, columns: list[list[int]]) -> Pipeline:
    """Return a pipeline that tells which columns are one category, and that the others are zeros and ones."""
    steps = []
    for j in columns:
        alone = OrdinalEncoder(categories=[[0, 1]])
        step = OneHotEncoder(categories=[list(range(len(j)))]) if len(j) > 1 else alone
        steps.append((f"x{j[0]}", step, [f"x{j[0]}"]))
    encoder = ColumnTransformer(steps, sparse_threshold=0)
    example = pd.DataFrame({f"x{j[0]}": np.arange(len(j) if len(j) > 1 else 2)[:2] for j in columns})
    encoder.fit(example)
    return Pipeline([("columns", encoder), ("forest", forest)])


def _tree(seed: int, depth: int, d: int) -> tuple[Array, Array, Array, Array]:
    draw = np.random.RandomState(seed)
    feature, threshold, left, right = list[int](), list[float](), list[int](), list[int]()
    waiting: list[tuple[int, bool, int, Array, Array]] = [(-1, False, 0, np.zeros(d), np.ones(d))]
    while waiting:
        parent, goes_left, level, low, high = waiting.pop()
        v = len(feature)
        if parent >= 0:
            (left if goes_left else right)[parent] = v
        left.append(-1)
        right.append(-1)
        if level >= depth:
            feature.append(-2)
            threshold.append(-2.0)
            continue
        f = draw.randint(d)
        cut = draw.uniform(low[f], high[f])
        feature.append(f)
        threshold.append(cut)
        below, above = high.copy(), low.copy()
        below[f] = above[f] = cut
        waiting += [(v, True, level + 1, low, below), (v, False, level + 1, above, high)]
    return np.array(feature), np.array(threshold), np.array(left), np.array(right)


def _counts(feature: Array, threshold: Array, left: Array, right: Array, X: Array, y: Array) -> Array:
    value, at = np.zeros((len(feature), 2)), np.zeros(len(X), dtype=np.int64)
    rows = np.arange(len(X))
    while (left[at] >= 0).any():
        inner = left[at] >= 0
        goes = X[rows, np.maximum(feature[at], 0)] <= threshold[at]
        at = np.where(inner, np.where(goes, left[at], right[at]), at)
    np.add.at(value, (at, y), 1.0)
    return value


def _fitted(like: Any, feature: Array, threshold: Array, left: Array, right: Array, value: Array) -> Tree:
    state = like.__getstate__()
    nodes = np.zeros(len(feature), dtype=state["nodes"].dtype)
    nodes["left_child"], nodes["right_child"] = left, right
    nodes["feature"], nodes["threshold"] = feature, threshold
    tree = Tree(like.n_features, np.array([2]), 1)
    depth = int(np.log2(len(feature) + 1)) - 1
    tree.__setstate__({"max_depth": depth, "node_count": len(nodes), "nodes": nodes, "values": value[:, None, :]})
    return tree
