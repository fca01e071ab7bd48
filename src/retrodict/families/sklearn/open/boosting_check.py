"""Check what histogram boosting predicts with, before compiled code follows it."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

from retrodict.families.sklearn.open.tree_state import counts_fault, links_fault

_FIELDS = frozenset(
    (
        "value",
        "count",
        "feature_idx",
        "num_threshold",
        "missing_go_to_left",
        "left",
        "right",
        "is_leaf",
        "is_categorical",
        "bitset_idx",
    )
)
_WORDS = 8  # of 32 bits: a set of up to 256 categories
_MOST_CATEGORY = 32 * _WORDS - 1


def predictor_fault(predictor: TreePredictor, width: int) -> str | None:
    """Say what is wrong with one tree of histogram boosting; ``None`` where every index leads inside.

    Parameters
    ----------
    predictor
        As it was read.
    width
        Columns that the model takes.
    """
    held = vars(predictor)
    nodes = held.get("nodes")
    if not isinstance(nodes, np.ndarray) or nodes.ndim != 1 or not set(nodes.dtype.names or ()) >= _FIELDS:
        return "its nodes are no array of nodes"
    inner = nodes["is_leaf"] == 0
    fault = links_fault(nodes["left"], nodes["right"], inner, nodes["feature_idx"], width)
    if fault is not None:
        return fault
    listed = inner & (nodes["is_categorical"] != 0)
    sets = held.get("raw_left_cat_bitsets")
    if not isinstance(sets, np.ndarray) or sets.ndim != 2 or sets.shape[1] != _WORDS or sets.dtype != np.uint32:
        return "its sets of categories are none"
    if listed.any() and nodes["bitset_idx"][listed].max() >= len(sets):
        return "a node's categories are missing"
    if not np.isfinite(nodes["value"]).all():
        return "a node's value is no number"
    if np.isnan(nodes["num_threshold"][inner & ~listed]).any():
        return "a node's split point is no number"
    return counts_fault(nodes["count"], nodes["left"], nodes["right"], inner)


def boosting_fault(model: Any) -> str | None:
    """Say what is wrong with what a model of histogram boosting holds beside its trees.

    Parameters
    ----------
    model
        A fitted `HistGradientBoostingClassifier` or `HistGradientBoostingRegressor`.
    """
    held = vars(model)
    if "_predictors" not in held:
        return None  # not fitted, which is told later
    width, steps, per_step = held.get("n_features_in_"), held["_predictors"], held.get("n_trees_per_iteration_")
    if held.get("_in_fit", False):
        return "it says that it is being fitted"
    if not isinstance(steps, list) or any(not isinstance(step, list) or len(step) != per_step for step in steps):
        return "its trees do not match its classes"
    if any(not isinstance(tree, TreePredictor) for step in steps for tree in step):
        return "its trees are none"
    if np.shape(held.get("_baseline_prediction")) != (1, per_step):
        return "its baseline does not match its classes"
    mapper = held.get("_bin_mapper")
    flags, known = getattr(mapper, "is_categorical_", None), getattr(mapper, "bin_thresholds_", None)
    if not isinstance(flags, np.ndarray) or flags.shape != (width,) or not isinstance(known, list):
        return "its bins do not match its columns"
    if len(known) != width or any(not isinstance(edges, np.ndarray) or edges.ndim != 1 for edges in known):
        return "its bins do not match its columns"
    for index in np.flatnonzero(flags):
        codes = known[index]
        if codes.dtype.kind not in "iuf" or not ((codes >= 0) & (codes <= _MOST_CATEGORY)).all():
            return "a category's code is too large"
    return _preprocessor_fault(held.get("_preprocessor"), width)


def _preprocessor_fault(step: Any, width: Any) -> str | None:
    """Trees read the columns that this step puts out, unchecked: it must put out as many as it takes."""
    if step is None:
        return None
    parts = getattr(step, "transformers_", None)
    if not isinstance(step, ColumnTransformer) or not isinstance(parts, list):
        return "its preparation of columns is none"
    taken = np.zeros(width, dtype=np.int64)
    for part in parts:
        kind, columns = (part[1], part[2]) if isinstance(part, tuple | list) and len(part) == 3 else (None, None)
        chosen = np.asarray(columns)
        if chosen.dtype == bool and chosen.shape == (width,):
            chosen = np.flatnonzero(chosen)
        if not chosen.size:
            continue
        if chosen.dtype.kind not in "iu" or chosen.ndim != 1 or (chosen < 0).any() or (chosen >= width).any():
            return "its preparation of columns takes others than there are"
        if not isinstance(kind, OrdinalEncoder | FunctionTransformer):
            return "its preparation of columns is none"
        if getattr(kind, "n_features_in_", chosen.size) != chosen.size:
            return "its preparation of columns takes others than it is given"
        taken += np.bincount(chosen, minlength=width)
    return None if (taken == 1).all() else "its preparation leaves columns out"
