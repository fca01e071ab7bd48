"""Tables of plain values, as estimators take them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.schema.feature import Feature

Array = np.ndarray


def features_frame(features: Sequence[Feature], X: Float[Array, "n d"]) -> pd.DataFrame:
    """Return codes as a frame of plain values: float64 for numbers, objects for other values, NaN where missing.

    Parameters
    ----------
    features
        What the columns are.
    X
        Codes, shape (n, d).
    """
    columns = {}
    for j, feature in enumerate(features):
        codes = X[:, j]
        if not feature.listed:
            columns[feature.name] = pd.Series(codes)
            continue
        dtype: type = float if of_numbers(feature) else object
        values: Array = np.empty(len(feature.categories) + 1, dtype=dtype)
        values[:] = [*feature.categories, np.nan]
        place = np.where(np.isnan(codes), -1, codes).astype(np.intp)
        columns[feature.name] = pd.Series(values[place], dtype=dtype)
    return pd.DataFrame(columns)


def of_numbers(feature: Feature) -> bool:
    """Whether all that a feature's values can be are numbers."""
    return all(isinstance(category, bool | int | float | np.number) for category in feature.categories)
