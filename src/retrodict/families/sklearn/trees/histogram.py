"""Histogram boosting as equations: what counts, values and gains of its nodes state of their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree import Tree
from retrodict.families.sklearn.disclose.boosted_sums import histogram_sums
from retrodict.families.sklearn.structure.histogram_trees import histogram_trees, order_of
from retrodict.families.sklearn.trees.boosted_stages import BoostedStages
from retrodict.families.sklearn.trees.histogram_weights import class_weights
from retrodict.families.sklearn.trees.losses import BoostedLoss, loss_of
from retrodict.matching.boosting import GRADIENT, HESSIAN, HESSIANS, Statement
from retrodict.matching.inferring.steps import Steps, step_statements
from retrodict.plain_text import one_line

Array = np.ndarray

_ADDED = 1e-15
"""What the library adds to every denominator."""
_SUMMED = 1e-15
"""What each row adds to the rounding of a sum, of gradients of about 1."""
_SURE = 1e-11
"""How far a hessian sum that is decoded may be off; what it is decoded from is taken as it is beyond."""
_DEEPEST = 100
"""Depths whose gains are equations: a tree that grew like a chain has as many as nodes."""
_CLIPPED = 1e-9
"""How near to its bound, of its size, a value is that a monotonic constraint clipped."""


@dataclass(frozen=True, eq=False)
class Histogram(BoostedStages):
    """A model of histogram boosting; see `BoostedStages`."""

    @classmethod
    def of(cls, estimator: Any, place: Place) -> Histogram:
        """Read an estimator."""
        return cls(estimator, place, histogram_trees(estimator, place))

    @property
    def stated(self) -> Steps:
        """Its settings, and its start, which predictions need; the rows that its first tree counts, if it does."""
        start = np.ravel(self.estimator._baseline_prediction)
        rows = int(self.trees[0][0].rows[0])
        penalty = float(self.estimator.l2_regularization)
        return Steps(float(self.estimator.learning_rate), penalty, tuple(start.tolist()), rows if rows > 0 else None)

    def value(self, turn: int, output: int) -> Float[Array, " nodes"]:
        """Return what a tree's leaves add to the score; see `BoostedStages`."""
        return np.asarray(self.estimator._predictors[turn][output].nodes["value"], dtype=np.float64)

    def told(
        self,
        turn: int,
        output: int,
        values: Float[Array, " nodes"],
        steps: Steps,
        loss: BoostedLoss,
        rows: int | None,
        slack: float | Array,
        counted: bool,
    ) -> Iterator[Statement]:
        """Yield what one tree states beside its counts; see `BoostedStages`."""
        nodes, tree = self.estimator._predictors[turn][output].nodes, self.trees[turn][output]
        kept = tree.leaf & ~self._clipped(nodes, tree)
        kept[0] = False  # the value of a root is not set
        yield from _steps(tree, values, steps, kept, rows, slack)
        if counted:
            yield from self._sums(nodes, tree, steps, loss)

    def loss(self, steps: Steps, counted: bool) -> tuple[BoostedLoss | None, str]:
        """Return the loss, or why leaf values are no sums that are known; see `BoostedStages`."""
        name = str(self.estimator.loss)
        if getattr(self.estimator, "_fitted_with_sw", False):
            return None, "rows weigh differently"
        weights = class_weights(self.estimator, self.trees[0], steps, counted=counted)
        if weights is None:
            return None, "the weights of its classes are not told"
        loss = loss_of(name, self.classes, single=True, weights=weights)
        return loss, "" if loss is not None else f"loss={one_line(name)}"

    def _sums(self, nodes: Any, tree: Tree, steps: Steps, loss: BoostedLoss) -> Iterator[Statement]:
        """Yield what inner values and gains state: sums of leaves, or where they do not tell these, as they are."""
        constant = loss.name == "squared_error"
        if constant:  # counts are its hessians, and leaf values their gradients
            return
        decoded = histogram_sums(nodes, steps.rate, steps.penalty, constant=False)
        open_ = np.ones(len(nodes), dtype=bool)
        if decoded is not None:
            sure = tree.leaf & (decoded[2] <= _SURE)
            yield Statement("hessians", HESSIANS, np.where(sure, decoded[1], np.nan), decoded[2])
            open_ = tree.leaf & ~sure
            for level in reversed(tree.levels()):  # nodes above a leaf whose sum is not told
                open_[level] = open_[tree.left[level]] | open_[tree.right[level]]
        inner = ~tree.leaf & open_ & ~self._clipped(nodes, tree)
        inner[0] = False  # its value is not set
        value = np.asarray(nodes["value"], dtype=np.float64)
        totals = np.where(inner, -value * (steps.penalty + _ADDED), np.nan)
        yield Statement("inner values", _step_coefficients(value), totals, _SUMMED * tree.rows)
        yield from _gains(nodes, tree, steps.rate, open_)

    def _clipped(self, nodes: Any, tree: Tree) -> Bool[Array, " nodes"]:
        """Return which nodes' values lie at a bound that a monotonic constraint set: those are no steps."""
        out = np.zeros(len(nodes), dtype=bool)
        signs = _signs(self.estimator, self.place)
        if not signs.any():
            return out
        value = _unshrunk(nodes, tree, float(self.estimator.learning_rate))
        low, high = np.full(len(nodes), -np.inf), np.full(len(nodes), np.inf)  # of each node's children
        for node in np.flatnonzero(~tree.leaf).tolist():  # children come behind their parents
            left, right = int(tree.left[node]), int(tree.right[node])
            for child in (left, right):
                slack = _CLIPPED * abs(value[child])
                out[child] = value[child] <= low[node] + slack or value[child] >= high[node] - slack
                low[child], high[child] = low[node], high[node]
            sign = signs[int(nodes["feature_idx"][node])]
            if sign:
                lower, upper = (left, right) if sign > 0 else (right, left)
                high[lower] = low[upper] = (value[left] + value[right]) / 2.0
        return out


def _unshrunk(nodes: Any, tree: Tree, rate: float) -> Float[Array, " nodes"]:
    value = np.asarray(nodes["value"], dtype=np.float64)
    return np.where(tree.leaf, value / rate, value)


def _step_coefficients(value: Float[Array, " nodes"]) -> Float[Array, "nodes 4"]:
    out = np.zeros((len(value), 4))
    out[:, GRADIENT], out[:, HESSIAN] = 1.0, value
    return out


def _steps(
    tree: Tree, values: Array, steps: Steps, kept: Array, rows: int | None, slack: float | Array
) -> list[Statement]:
    """Return what leaf values state; a value that is no step states nothing."""
    told = step_statements(tree, values, steps.rate, steps.penalty + _ADDED, rows, slack)
    if kept[tree.leaf].all():
        return list(told)
    first = replace(told[0], totals=np.where(kept, told[0].totals, np.nan))
    return [each for each in (first, *told[1:]) if not np.isnan(each.totals).all()]


def _gains(nodes: Any, tree: Tree, rate: float, wanted: Bool[Array, " nodes"]) -> Iterator[Statement]:
    """Yield what gains state, depth by depth: ``value G`` of a node less that of its children."""
    value, gain = _unshrunk(nodes, tree, rate), np.asarray(nodes["gain"], dtype=np.float64)
    levels = tree.levels()
    for depth, level in enumerate(levels[:_DEEPEST]):
        coefficients, totals = np.zeros((len(value), 4)), np.full(len(value), np.nan)
        apart = np.maximum(*(np.abs(value[level] - value[children[level]]) for children in (tree.left, tree.right)))
        # two values at one bound differ by rounding alone
        told = wanted[level] & (apart > _CLIPPED * np.abs(value[level]))
        totals[level] = np.where(told, gain[level], np.nan)
        for children in (tree.left, tree.right):
            coefficients[children[level], GRADIENT] = value[level] - value[children[level]]
        for deeper in levels[depth + 1 :]:
            coefficients[tree.left[deeper]] = coefficients[tree.right[deeper]] = coefficients[deeper]
        yield Statement("gains", coefficients, totals, _SUMMED * tree.rows * np.abs(value).max(), by_leaf=True)


def _signs(estimator: Any, place: Place) -> Float[Array, " d"]:
    """Return the sign of each column's constraint, in the trees' order."""
    stated = estimator.monotonic_cst
    _, order = order_of(estimator, place)
    if stated is None:
        return np.zeros(len(order))
    if isinstance(stated, dict):
        names = list(getattr(estimator, "feature_names_in_", range(len(order))))
        stated = [stated.get(name, 0) for name in names]
    return np.asarray(stated, dtype=np.float64)[order]
