"""What a column is, read off the column itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import SchemaError
from retrodict.schema.feature import Feature, Kind, Target


def feature_of_column(column: pd.Series[Any]) -> Feature:
    """Infer the feature a column holds: kind, bounds, categories, missing rate and dtype.

    Parameters
    ----------
    column
        A named column, shape (n,).

    Returns
    -------
    Feature
        Booleans, text and category columns become listed; whole numbers become integers (0/1: binary).

    Raises
    ------
    SchemaError
        If the column is empty, all missing, infinite, or of a kind that has no place in a schema (dates).
    """
    name, dtype = str(column.name), str(column.dtype)
    present = column.dropna()
    if present.empty:
        raise SchemaError(f"column '{name}' holds no values; drop it")
    missing = 1.0 - len(present) / len(column)
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = tuple(column.cat.categories)
        if column.cat.ordered:
            return Feature(name, "ordinal", categories=categories, missing=missing, dtype=dtype)
        return _listed(name, categories, missing, dtype)
    if pd.api.types.is_bool_dtype(column.dtype):
        return Feature(name, "binary", categories=(False, True), missing=missing, dtype=dtype)
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype):
        return _number(name, present, missing, dtype)
    if pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype):
        return _listed(name, _sorted(present.unique()), missing, dtype)
    raise SchemaError(f"column '{name}' has dtype {dtype}, which no kind fits; turn it into numbers or categories")


def _number(name: str, present: pd.Series[Any], missing: float, dtype: str) -> Feature:
    values = present.to_numpy(dtype=np.float64)
    if np.isinf(values).any():
        raise SchemaError(f"column '{name}' holds infinite values; replace or drop them")
    whole = bool((values == np.round(values)).all())
    if whole and set(np.unique(values)) == {0.0, 1.0} and not dtype.lower().startswith("float"):
        return Feature(name, "binary", categories=(0, 1), missing=missing, dtype=dtype)
    kind: Kind = "integer" if whole else "continuous"
    return Feature(name, kind, float(values.min()), float(values.max()), missing=missing, dtype=dtype)


def _listed(name: str, categories: tuple[Any, ...], missing: float, dtype: str) -> Feature:
    kind: Kind = "binary" if len(categories) == 2 else "categorical"
    return Feature(name, kind, categories=categories, missing=missing, dtype=dtype)


def _sorted(values: Any) -> tuple[Any, ...]:
    try:
        return tuple(sorted(values))
    except TypeError:  # mixed types have no order of their own
        return tuple(sorted(values, key=lambda value: (type(value).__name__, str(value))))


def target_of_column(column: pd.Series[Any]) -> Target:
    """Infer the target a column holds: classes where it is listed or has few whole values, else a number.

    Parameters
    ----------
    column
        A named column, shape (n,).

    Returns
    -------
    Target
        With classes in sorted order, or real-valued.
    """
    feature = feature_of_column(column)
    name = str(column.name)
    if feature.listed:
        return Target(name, feature.categories)
    values = column.dropna().unique()
    if feature.kind == "integer" and len(values) <= 20 and not str(column.dtype).lower().startswith("float"):
        return Target(name, tuple(int(value) for value in sorted(values)))
    return Target(name)
