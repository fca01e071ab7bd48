"""Check what every estimator says of itself (classes, columns, counts) against the arrays that it holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.cluster import BisectingKMeans, KMeans, MiniBatchKMeans

from retrodict.errors import ModelError
from retrodict.families.sklearn.open.tree_state import MOST_ROWS
from retrodict.models.guard import threads_fault
from retrodict.models.whole_number import whole

MOST_CLASSES = 100_000
"""Classes of one classifier; outputs are arrays of one number a class and row."""

_BY_COLUMN = frozenset(
    (
        "X_fit_",
        "X_train_",
        "_fit_X",
        "center_",
        "cluster_centers_",
        "coef_",
        "components_",
        "data_max_",
        "data_min_",
        "feature_log_prob_",
        "lambdas_",
        "max_abs_",
        "mean_",
        "means_",
        "min_",
        "scale_",
        "statistics_",
        "theta_",
        "var_",
    )
)
"""Arrays whose last axis is the columns that the estimator takes."""

_COUNTS = frozenset(
    (
        "n_samples_fit_",
        "n_samples_seen_",
        "_n_samples",
        "_n_samples_bootstrap",
        "_max_samples",
        "n_iter_",
        "n_layers_",
        "n_trees_per_iteration_",
        "n_neighbors",
    )
)
"""Counts that something is set aside, or gone through, by."""

_UNCHECKED_WIDTH = (KMeans, MiniBatchKMeans, BisectingKMeans)
"""Models whose compiled code takes the width of its rows from elsewhere than from what it holds."""


def check_estimator(model: BaseEstimator) -> None:
    """Check one estimator, without those that it holds.

    Parameters
    ----------
    model
        Fitted or not.

    Raises
    ------
    ModelError
        If its classes are none, or its numbers of columns, rows or threads can't be, or are not those of its arrays.
    """
    held, name = vars(model), type(model).__name__
    fault = _classes_fault(held) or _width_fault(model, held) or _counts_fault(held) or threads_fault(held)
    if fault is not None:
        raise ModelError(f"a {name} whose parts do not fit together ({fault}); save the model again")


def _classes_fault(held: dict[str, Any]) -> str | None:
    stored = held.get("classes_")
    for classes in stored if isinstance(stored, list) else [stored]:
        if classes is None or isinstance(classes, str | dict):
            continue
        if not isinstance(classes, np.ndarray):
            continue  # an imputer's or encoder's own kind of classes
        if classes.ndim != 1:
            return "its classes are no list"
        if not 0 < len(classes) <= MOST_CLASSES:
            return f"it has {len(classes):,} classes"
        if classes.dtype.kind not in "biufUSO" or (classes.dtype.kind == "f" and not np.isfinite(classes).all()):
            return "its classes are no labels"
        values = classes.tolist()
        if any(not isinstance(value, str | bytes | bool | int | float) for value in values):
            return "its classes are no labels"
        if len(set(values)) < len(values):
            return "two of its classes are one"
    return None


def _width_fault(model: Any, held: dict[str, Any]) -> str | None:
    names = held.get("feature_names_in_")
    if names is not None and (
        not isinstance(names, np.ndarray)
        or names.ndim != 1
        or not all(isinstance(name, str) for name in names.tolist())
    ):
        return "its column names are no list of names"
    if names is not None and len(set(names.tolist())) < len(names):
        return "two of its columns have one name"
    if "n_features_in_" not in held:
        # compiled code would read as many columns of a row as its arrays have
        return (
            "it does not say how many columns it takes"
            if isinstance(model, _UNCHECKED_WIDTH) and _fitted(held)
            else None
        )
    width = held["n_features_in_"]
    if not whole(width, 1):
        return "the number of columns that it takes is none"
    if names is not None and len(names) != width:
        return f"it takes {width:,} columns and names {len(names):,}"
    for name in _BY_COLUMN & held.keys():
        array = held[name]
        if isinstance(array, np.ndarray) or sparse.issparse(array):
            if len(array.shape) and array.shape[-1] != width:
                return f"it takes {width:,} columns and its {name} has {array.shape[-1]:,}"
        elif isinstance(model, _UNCHECKED_WIDTH):
            return f"its {name} is no array"
    return None


def _fitted(held: dict[str, Any]) -> bool:
    return "cluster_centers_" in held


def _counts_fault(held: dict[str, Any]) -> str | None:
    classes, groups = held.get("classes_"), held.get("n_classes_")
    if isinstance(classes, np.ndarray) and whole(groups, -MOST_ROWS, MOST_ROWS) and groups != len(classes):
        return f"it has {len(classes):,} classes and says {groups:,}"
    if not whole(held.get("n_outputs_", 1), 0, MOST_CLASSES):
        return "its n_outputs_ is out of range"
    for name in _COUNTS & held.keys():
        value = held[name]
        numbers = np.ravel(np.asarray(value, dtype=object))[:MOST_CLASSES]
        if any(isinstance(n, int | float | np.number) and not 0 <= n <= MOST_ROWS for n in numbers):
            return f"its {name} is out of range"
    return None
