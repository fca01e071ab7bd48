"""Check the arrays of support vector machines, before libsvm follows them by the counts that stand beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

_CLASSIFIERS = frozenset({"c_svc", "nu_svc"})


def svm_fault(model: Any) -> str | None:
    """Say what is wrong with the arrays of a fitted support vector machine; ``None`` where all of them fit.

    Parameters
    ----------
    model
        Any estimator of `sklearn.svm` that is built on libsvm.
    """
    held = vars(model)
    if "support_vectors_" not in held and "_n_support" not in held:
        return None  # not fitted, which is told later
    names = ("support_", "_n_support", "_dual_coef_", "_intercept_", "_probA", "_probB")
    arrays = [held.get(name) for name in names]
    if any(not isinstance(array, np.ndarray | sparse.csr_matrix) for array in arrays):
        return "arrays of it are missing"
    support, counts, weights, offsets, prob_a, prob_b = (np.asarray(_dense(array)) for array in arrays)
    if support.dtype != np.int32 or support.ndim != 1 or counts.dtype != np.int32 or counts.ndim != 1:
        return "its support is no list of row numbers"
    vectors, shape = held.get("support_vectors_"), held.get("shape_fit_")
    if not isinstance(vectors, np.ndarray | sparse.csr_matrix) or len(vectors.shape) != 2:
        return "its support vectors are no table"
    if shape is None and held.get("kernel") != "precomputed" and not callable(held.get("kernel")):
        shape = vectors.shape  # a sanitised one does not say how many rows there were, and prediction does not ask
    if not isinstance(shape, tuple | list) or len(shape) != 2:
        return "the shape that it was fitted on is none"
    classes = getattr(type(model), "_impl", None) in _CLASSIFIERS
    total = int(counts.sum(dtype=np.int64)) if classes else int(counts[0]) if len(counts) == 2 else -1
    if (counts < 0).any() or total != len(support):
        return "its counts of support vectors do not match them"
    indirect = held.get("kernel") == "precomputed" or callable(held.get("kernel"))
    if indirect:
        if vectors.shape[0] not in (0, total) or (support < 0).any() or (support >= shape[0]).any():
            return "it refers to rows that it was not fitted on"
    elif vectors.shape != (total, shape[1]) or vectors.dtype != np.float64:
        return "its support vectors do not match their counts, or its columns"
    groups = len(counts) if classes else 2
    pairs = groups * (groups - 1) // 2
    if weights.shape != (groups - 1, total) or offsets.shape != (pairs,):
        return "its coefficients do not match its support vectors"
    if weights.dtype != np.float64 or offsets.dtype != np.float64:
        return "its coefficients are no numbers"
    if prob_a.shape != prob_b.shape or prob_a.shape not in ((0,), (1,), (pairs,)):
        return "its probabilities' parameters do not match its classes"
    if classes and prob_a.shape == (1,) and pairs != 1:
        return "its probabilities' parameters do not match its classes"
    if classes and np.shape(held.get("classes_")) != (groups,):
        return "its classes do not match its support vectors"
    return None


def _dense(array: Any) -> Any:
    return array.toarray() if sparse.issparse(array) and np.prod(array.shape, dtype=float) < 1e8 else array
