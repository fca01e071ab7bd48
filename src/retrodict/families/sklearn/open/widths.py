"""How many columns a model takes, read off its arrays where it does not say so itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from retrodict.errors import ModelError
from retrodict.families.sklearn.structure.guests import family_of_guest, model_of_guest
from retrodict.models.contract import own_schema
from retrodict.models.whole_number import whole

_COUNTS = ("n_features_in_", "n_features_", "_n_features")
"""What releases called it; before 0.24 no estimator had the first."""

_ARRAYS = ("coef_", "theta_", "_fit_X", "support_vectors_", "X_train_", "X_fit_", "feature_log_prob_", "means_")
_SCALES = (
    "statistics_",
    "mean_",
    "scale_",
    "min_",
    "max_abs_",
    "components_",
    "lambdas_",
    "center_",
    "cluster_centers_",
)
_LISTS = ("categories_", "bin_edges_")
_WHOLE = ("estimators_", "best_estimator_", "estimator_", "regressor_", "calibrated_classifiers_", "estimator", "steps")
"""Where a wrapper holds models that take what it takes."""

_DEEPEST = 20


def width_of(model: Any, depth: int = 0) -> int | None:
    """Return how many columns a fitted estimator takes; ``None`` where neither a count nor an array shows it.

    Parameters
    ----------
    model
        A fitted estimator; of a pipeline the first step that tells is asked, of a wrapper what it wraps.
    depth
        How far inside a wrapper it was found.
    """
    if depth > _DEEPEST or not hasattr(model, "__dict__"):
        return None
    held = vars(model)
    counts: list[Any] = [held.get(name) for name in _COUNTS]
    if family_of_guest(type(model)) is not None:  # it may keep its columns in compiled code
        counts.append(_of_guest(model))
    for count in [*counts, getattr(held.get("tree_"), "n_features", None)]:
        if whole(count, 1):
            return int(count)
    for name in (*_ARRAYS, *_SCALES):
        shape = getattr(held.get(name), "shape", ())
        if shape and shape[-1] >= 1:
            return int(shape[-1])
    layers = held.get("coefs_")
    if isinstance(layers, list) and layers and np.ndim(layers[0]) == 2:
        return int(np.shape(layers[0])[0])
    for name in _LISTS:
        if isinstance(held.get(name), list | np.ndarray) and len(held[name]):
            return len(held[name])
    return _inside(held, depth)


def _of_guest(model: Any) -> int | None:
    count = getattr(model, _COUNTS[0], None)
    if whole(count, 1):
        return count
    try:
        made = model_of_guest(model)
    except ModelError:  # a template that was not fitted, or what its family refuses, which is told elsewhere
        return None
    return None if made is None else len(own_schema(made))


def _inside(held: dict[str, Any], depth: int) -> int | None:
    if held.get("estimators_features_") is not None:
        return None  # each member takes some of the columns
    for name in _WHOLE:
        value = held.get(name)
        several = value.ravel().tolist() if isinstance(value, np.ndarray) else value
        several = several if isinstance(several, list | tuple) else [several]
        for one in several:
            inner = one[1] if isinstance(one, tuple) and len(one) == 2 else one
            known = isinstance(inner, BaseEstimator) or family_of_guest(type(inner)) is not None
            if known or type(inner).__module__.startswith("sklearn.calibration"):
                width = width_of(inner, depth + 1)
                if width is not None or (name == "steps" and not _keeps_width(inner)):
                    return width
    return None


def _keeps_width(step: Any) -> bool:
    """Whether a step that does not tell its width puts out as many columns as it takes."""
    elementwise = type(step).__name__ in {"FunctionTransformer", "Normalizer", "Binarizer"}
    return elementwise and getattr(step, "func", None) is None
