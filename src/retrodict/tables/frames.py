"""Tables as estimators take them, and the preprocessing that all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.schema import Feature

Array = np.ndarray

_MOST_CATEGORIES = 100  # of one column; rarer ones share a column


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
        dtype: type = float if _numeric(feature) else object
        values: Array = np.empty(len(feature.categories) + 1, dtype=dtype)
        values[:] = [*feature.categories, np.nan]
        place = np.where(np.isnan(codes), -1, codes).astype(np.intp)
        columns[feature.name] = pd.Series(values[place], dtype=dtype)
    return pd.DataFrame(columns)


def preprocessor(features: Sequence[Feature]) -> Any:
    """Return an unfitted transformer of `features_frame`'s tables to a matrix without gaps.

    Numbers: the median for a missing value, with an indicator where any was missing; then scaled. Lists: one indicator
    a category, missing being one; a category that was not seen is none of them.

    Parameters
    ----------
    features
        What the columns are.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    lists = [f.name for f in features if f.listed and not (_numeric(f) and len(f.categories) <= 2)]
    numbers = [f.name for f in features if f.name not in lists]
    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    encoder = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=_MOST_CATEGORIES, sparse_output=False, dtype=np.float64
    )
    parts = [("numbers", make_pipeline(filled, StandardScaler()), numbers), ("lists", encoder, lists)]
    return ColumnTransformer([part for part in parts if part[2]])


def _numeric(feature: Feature) -> bool:
    return all(isinstance(category, bool | int | float | np.number) for category in feature.categories)
