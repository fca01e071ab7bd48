"""Equations written by hand: trees of one split each, and what they count."""

from __future__ import annotations

import numpy as np

from retrodict.matching.equations import Blocks, Equations, Routes
from retrodict.matching.losses import LossKind, PlainLoss
from retrodict.matching.problem import Table


def stumps(width: int, features: list[int]) -> Routes:
    """Return trees that split one column of zeros and ones each: zeros go left."""
    trees = len(features)
    root = np.arange(trees) * 3
    nodes = 3 * trees
    feature, left, right, leaf = (np.full(nodes, -1) for _ in range(4))
    feature[root], left[root], right[root] = features, root + 1, root + 2
    leaf[root + 1], leaf[root + 2] = 0, 1
    assert max(features) < width
    return Routes(
        roots=root,
        feature=feature,
        left=left,
        right=right,
        answers=np.zeros(nodes, dtype=np.int64),
        goes_left=np.array([True, False]),
        leaf=leaf,
        value=np.zeros(nodes),
        output=np.zeros(trees, dtype=np.int64),
        turn=np.arange(trees),
    )


def counted(rows: np.ndarray, features: list[int], groups: tuple[tuple[int, ...], ...] = ()) -> Equations:
    """Return what stumps that count their rows state of a table of zeros and ones, all of one label."""
    routes = stumps(rows.shape[1], features)
    trees = len(features)
    totals = np.array([[float((rows[:, f] == side).sum())] for f in features for side in (0, 1)])
    coefficients = np.zeros((trees, 2, 1, 4))
    coefficients[..., 0] = 1.0
    blocks = Blocks(
        tree=np.arange(trees),
        site=np.arange(2 * trees).reshape(trees, 2),
        coefficients=coefficients,
        totals=totals,
        rounding=np.zeros_like(totals),
        weights=np.ones_like(totals),
        row_rounding=np.zeros_like(totals),
    )
    width = rows.shape[1]
    table = Table(
        n=len(rows),
        sizes=np.full(width, 2),
        ordered=np.ones(width, dtype=bool),
        missing=np.full(width, -1),
        chances=tuple(np.array([0.75, 0.25]) for _ in range(width)),
    )
    return Equations(
        table, groups, routes, blocks, PlainLoss(LossKind.LOGISTIC), np.zeros(1), np.zeros(1), single=False
    )
