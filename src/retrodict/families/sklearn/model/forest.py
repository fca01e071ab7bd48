"""Forests scored by compiled code, where that gives the library's own outputs to the last bit.

The library takes one tree and one row at a time, and waits for memory at each node. Beyond a number of rows we walk
them side by side, three to five times as fast. It needs numba, which is an extra: without it, and wherever a forest or
its rows are anything but plain, the library answers itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from operator import is_not
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Float32, Int32, UInt32
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor

Array = np.ndarray

WORTH = 30_000_000
"""Rows times trees that the library scores before our code is made ready: both take about a second, so that no model
is slower by more than that second, and one asked for more is the faster for it."""

_TREES: dict[type, type] = {
    RandomForestClassifier: DecisionTreeClassifier,
    ExtraTreesClassifier: ExtraTreeClassifier,
    RandomForestRegressor: DecisionTreeRegressor,
    ExtraTreesRegressor: ExtraTreeRegressor,
}
"""Forests that are averages of their trees' leaves, and what their trees are."""


@dataclass(frozen=True, eq=False)
class Tables:
    """All nodes of a forest, the two children of a node side by side; see `forest_walk.add_leaves`."""

    roots: UInt32[Array, " t"]
    feature: Int32[Array, " m"]
    threshold: Float32[Array, " m"]
    child: UInt32[Array, " m"]
    values: Float[Array, "m k"]

    def mean(self, rows: Float32[Array, "n d"]) -> Float[Array, "n k"]:
        """Return the mean of the rows' leaves, as the library reckons it: a sum in the trees' order, then divided."""
        from retrodict.families.sklearn.model.forest_walk import add_leaves

        out = np.zeros((len(rows), self.values.shape[1]))
        add_leaves(rows.ravel(), self.roots, self.feature, self.threshold, self.child, self.values, out)
        out /= len(self.roots)
        return out


class ForestOutputs:
    """A forest's probabilities or values, by whichever code is quicker.

    Parameters
    ----------
    forest
        Fitted, and plain; see `plain_forest`.
    own
        Its own method: from (n, d) rows to (n, k) probabilities or (n,) values.
    """

    def __init__(self, forest: Any, own: Callable[[Any], Array]) -> None:
        self.forest, self.own = forest, own
        self._begin()

    def _begin(self) -> None:
        """Begin anew, with the forest as it is now."""
        self.asked = 0
        self.tables: Tables | None = None
        self.tried = False
        self.trees = tuple(self.forest.estimators_)

    def __call__(self, X: Any) -> Array:
        """Return what its own method returns for rows."""
        if len(self.trees) != len(self.forest.estimators_) or any(map(is_not, self.trees, self.forest.estimators_)):
            self._begin()  # it was fitted anew since
        rows = _as_float32(X) if self.tables is not None or not self.tried else None
        if rows is None or rows.ndim != 2 or rows.shape[1] != self.forest.n_features_in_:
            return self.own(X)
        if self.tables is not None:
            return self._ours(self.tables, rows)
        self.asked += len(rows) * len(self.forest.estimators_)
        found = self.own(X)
        if self.asked >= WORTH:
            self.tried = True
            tables = None if find_spec("numba") is None else tables_of(self.forest)
            if tables is not None and np.array_equal(self._ours(tables, rows), found):
                self.tables = tables
        return found

    def _ours(self, tables: Tables, rows: Array) -> Array:
        out = tables.mean(rows)
        return out if hasattr(self.forest, "classes_") else out[:, 0]


def plain_forest(estimator: Any) -> bool:
    """Whether an estimator is a forest of the library's own kind with one output, whose trees are summed in order.

    With several jobs the library adds trees as they are done, in any order.
    """
    tree = _TREES.get(type(estimator))
    return (
        tree is not None
        and getattr(estimator, "n_jobs", 0) in (None, 1)
        and getattr(estimator, "n_outputs_", 0) == 1
        and all(type(one) is tree for one in getattr(estimator, "estimators_", (None,)))
    )


def tables_of(forest: Any) -> Tables | None:
    """Return a plain forest's nodes; ``None`` where they are no trees (a damaged file's), or too many."""
    parts, roots, count = [], [], 0
    for one in forest.estimators_:
        part = _nodes(one.tree_, forest.n_features_in_, count)
        if part is None:
            return None
        roots.append(count)
        parts.append(part)
        count += len(part[0])
    if count >= np.iinfo(np.int32).max:
        return None
    feature, threshold, child, values = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Tables(np.array(roots, dtype=np.uint32), feature, threshold, child, np.ascontiguousarray(values))


def _nodes(tree: Any, width: int, first: int) -> tuple[Array, Array, Array, Array] | None:
    """Return feature, threshold, left child and values of a tree's nodes, level by level from place `first` on."""
    left, right, count = tree.children_left, tree.children_right, tree.node_count
    inner = left >= 0
    asked = tree.feature[inner]
    ends = np.concatenate([left[inner], right[inner]])
    if (ends < 1).any() or (ends >= count).any() or (asked < 0).any() or (asked >= width).any():
        return None
    level, order = np.zeros(1, dtype=np.int64), []
    while len(level):
        order.append(level)
        parents = level[inner[level]]
        level = np.column_stack([left[parents], right[parents]]).ravel()
        if sum(map(len, order)) + len(level) > count:  # nodes that are met twice: a loop
            return None
    nodes = np.concatenate(order)
    if len(np.unique(nodes)) < len(nodes):
        return None
    place = np.zeros(count, dtype=np.int64)
    place[nodes] = first + np.arange(len(nodes))
    exact = tree.threshold[nodes]
    with np.errstate(over="ignore"):
        single = exact.astype(np.float32)
    # a float32 is at most the threshold where it is at most the largest float32 that is
    single = np.where(single > exact, np.nextafter(single, np.float32(-np.inf)), single)
    leaf = ~inner[nodes]
    feature = np.where(leaf, -1, tree.feature[nodes]).astype(np.int32)
    child = np.where(leaf, 0, place[np.where(leaf, 0, left[nodes])]).astype(np.uint32)
    return feature, single.astype(np.float32), child, tree.value[nodes, 0, :]


def _as_float32(X: Any) -> Array | None:
    """Return rows as the library's trees read them; ``None`` where they are no plain numbers, or some is none."""
    values = X.to_numpy() if isinstance(X, pd.DataFrame) else X
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f":
        return None
    with np.errstate(over="ignore"):
        rows = np.ascontiguousarray(values, dtype=np.float32)
    return rows if np.isfinite(rows).all() else None
