"""Gradient boosting: node counts and split points, bin edges, and the prediction it starts from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import expit, softmax
from sklearn import compose, ensemble, preprocessing

from retrodict.disclosures.kinds import (
    BinEdges,
    Categories,
    ClassShares,
    Disclosure,
    GradientSums,
    Grid,
    NodeCounts,
    NodeSums,
    SampleSize,
    TargetMoments,
    TargetQuantiles,
    Thresholds,
    TrainingErrors,
    Values,
)
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.chains import chain
from retrodict.disclosures.trees.grids import distinct, grid_step
from retrodict.disclosures.trees.raw_trees import raw_trees
from retrodict.disclosures.trees.stretches import stretches
from retrodict.disclosures.trees.tree import Tree
from retrodict.disclosures.trees.tree_facts import node_counts, split_points
from retrodict.families.sklearn.disclose.boosted_sums import SURE, histogram_sums, residual_sums
from retrodict.families.sklearn.structure.held_back import trained_place
from retrodict.families.sklearn.structure.histogram_trees import histogram_trees, order_of
from retrodict.families.sklearn.structure.tree_arrays import tree_of

Array = np.ndarray


def gradient(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield what the stages' trees state; the walk reads the start from `init_`."""
    place = trained_place(estimator, place)
    trees = [tree_of(each, place.columns) for each in np.ravel(estimator.estimators_)]
    whole = estimator.subsample == 1.0 and not trees[0].stripped
    drawn = place if estimator.subsample == 1.0 else replace(place, sample=place.sample or "of each stage's draw")
    yield from node_counts(trees, drawn, "estimators_[*].tree_.n_node_samples")
    yield from split_points(trees, place, "estimators_[*].tree_.threshold")
    if whole:
        n, source = int(trees[0].rows[0]), place.at("estimators_[0, 0].tree_.n_node_samples")
        yield SampleSize(n, features=(), source=source, exact=place.exact)
    equations = sum(int(tree.leaf.sum()) for tree in trees)
    yield _sums(estimator, place, len(trees), equations, 0.0, "estimators_[*].tree_.value")
    if not any(tree.stripped for tree in trees):
        yield from _residual_sums(estimator, trees, drawn)
    started = getattr(estimator, "init", None) is None and estimator.loss == "squared_error"
    if whole and started and not trees[0].weighted and place.target is None:
        mean = float(np.ravel(estimator.init_.constant_)[0])
        variance = float(estimator.estimators_[0, 0].tree_.impurity[0])  # the first tree is fitted to y less its mean
        yield TargetMoments(
            mean, variance, features=(), source=place.at("estimators_[0, 0].tree_.impurity"), exact=place.exact
        )
    scores = getattr(estimator, "train_score_", ())
    if len(scores):
        yield TrainingErrors(np.asarray(scores), features=(), source=place.at("train_score_"), exact=drawn.exact)


_BY_LOGARITHM = {"poisson", "gamma"}
"""Losses of histogram boosting whose scores are logarithms: it starts from that of the mean."""
_BY_QUANTILE = {"absolute_error", "quantile", "huber"}
"""Losses whose leaves are medians or quantiles of residuals (Huber's: a median and a clipped mean)."""


def _sums(estimator: Any, place: Place, trees: int, equations: int, penalty: float, source: str) -> GradientSums:
    """Return what leaf values state; prediction needs them, so that no stripping takes them out."""
    return GradientSums(
        "quantile" if estimator.loss in _BY_QUANTILE else "sum",
        trees,
        equations,
        float(estimator.learning_rate),
        penalty,
        features=tuple(dict.fromkeys(column.name for column in place.columns)),
        source=place.at(source),
        exact=place.exact,
    )


def histogram(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield bin edges, node counts and the start of histogram boosting."""
    place = trained_place(estimator, place)
    yield from (
        _bins(estimator, place) if hasattr(estimator._bin_mapper, "n_bins_non_missing_") else _used(estimator, place)
    )
    trees = [t for stage in estimator._predictors for t in stage]
    if trees:
        equations = sum(int(np.count_nonzero(t.nodes["is_leaf"])) for t in trees)
        penalty = float(estimator.l2_regularization)
        yield _sums(estimator, place, len(trees), equations, penalty, "_predictors[*].nodes['value']")
        yield from _histogram_sums(estimator, trees, penalty, place)
    if trees and trees[0].nodes["count"][0] > 0:  # else stripped
        read = _trees(estimator, place)
        counts = tuple(np.asarray(t.nodes["count"]) for t in trees)
        leaves = tuple(np.asarray(t.nodes["is_leaf"], dtype=bool) for t in trees)
        source = place.at("_predictors[*].nodes['count']")
        yield NodeCounts(
            counts,
            leaves,
            trees=raw_trees(read) if place.exact is True else (),
            features=tuple(dict.fromkeys(column.name for column in place.columns)),
            source=source,
            exact=place.exact,
            personal=any(bool((c[leaf] == 1).any()) for c, leaf in zip(counts, leaves, strict=True)),
        )
        yield SampleSize(int(counts[0][0]), features=(), source=source, exact=place.exact)
        yield from stretches(read, place, source)
    yield from _start(estimator, place)


_DECODED = f"decoded, within {SURE:g} of their size"


def _histogram_sums(estimator: Any, trees: list[Any], penalty: float, place: Place) -> Iterator[Disclosure]:
    """Yield the sums that values and gains give; stripped of counts, trees are stripped of gains."""
    if estimator.loss in _BY_QUANTILE or trees[0].nodes["count"][0] <= 0:
        return
    constant, rate = estimator.loss == "squared_error", float(estimator.learning_rate)
    decoded = [histogram_sums(each.nodes, rate, penalty, constant) for each in trees]
    leaves = tuple(np.asarray(each.nodes["is_leaf"], dtype=bool) for each in trees)
    yield from _node_sums(("gradient", "hessian"), decoded, leaves, place, "_predictors[*].nodes['gain']", _DECODED)


def _residual_sums(estimator: Any, trees: list[Tree], place: Place) -> Iterator[Disclosure]:
    """Yield the sums that the means, variances and steps of regression trees give."""
    classes = len(estimator.classes_) if hasattr(estimator, "classes_") else 0
    if estimator.loss != ("log_loss" if classes else "squared_error"):
        return
    decoded = [residual_sums(tree, classes, squared=not classes) for tree in trees]
    told = "of the rows as weighted" if trees[0].weighted and place.sample is None else _DECODED
    leaves, names = tuple(tree.leaf for tree in trees), ("gradient", "hessian", "squared gradient")
    yield from _node_sums(names, decoded, leaves, place, "estimators_[*].tree_.impurity", told)


def _node_sums(
    names: tuple[str, ...],
    decoded: Sequence[tuple[Array, ...] | None],
    leaves: tuple[Array, ...],
    place: Place,
    source: str,
    told: str,
) -> Iterator[Disclosure]:
    """Yield one fact for each statistic, NaN where a tree does not tell it."""
    if all(each is None for each in decoded):
        return
    for i, name in enumerate(names):
        sums = tuple(
            np.full(len(leaf), np.nan) if each is None else each[i] for each, leaf in zip(decoded, leaves, strict=True)
        )
        features = tuple(dict.fromkeys(column.name for column in place.columns))
        yield NodeSums(name, sums, leaves, features=features, source=place.at(source), exact=place.sample or told)


def _trees(estimator: Any, place: Place) -> list[Tree]:
    return [tree for stage in histogram_trees(estimator, place) for tree in stage]


def _bins(estimator: Any, place: Place) -> Iterator[Disclosure]:
    mask, order = order_of(estimator, place)
    encoded: list[Any] = []
    if estimator.is_categorical_ is not None and estimator._preprocessor is not None:
        encoded = list(estimator._preprocessor.named_transformers_["encoder"].categories_)
    mapper = estimator._bin_mapper
    rows = int(estimator._predictors[0][0].nodes["count"][0]) if estimator._predictors else 0
    for slot, i in enumerate(order):
        column, stored = place.columns[i], np.asarray(mapper.bin_thresholds_[slot], dtype=np.float64)
        source = place.at(f"_bin_mapper.bin_thresholds_[{slot}]")
        if mask[i]:
            known = encoded[slot] if slot < len(encoded) else stored
            values = tuple(np.asarray(known).tolist())
            yield Categories(values, features=(column.name,), source=source, exact=place.exact)
            continue
        edges = column.raw_numbers(stored[np.isfinite(stored)])
        if edges is None or not len(edges):
            continue
        whole = len(stored) < estimator.max_bins - 1  # fewer values than bins: an edge between each two neighbours
        exact = "midpoints of all neighbouring values" if whole else "quantiles of at most 200000 rows"
        told = place.sample or exact
        straight = whole and column.number
        yield BinEdges(edges, not whole, straight, features=(column.name,), source=source, exact=told)
        step = grid_step(edges, column.scale) if straight else None
        if step is not None:
            told = "as far as the split points show"
            yield Grid(step, 0.0, len(edges), features=(column.name,), source=source, exact=told)
        if straight and len(edges) > 1:
            taken, radius = chain(np.sort(edges), step)
            told = "within the radius" if radius else "as far as the split points show"
            alone = True if len(taken) == rows else None  # as many values as rows: each is of one row
            yield Values(taken, radius, features=(column.name,), source=source, exact=told, personal=alone)


def _used(estimator: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the split points, the bins being stripped."""
    found: dict[str, list[float]] = {}
    scale: dict[str, float] = {}
    for tree in _trees(estimator, place):
        for i in tree.used:
            column = tree.columns[i]
            values = column.raw_numbers(tree.threshold[tree.feature == i])
            if values is not None:
                found.setdefault(column.name, []).extend(values.tolist())
                scale[column.name] = max(scale.get(column.name, 0.0), abs(column.scale))
    for name, points in found.items():
        yield Thresholds(
            distinct(np.asarray(points), scale[name]),
            midpoints=False,
            features=(name,),
            source=place.at("_predictors[*].nodes['num_threshold']"),
            exact=place.exact,
        )


def _start(estimator: Any, place: Place) -> Iterator[Disclosure]:
    start, source = np.ravel(estimator._baseline_prediction), place.at("_baseline_prediction")
    if hasattr(estimator, "classes_"):
        shares = softmax(start) if len(start) > 1 else np.array([1.0 - expit(start[0]), expit(start[0])])
        exact: bool | str = place.exact if estimator.class_weight is None else "of the rows as weighted"
        yield ClassShares(place.classes(estimator), tuple(shares.tolist()), features=(), source=source, exact=exact)
        return
    shared: dict[str, Any] = {"features": (), "source": source, "exact": place.exact}
    if estimator.loss in _BY_QUANTILE:
        at = float(estimator.quantile) if estimator.loss == "quantile" else 0.5
        yield TargetQuantiles((at,), place.targets([start[0]]), **shared)
    elif place.target is None and estimator.loss == "squared_error":
        yield TargetMoments(float(start[0]), **shared)
    elif place.target is None and estimator.loss in _BY_LOGARITHM:
        yield TargetMoments(float(np.exp(start[0])), **shared)


READERS = {
    ensemble.GradientBoostingClassifier: gradient,
    ensemble.GradientBoostingRegressor: gradient,
    ensemble.HistGradientBoostingClassifier: histogram,
    ensemble.HistGradientBoostingRegressor: histogram,
}
TOGETHER: dict[type, tuple[type, ...]] = dict.fromkeys(
    (ensemble.HistGradientBoostingClassifier, ensemble.HistGradientBoostingRegressor),
    (compose.ColumnTransformer, preprocessing.OrdinalEncoder, preprocessing.FunctionTransformer),
)
"""The encoder of its listed columns, whose lists are told with the bins."""
