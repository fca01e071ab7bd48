"""Gradient boosting: node counts, gains, bin edges, scores on the training rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import ensemble
from sklearn.ensemble._hist_gradient_boosting.binning import _BinMapper
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

from retrodict.families.sklearn.strip.trees import LEAVES
from retrodict.sanitizing.plan import Trim

_SCORES = "scores on the training rows, stage by stage"
_LEAF_SUMS = (
    "predictions are sums of leaf values, and each is a sum over the training rows of its leaf: enough of them "
    "determine the training table, and only another model is rid of them"
)
_START = "predictions start from it: it is the classes' shares, or the target's mean"


def gradient(estimator: Any, trim: Trim) -> None:
    """Take out scores and generators; its trees are trimmed one by one."""
    trim.drop(estimator, ("train_score_", "oob_improvement_", "oob_scores_", "oob_score_"), _SCORES)
    trim.drop(estimator, "_rng", "state of the generator that drew rows")
    trim.keep("init_", _START)
    trim.keep("estimators_[*].tree_.value", _LEAF_SUMS)


def histogram(estimator: Any, trim: Trim) -> None:
    """Take out scores and seeds; predictors and bins are trimmed one by one."""
    trim.drop(estimator, ("train_score_", "validation_score_"), _SCORES)
    trim.drop(estimator, ("_random_seed", "_feature_subsample_rng"), "seeds of binning and of drawn columns")
    trim.keep("_baseline_prediction", _START)
    trim.keep("_predictors[*].nodes['value']", _LEAF_SUMS)


def predictor(nodes_of: TreePredictor, trim: Trim) -> None:
    """Take out what a tree's nodes count and gained, and the bins of their split points."""
    nodes = nodes_of.nodes.copy()
    for name in ("count", "gain", "bin_threshold"):
        nodes[name] = 0
    nodes["value"][nodes["is_leaf"] == 0] = 0.0
    trim.put(
        nodes_of,
        "nodes",
        nodes,
        "rows and gain of every node, the bins of split points, and what inner nodes would have predicted",
        "nodes['count']",
    )
    trim.keep("nodes['num_threshold']", LEAVES)


def bins(mapper: _BinMapper, trim: Trim) -> None:
    """Take out the bin edges of numbers: up to 255 quantiles each; rows to predict are not binned."""
    edges = [
        stored if listed else np.empty(0)
        for stored, listed in zip(mapper.bin_thresholds_, mapper.is_categorical_, strict=True)
    ]
    trim.put(mapper, "bin_thresholds_", edges, "bin edges of every number: its quantiles, or all of its values")
    trim.drop(mapper, "n_bins_non_missing_", "distinct values of every column, up to the number of bins")
    if np.any(mapper.is_categorical_):
        trim.keep("bin_thresholds_", "lists of known categories: others are sent with missing values")


TRIMS = {
    ensemble.GradientBoostingClassifier: gradient,
    ensemble.GradientBoostingRegressor: gradient,
    ensemble.HistGradientBoostingClassifier: histogram,
    ensemble.HistGradientBoostingRegressor: histogram,
    TreePredictor: predictor,
    _BinMapper: bins,
}
