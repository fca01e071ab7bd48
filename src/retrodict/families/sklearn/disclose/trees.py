"""Trees, forests, and bagging, boosting and isolation of trees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn import ensemble

from retrodict.disclosures.kinds import ClassShares, Disclosure, SampleSize, TrainingErrors
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.tree import Tree
from retrodict.disclosures.trees.tree_facts import node_counts, split_points
from retrodict.families.sklearn.disclose.tree_targets import of_target, root_target
from retrodict.families.sklearn.structure.tree_arrays import tree_of
from retrodict.families.sklearn.structure.tree_types import BAGGED, FORESTS, SINGLE, all_trees

BOOTSTRAP = "of each tree's bootstrap draw"
OF_ROWS = {
    "oob_decision_function_": "prediction for it by members that did not draw it",
    "oob_prediction_": "prediction for it by members that did not draw it",
    "_sample_weight": "weight",
}
"""What forests and bagging may keep of each row."""


def single(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield what one tree states."""
    tree = tree_of(estimator, place.columns)
    yield from node_counts([tree], place, "tree_.n_node_samples", labels=_labels(estimator, place))
    yield from split_points([tree], place, "tree_.threshold")
    yield from root_target(estimator, tree, place, "tree_.value")
    if not tree.stripped:
        yield SampleSize(int(tree.rows[0]), features=(), source=place.at("tree_.n_node_samples"), exact=place.exact)


def forest(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield what a forest's trees state, and the size of the table that they were drawn from."""
    trees = [tree_of(each, place.columns) for each in estimator.estimators_]
    drawn = replace(place, sample=place.sample or BOOTSTRAP) if estimator.bootstrap else place
    yield from node_counts(trees, drawn, "estimators_[*].tree_.n_node_samples", labels=_labels(estimator, place))
    yield from split_points(trees, place, "estimators_[*].tree_.threshold")
    n = int(getattr(estimator, "_n_samples", 0) or (0 if estimator.bootstrap else trees[0].rows[0]))
    if n:
        yield SampleSize(n, features=(), source=place.at("_n_samples"), exact=place.exact)
    yield from place.kept(estimator, OF_ROWS)
    if not estimator.bootstrap:
        yield from _root(estimator, trees[0], place)
    elif any(tree.stripped for tree in trees):
        return
    elif estimator.estimators_[0].tree_.n_outputs > 1:
        return  # several targets: their roots are not read one by one
    elif hasattr(estimator, "classes_"):
        roots = [each.tree_.value[0, 0] for each in estimator.estimators_]
        shares = np.mean([root / root.sum() for root in roots], axis=0)
        source = place.at("estimators_[*].tree_.value")
        yield ClassShares(place.classes(estimator), tuple(shares.tolist()), features=(), source=source, exact=False)
    else:
        value = np.mean([each.tree_.value[0, 0, 0] for each in estimator.estimators_])
        impurity = np.mean([each.tree_.impurity[0] for each in estimator.estimators_])
        yield from of_target(estimator.criterion, value, impurity, place, "estimators_[*].tree_.value", False)


def _labels(estimator: Any, place: Place) -> tuple[Any, ...] | None:
    """Return the classes that the values of its nodes are of, nothing of numbers; ``None`` of any other target."""
    if estimator.n_outputs_ > 1:
        return None
    if hasattr(estimator, "classes_"):
        return place.classes(estimator)
    return () if place.target is None else None


def _root(estimator: Any, tree: Tree, place: Place) -> Iterator[Disclosure]:
    if hasattr(estimator, "classes_"):  # a forest's trees see codes, whatever surrounds the forest
        place = replace(place, labels=place.classes(estimator))
    exact: bool | str = "of the rows as weighted" if getattr(estimator, "class_weight", None) is not None else True
    yield from root_target(estimator.estimators_[0], tree, place, "estimators_[0].tree_.value", exact)


def bagged(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the table's size, and what the members state together where all are trees."""
    n = int(getattr(estimator, "_n_samples", 0))
    if n:
        yield SampleSize(n, features=(), source=place.at("_n_samples"), exact=place.exact)
    yield from place.kept(estimator, OF_ROWS)
    if not all_trees(estimator):
        return
    pairs = zip(estimator.estimators_, estimator.estimators_features_, strict=True)
    trees = [tree_of(each, tuple(place.columns[i] for i in features)) for each, features in pairs]
    drawn = replace(place, sample=place.sample or "of each tree's draw")
    yield from node_counts(trees, drawn, "estimators_[*].tree_.n_node_samples")
    yield from split_points(trees, place, "estimators_[*].tree_.threshold")


def adaptive(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the members' training errors and, where all are trees, what these state; the first saw equal weights."""
    errors = getattr(estimator, "estimator_errors_", None)
    if errors is not None:
        errors = np.asarray(errors)[: len(estimator.estimators_)]
        told = place.sample or "of the rows as weighted"
        yield TrainingErrors(errors, features=(), source=place.at("estimator_errors_"), exact=told)
    if not all_trees(estimator):
        return
    trees = [tree_of(each, place.columns) for each in estimator.estimators_]
    resampled = not hasattr(estimator, "classes_")  # the regressor draws rows by their weights
    drawn = replace(place, sample=place.sample or "of each tree's weighted draw") if resampled else place
    yield from node_counts(trees, drawn, "estimators_[*].tree_.n_node_samples")
    yield from split_points(trees, place, "estimators_[*].tree_.threshold")
    if trees[0].stripped:
        return
    n = int(trees[0].rows[0])
    yield SampleSize(n, features=(), source=place.at("estimators_[0].tree_.n_node_samples"), exact=place.exact)
    if not resampled:
        yield from _first_of_boosting(estimator.estimators_[0], place)


def _first_of_boosting(first: Any, place: Place) -> Iterator[Disclosure]:
    """Yield class shares from the first member, whose rows weighed 1/n each: sums of weights are shares of counts."""
    nodes = first.tree_
    shares = nodes.weighted_n_node_samples / nodes.weighted_n_node_samples[0]
    if not np.allclose(shares, nodes.n_node_samples / nodes.n_node_samples[0], rtol=1e-9, atol=0.0):
        return
    value = np.asarray(nodes.value)[0, 0]
    yield ClassShares(
        place.classes(first),
        tuple((value / value.sum()).tolist()),
        features=(),
        source=place.at("estimators_[0].tree_.value"),
        exact=place.exact,
    )


READERS = {
    **dict.fromkeys(SINGLE, single),
    **dict.fromkeys(FORESTS, forest),
    **dict.fromkeys((*BAGGED, ensemble.IsolationForest), bagged),
    **dict.fromkeys((ensemble.AdaBoostClassifier, ensemble.AdaBoostRegressor), adaptive),
}
