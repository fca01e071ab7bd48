"""Gradient boosting of regression trees as equations: what counts, values and impurities of nodes state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from sklearn.dummy import DummyClassifier, DummyRegressor

from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree import Tree
from retrodict.errors import ModelError
from retrodict.families.sklearn.disclose.boosted_sums import residual_sums
from retrodict.families.sklearn.structure.tree_arrays import tree_of
from retrodict.families.sklearn.trees.boosted_stages import BoostedStages
from retrodict.families.sklearn.trees.losses import BoostedLoss, loss_of
from retrodict.families.sklearn.trees.stage_draws import drawn_rows
from retrodict.matching.boosting import GRADIENTS, SQUARES, Statement
from retrodict.matching.inferring.steps import Steps, step_statements
from retrodict.plain_text import one_line

Array = np.ndarray

_SUMMED = 1e-15
"""What each row adds to the rounding of a sum, of gradients of about 1."""
_SURE = 1e-11
"""How far a sum may be off that is told by the difference of variances; beyond, only its parent's is taken."""


@dataclass(frozen=True, eq=False)
class Gradient(BoostedStages):
    """A model of gradient boosting; see `BoostedStages`."""

    @classmethod
    def of(cls, estimator: Any, place: Place) -> Gradient:
        """Read an estimator."""
        stages = np.asarray(estimator.estimators_)
        return cls(estimator, place, [[tree_of(each, place.columns) for each in stage] for stage in stages])

    @property
    def _constant(self) -> bool:
        """Whether all rows start from one score, the share of the classes or the mean of the targets."""
        init = self.estimator.init_
        if isinstance(init, DummyClassifier):
            return bool(init.strategy == "prior")
        return isinstance(init, DummyRegressor) and bool(init.strategy == "mean")

    @cached_property
    def draws(self) -> list[Int[Array, " n"]] | None:
        """How often each row was drawn for each stage; ``None`` where all were, or it can't be told."""
        drawn = int(self.trees[0][0].rows[0])
        if self.estimator.subsample == 1.0 or drawn <= 0:
            return None
        return drawn_rows(self.estimator, drawn, None)

    @property
    def stated(self) -> Steps:
        """Its settings, and its start, which predictions need; the rows that its first tree counts, if it does.

        With several classes a leaf is moved by ``(K - 1) / K`` of the step, which is part of the rate here.
        """
        rate = float(self.estimator.learning_rate) * ((self.classes - 1) / self.classes if self.classes > 2 else 1.0)
        draws = self.draws
        rows = int(self.trees[0][0].rows[0]) if self.estimator.subsample == 1.0 else len(draws[0]) if draws else 0
        start = [0.0] * len(self.trees[0])
        if self._constant:
            row = np.zeros((1, len(self.place.columns)), dtype=np.float32)
            start = np.ravel(self.estimator._raw_predict_init(row)).tolist()
        return Steps(rate, 0.0, tuple(start), rows if rows > 0 else None)

    @property
    def midway(self) -> bool:
        """Whether split points lie midway between two values of their node's rows: they do."""
        return True

    @property
    def starts_in_balance(self) -> bool:
        """Whether the start is the share of the classes or the mean of the targets of all rows of the first trees."""
        return self._constant and bool(self.estimator.subsample == 1.0)

    def drawn(self, counted: bool) -> list[Int[Array, " n"]] | None:
        """Return how often each row was drawn for each stage; see `BoostedStages`."""
        if not counted or self.estimator.subsample == 1.0:
            return None
        if self.draws is None:
            raise ModelError(
                f"the {type(self.estimator).__name__} drew rows for each stage "
                f"(subsample={self.estimator.subsample:g}) and keeps no generator that tells which; reconstruct rows "
                "under a prior instead"
            )
        return self.draws

    def value(self, turn: int, output: int) -> Float[Array, " nodes"]:
        """Return what a tree's leaves add to the score; see `BoostedStages`."""
        value = self.trees[turn][output].value
        assert value is not None  # every tree of scikit-learn states it
        return float(self.estimator.learning_rate) * np.asarray(value, dtype=np.float64)[:, 0, 0]

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
        tree = self.trees[turn][output]
        yield from step_statements(tree, values, steps.rate, steps.penalty, rows, slack)
        if counted:
            yield from _sums(tree, loss)

    def loss(self, steps: Steps, counted: bool) -> tuple[BoostedLoss | None, str]:
        """Return the loss, or why leaf values are no sums that are known; see `BoostedStages`."""
        name, init = str(self.estimator.loss), self.estimator.init_
        loss = loss_of(name, self.classes, single=False)
        if loss is None:
            return None, f"loss={one_line(name)}"
        if self.trees[0][0].weighted and not self.trees[0][0].stripped:
            return None, "rows weigh differently"
        if not self._constant and not isinstance(init, str):
            return None, f"scores start from a {type(init).__name__}, row by row"
        return loss, ""


def _sums(tree: Tree, loss: BoostedLoss) -> list[Statement]:
    """Return what means and variances state, of leaves where that is sure, else of their parent."""
    found = residual_sums(tree, loss.classes, squared=not loss.classes)
    if found is None:
        return []
    gradients, _, squares = found
    error = _error(tree, gradients)
    stated = tree.leaf & np.isfinite(gradients) & (error <= _SURE)
    for node in np.flatnonzero(~tree.leaf).tolist():
        pair = [int(tree.left[node]), int(tree.right[node])]
        stated[node] = any(tree.leaf[one] and not stated[one] for one in pair)
    out = [] if not loss.classes else [Statement("gradients", GRADIENTS, np.where(stated, gradients, np.nan), error)]
    if loss.classes:  # not linear in targets
        out.append(Statement("squares", SQUARES, np.where(stated, squares, np.nan), error))
    return [each for each in out if not np.isnan(each.totals).all()]


def _error(tree: Tree, gradients: Float[Array, " nodes"]) -> Float[Array, " nodes"]:
    """Return about how far sums of leaves are off: variances of pairs of leaves cancel where their means are near."""
    assert tree.impurity is not None
    rows = tree.rows.astype(np.float64)
    out = _SUMMED * rows
    for node in np.flatnonzero(~tree.leaf).tolist():
        pair = np.array([tree.left[node], tree.right[node]])
        if tree.leaf[pair].all():
            apart = np.abs(np.diff(gradients[pair] / rows[pair]))[0]
            lost = np.finfo(float).eps * float(tree.impurity[node]) / max(apart, np.finfo(float).tiny)
            out[pair] += rows[pair] * lost
    return out
