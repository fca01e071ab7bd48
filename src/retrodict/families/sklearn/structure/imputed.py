"""Which columns an imputer of scikit-learn puts out, and which of these had no value in training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int
from sklearn import impute
from sklearn.impute._iterative import IterativeImputer  # its public name is there only after an experimental import

Array = np.ndarray

IMPUTERS = (impute.SimpleImputer, impute.KNNImputer, IterativeImputer)


def imputed(step: Any, width: int) -> tuple[Int[Array, " k"], Bool[Array, " d"]]:
    """Return the positions of the columns that stand first in an imputer's output, and which columns were empty.

    Parameters
    ----------
    step
        A fitted imputer, one of `IMPUTERS`.
    width
        How many columns it takes.

    Returns
    -------
    tuple
        Positions in its input, in the order of its output; and for each input column whether no training row had a
        value in it, as far as that is stored. Flags of missing values follow in the output, where it adds them.
    """
    empty = _empty(step)
    dropped = np.zeros(width, dtype=bool) if step.keep_empty_features else empty
    return np.flatnonzero(~dropped), empty


def _empty(step: Any) -> Bool[Array, " d"]:
    if isinstance(step, impute.KNNImputer):
        return ~np.asarray(step._valid_mask, dtype=bool)
    if isinstance(step, IterativeImputer):
        stored = getattr(step, "_is_empty_feature", None)  # older releases have it in the first imputer alone
        return _empty(step.initial_imputer_) if stored is None else np.asarray(stored, dtype=bool)
    return np.array([fill is pd.NA or bool(fill != fill) for fill in _fills(step)], dtype=bool)  # NaN is not itself


def doubtful(step: impute.SimpleImputer) -> Bool[Array, " d"]:
    """Return which columns may have been empty: where such are kept, they are filled with zero."""
    zero = [not isinstance(fill, str) and fill is not pd.NA and fill == 0 for fill in _fills(step)]
    return np.array(zero, dtype=bool) & (step.keep_empty_features and step.strategy != "constant")


def _fills(step: impute.SimpleImputer) -> list[Any]:
    return np.asarray(step.statistics_, dtype=object).tolist()
