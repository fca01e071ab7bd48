"""Sums of gradients and hessians that are decoded from boosted trees are those of the training rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)

import retrodict as rd
from retrodict.disclosures.kinds import NodeSums

Array = np.ndarray


def table(n: int = 300) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(n, 4)).round(1)
    score = X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(size=n)
    return X, score, rng.uniform(0.5, 2.0, n)


def derivatives(kind: str, F: Array, y: Array) -> tuple[Array, Array]:
    """Gradients and hessians of a loss, one column a tree of a stage."""
    if kind == "log_loss" and F.shape[1] == 1:
        p = expit(F)
        return p - y[:, None], p * (1 - p)
    if kind == "log_loss":
        p = softmax(F, axis=1)
        return p - (y[:, None] == np.arange(F.shape[1])), p * (1 - p)
    return (F - y[:, None], np.ones_like(F)) if kind == "squared_error" else (np.exp(F) - y[:, None], np.exp(F))


def found(estimator: Any) -> dict[str, Any]:
    return {one.statistic: one for one in rd.inspect_model(rd.load_model(estimator)) if isinstance(one, NodeSums)}


def through(nodes: Any, X: Array) -> Array:
    """Which rows of X pass which nodes of a tree of histogram boosting."""
    path = np.zeros((len(X), len(nodes)), dtype=bool)
    for i, x in enumerate(X):
        node = 0
        path[i, node] = True
        while not nodes[node]["is_leaf"]:
            left = x[nodes[node]["feature_idx"]] <= nodes[node]["num_threshold"]
            node = nodes[node]["left" if left else "right"]
            path[i, node] = True
    return path


@pytest.mark.parametrize(
    ("loss", "classes", "weighted"),
    [
        ("log_loss", 2, False),
        ("log_loss", 2, True),
        ("log_loss", 3, False),
        ("squared_error", 0, False),
        ("squared_error", 0, True),
        ("poisson", 0, False),
    ],
)
def test_sums_of_histogram_boosting(loss: str, classes: int, weighted: bool) -> None:
    X, score, weights = table()
    y: Any = np.digitize(score, np.quantile(score, np.arange(1, classes) / classes)) if classes else score
    y = np.round(np.exp(score)) if loss == "poisson" else y
    kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    own = kind(loss=loss, max_iter=8, l2_regularization=0.7, learning_rate=0.2, early_stopping=False, max_leaf_nodes=9)
    own.fit(X, y, sample_weight=weights if weighted else None)
    assert told_rightly(own, X, y, weights if weighted else np.ones(len(X))) == 1.0


def told_rightly(own: Any, X: Array, y: Array, weights: Array) -> float:
    """Check all sums that are told of histogram boosting, and return which share of them is told."""
    sums = found(own)
    F = np.tile(own._baseline_prediction.reshape(1, -1), (len(X), 1)).astype(np.float64)
    known = total = t = 0
    for stage in own._predictors:
        # each row's own are rounded to 32 bits, and added up in 64
        rounded = [np.asarray(one * weights[:, None], np.float32) for one in derivatives(own.loss, F, y)]
        for k, tree in enumerate(stage):
            path = through(tree.nodes, X)
            for name, each in zip(("gradient", "hessian"), rounded, strict=True):
                told = np.isfinite(sums[name].sums[t])
                planted = path.T @ each[:, k].astype(np.float64)
                assert sums[name].sums[t][told] == pytest.approx(planted[told], rel=1e-6, abs=1e-6)
                known, total = known + int(told.sum()), total + len(told)
            t += 1
        F += np.column_stack([through_value(tree.nodes, X) for tree in stage])
    assert sums["hessian"].exact == "decoded, within 1e-08 of their size"
    return known / total


def through_value(nodes: Any, X: Array) -> Array:
    leaves = through(nodes, X) & (nodes["is_leaf"] != 0)
    return np.asarray(nodes["value"][leaves.argmax(axis=1)])


@pytest.mark.parametrize("classes", [2, 3, 0])
def test_sums_of_gradient_boosting(classes: int) -> None:
    X, score, _ = table()
    y: Any = np.digitize(score, np.quantile(score, np.arange(1, classes) / classes)) if classes else score
    kind = GradientBoostingClassifier if classes else GradientBoostingRegressor
    own = kind(n_estimators=8, max_depth=3, learning_rate=0.2).fit(X, y)
    sums = found(own)
    F = own._raw_predict_init(X).astype(np.float64)
    known = total = t = 0
    for stage in own.estimators_:
        g, h = derivatives(own.loss, F, np.asarray(y))
        moves: list[Array] = []
        for k, tree in enumerate(stage):
            path = tree.decision_path(X.astype(np.float32)).toarray()
            planted = {"gradient": g[:, k], "hessian": h[:, k], "squared gradient": g[:, k] ** 2}
            for name, each in planted.items():
                told = np.isfinite(sums[name].sums[t])
                assert sums[name].sums[t][told] == pytest.approx((path.T @ each)[told], abs=1e-8)
                known, total = known + int(told.sum()), total + len(told)
            t, moves = t + 1, [*moves, tree.predict(X)]
        F += own.learning_rate * np.column_stack(moves)
    assert known >= 0.9 * total


def test_no_sums_are_told_where_no_equations_tell_them() -> None:
    X, score, _ = table()
    stumps = HistGradientBoostingClassifier(max_iter=3, max_leaf_nodes=2, early_stopping=False).fit(X, score > 0)
    median = HistGradientBoostingRegressor(loss="absolute_error", max_iter=3, early_stopping=False).fit(X, score)
    clipped = HistGradientBoostingClassifier(monotonic_cst=[1, 1, 0, 0], max_iter=3, early_stopping=False)
    assert not found(stumps)
    assert not found(clipped.fit(X, score > 0))
    assert not found(median)
    assert not found(GradientBoostingRegressor(loss="huber", n_estimators=3).fit(X, score))
