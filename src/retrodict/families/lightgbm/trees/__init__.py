"""The trees of LightGBM as equations about the training table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from lightgbm.basic import Booster

from retrodict.disclosures import Disclosures
from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.errors import ModelError
from retrodict.families.lightgbm.booster import text_of
from retrodict.families.lightgbm.columns import columns_of
from retrodict.families.lightgbm.grown import trees_of
from retrodict.families.lightgbm.stated.start import starts_of
from retrodict.families.lightgbm.stated.sums import Step, penalties, step_of
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.families.lightgbm.text.tree_text import TreeText
from retrodict.matching.boosting import COUNTS, GRADIENTS, HESSIANS, BoostedTree, Boosting, Statement
from retrodict.matching.capability import Source
from retrodict.matching.linear_reading import LinearReading, linear_reading_of
from retrodict.matching.losses import LossKind, PlainLoss
from retrodict.schema import Schema

Array = np.ndarray


@dataclass(frozen=True)
class _Logistic(PlainLoss):
    """The log-loss of two classes, in the steps in which the library computes it, rounded to 32 bits."""

    def formula(self, scores: Array, output: int, labels: Array) -> tuple[Array, Array]:
        sign = np.where(labels == 1.0, 1.0, -1.0)
        response = -sign / (1.0 + np.exp(sign * scores[:, output]))
        size = np.abs(response)
        return response, size * (1.0 - size)


def equations_of(booster: Booster, schema: Schema, found: Disclosures, source: Source) -> LinearReading:
    """Read a booster as equations; see `EquationTable`."""
    text = text_of(booster)
    place = Place("", tuple(Column.start(name) for name in schema.names))
    step = step_of(text)
    starts = starts_of(text)
    if step is None or any(start is None for start in starts):
        raise ModelError("leaf values of the LightGBM model are no plain steps")
    start = np.array([float(each or 0.0) for each in starts])
    rows = int(text.trees[0].count.sum()) if text.trees[0].count is not None else None
    if schema.target.is_class and rows and len(start) == 1:  # a share of so many rows
        positive = np.rint(rows / (1.0 + np.exp(-start[0])))
        start = np.array([np.log(positive / (rows - positive))])
    trees = trees_of(text, place, columns_of(text, schema))
    per = text.per_iteration
    boosted = []
    for i, (own, tree) in enumerate(zip(text.trees, trees, strict=True)):
        moved = own.value - (start[i % per] if i < per else 0.0)
        values = np.concatenate([np.zeros(own.leaves - 1), moved])
        boosted.append(BoostedTree(tree, values, i % per, i // per, _statements(text, own, step, moved)))
    loss = _Logistic(LossKind.LOGISTIC, single=True)
    boosting = Boosting(place, tuple(boosted), loss, start, schema.target.classes, np.empty(0), rows)
    return linear_reading_of(schema, boosting, found)


def _statements(text: ModelText, tree: TreeText, step: Step, moved: Array) -> tuple[Statement, ...]:
    inner = np.full(tree.leaves - 1, np.nan)
    assert tree.count is not None
    assert tree.weight is not None
    penalty = penalties(text, tree, step)[tree.leaves - 1 :]
    gradients = -moved * (tree.weight + penalty) / step.rate
    return (
        Statement("rows", COUNTS, np.concatenate([inner, tree.count])),
        Statement("gradients", GRADIENTS, np.concatenate([inner, gradients])),
        Statement("hessians", HESSIANS, np.concatenate([inner, tree.weight])),
    )
