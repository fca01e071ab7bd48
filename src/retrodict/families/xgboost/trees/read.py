"""What predictions need of a booster, read once: its trees over columns of a schema, its loss and its start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.columns import Columns
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree import Tree
from retrodict.errors import ModelError
from retrodict.families.xgboost.grown import grown
from retrodict.families.xgboost.learner import BoostedTree, Learner
from retrodict.families.xgboost.split_facts import Method, known_values
from retrodict.families.xgboost.trees.losses import SingleLoss, loss_of, start_of
from retrodict.schema import Schema

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Trees:
    """What predictions need of a booster.

    Parameters
    ----------
    learner
        All that was read of it.
    place
        Where it stands, and its columns.
    trees
        Its trees without pruned nodes, those whose equations are known: all, or the first round.
    loss
        What a row adds; ``None`` where that is not linear in the target, so that hessians, each 1, are counts alone.
    start
        The scores before the first tree, shape (K,).
    scales
        What each tree's values are multiplied by as scores are added up, shape (T,): 1, or the weight of a `dart` tree.
    known
        Values that training rows have, by feature: split points that are values.
    shares
        Where `dart` left trees out: see `Boosting`.
    """

    learner: Learner
    place: Place
    trees: tuple[Tree, ...]
    loss: SingleLoss | None
    start: Float[Array, " K"]
    scales: Float[Array, " T"]
    known: Mapping[str, Float[Array, " m"]]
    shares: Float[Array, "T 1+T"] | None = None

    def values(self, i: int) -> Float[Array, " nodes"]:
        """Return what leaves of a tree add to a score; inner nodes mean nothing."""
        own = self.learner.trees[i]
        found: Array = (own.condition[~own.pruned] * np.float32(self.scales[i])).astype(np.float64)
        return found

    def turn(self, i: int) -> int:
        """Return the round of a tree: all trees of one saw the same scores."""
        return int(np.searchsorted(self.learner.starts, i, side="right")) - 1


def trees_of(
    learner: Learner,
    own: Schema,
    place: Place,
    method: Method | None,
    weights: Float[Array, "rounds+1 T"] | None = None,
) -> Trees:
    """Return what predictions need of a booster.

    Parameters
    ----------
    learner
        What was read of it.
    own
        Its own columns.
    place
        Where it stands, and what its columns go back to.
    method
        Whether split points are values or midpoints, as far as that is known.
    weights
        Of the trees of a `dart` model as each round saw them, where that is known.

    Raises
    ------
    ModelError
        If it has no trees, or was trained in a way of which no equations are known.
    """
    if learner.booster == "gblinear" or not learner.trees or learner.groups is None:
        raise ModelError("the XGBoost model has no trees, so that no rows of nodes are known")
    if learner.targets > 1:
        raise ModelError("the XGBoost model predicts several targets: equations of one are known alone")
    if learner.unknown:
        raise ModelError("parts of the XGBoost model are not read, so that what its trees were grown on is not known")
    columns = _columns(own, place.columns)
    scales = np.ones(len(learner.trees)) if learner.drops is None else learner.drops.astype(np.float64)
    # dropped trees left the scores that others were grown on: those of the first round had none to drop
    every = weights is not None or bool((scales == 1.0).all())
    known = len(learner.trees) if every else len(learner.first_trees)
    made = tuple(_grown(tree, columns, method) for tree in learner.trees[:known])
    shares = None
    if weights is not None:
        turns = np.searchsorted(learner.starts, np.arange(known), side="right") - 1
        scales, shares = np.ones(known), np.column_stack([np.ones(known), weights[turns]])
    return Trees(
        learner,
        replace(place, columns=columns),
        made,
        loss_of(learner.objective, learner.settings),
        start_of(learner.objective, learner.base, learner.n_groups),
        scales,
        {columns[i].name: values for i, values in known_values(learner, method).items() if columns[i].untouched},
        shares,
    )


def _columns(own: Schema, columns: Columns) -> Columns:
    """Return a model's columns with the categories that sets name by their places."""
    return tuple(
        replace(column, categories=feature.categories) if feature.listed and column.number else column
        for feature, column in zip(own.features, columns, strict=True)
    )


def _grown(tree: BoostedTree, columns: Columns, method: Method | None) -> Tree:
    """Return a tree's arrays, and where a gap that was met goes another way than one that was not.

    Gaps that never do so are like the greatest values for all trees, or like the least.
    """
    made = grown(tree, columns, None, midpoints=method == "midpoints")
    assert made.missing_left is not None
    other = ~made.missing_left if method == "midpoints" else made.missing_left
    return replace(made, met_missing=other & ~made.leaf)


def method_by_gaps(learner: Learner) -> Method | None:
    """Return how trees were grown by the ways of gaps: where none were met, `exact` sends them left and others right.

    Parameters
    ----------
    learner
        What was read of a booster.
    """
    inner = [tree.inner & (tree.by_set == 0) for tree in learner.trees]
    if not any(own.any() for own in inner):
        return None
    feature = np.concatenate([tree.feature[own] for tree, own in zip(learner.trees, inner, strict=True)])
    left = np.concatenate([tree.default_left[own] for tree, own in zip(learner.trees, inner, strict=True)])
    shares = np.array([left[feature == i].mean() for i in np.unique(feature).tolist()])
    return "midpoints" if np.median(shares) > _MOSTLY else None


_MOSTLY = 0.9
"""The share of a column's splits that send gaps left where none were met."""
