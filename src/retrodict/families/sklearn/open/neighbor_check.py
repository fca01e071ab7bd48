"""Check what neighbour models hold beside their trees, before compiled code counts classes by it."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import is_classifier
from sklearn.neighbors import BallTree, KDTree

NEIGHBOR_TREES = (BallTree, KDTree)


def neighbor_model_fault(model: Any) -> str | None:
    """Say what is wrong with a model of `sklearn.neighbors`; ``None`` where its parts fit together.

    Parameters
    ----------
    model
        Any estimator with stored rows (``_fit_X``).
    """
    held = vars(model)
    rows = held.get("_fit_X")
    if rows is None:
        return None  # not fitted, which is told later
    if not (isinstance(rows, np.ndarray) or sparse.issparse(rows)) or len(rows.shape) != 2:
        return "its stored rows are no table"
    if held.get("n_samples_fit_", rows.shape[0]) != rows.shape[0]:
        return "it stores another number of rows than it says"
    tree, method = held.get("_tree"), held.get("_fit_method")
    if method in {"kd_tree", "ball_tree"} and not isinstance(tree, NEIGHBOR_TREES):
        return "its tree is missing"
    if isinstance(tree, NEIGHBOR_TREES) and tree.get_arrays()[0].shape != rows.shape:
        return "its tree holds other rows than it does"
    return _labels_fault(model, held, rows.shape[0])


def _labels_fault(model: Any, held: dict[str, Any], rows: int) -> str | None:
    if "_y" not in held:
        return None
    labels = held["_y"]
    if not isinstance(labels, np.ndarray) or labels.ndim not in (1, 2) or len(labels) != rows:
        return "its targets do not match its rows"
    if not is_classifier(model):
        return None if labels.dtype.kind in "biuf" else "its targets are no numbers"
    classes = held.get("classes_")
    groups = classes if isinstance(classes, list) else [classes]
    columns = labels.T if labels.ndim == 2 else [labels]
    if len(groups) != len(columns) or labels.dtype.kind not in "iu":
        return "its labels do not match its classes"
    for own, of in zip(columns, groups, strict=True):
        if not isinstance(of, np.ndarray) or of.ndim != 1 or (own < 0).any() or (own >= len(of)).any():
            return "its labels do not match its classes"
    return None
