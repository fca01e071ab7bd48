"""To and from the float matrix of inference, without loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from retrodict.errors import SchemaError
from retrodict.schema.feature import MAX_EXACT_INTEGER, Feature

Array = np.ndarray


def encode_column(feature: Feature, column: pd.Series[Any]) -> Float[Array, " n"]:
    """Encode one column: numbers as they are, categories as their index, missing as NaN.

    Parameters
    ----------
    feature
        What the column is.
    column
        The values, shape (n,).

    Returns
    -------
    Float[Array, " n"]
        float64 codes.

    Raises
    ------
    SchemaError
        If a value is no number, is infinite, or is not among the categories.
    """
    if feature.listed:
        return _encode_listed(feature, column)
    try:
        values = pd.to_numeric(column.astype(object) if column.dtype == "category" else column)
        out = values.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise SchemaError(
            f"column '{feature.name}' should hold numbers ({feature.kind}) but has dtype {column.dtype}: {error}"
        ) from error
    if np.isinf(out).any():
        raise SchemaError(f"column '{feature.name}' holds infinite values; replace or drop them")
    if pd.api.types.is_integer_dtype(column.dtype) and np.nanmax(np.abs(out), initial=0.0) > MAX_EXACT_INTEGER:
        raise SchemaError(
            f"column '{feature.name}' holds integers beyond 2**53, which a float cannot carry; "
            "declare it categorical or drop it"
        )
    return out


def _encode_listed(feature: Feature, column: pd.Series[Any]) -> Float[Array, " n"]:
    index = pd.Index(pd.Series(list(feature.categories), dtype=object))
    values = column.astype(object)
    codes = index.get_indexer(pd.Index(values)).astype(np.float64)
    unknown = codes < 0
    codes[unknown] = np.nan
    unknown &= column.notna().to_numpy()
    if unknown.any():
        seen = sorted({repr(value) for value in values[unknown]})[:3]
        raise SchemaError(
            f"column '{feature.name}' holds {', '.join(seen)}, not among its categories {_short(feature.categories)}"
        )
    return codes


def decode_column(feature: Feature, codes: Float[Array, " n"]) -> pd.Series[Any]:
    """Decode one column of the matrix to the values and dtype the feature has in tables.

    Parameters
    ----------
    feature
        What the column is.
    codes
        float64, shape (n,): numbers, or category indices; NaN is missing.

    Returns
    -------
    pandas.Series
        The column, of ``feature.dtype`` or of the natural dtype of its kind.
    """
    gone = np.isnan(codes)
    any_missing = bool(gone.any())
    if feature.listed:
        return _decode_listed(feature, codes, gone, any_missing)
    dtype = feature.dtype or ("float64" if feature.kind == "continuous" else "Int64" if feature.missing else "int64")
    if feature.kind == "continuous" and not dtype.lower().startswith(("float", "double")):
        dtype = "float64"  # a number between integers does not fit the dtype of a column of integers
    return pd.Series(codes, name=feature.name).astype(_nullable(dtype) if any_missing else dtype)


def _decode_listed(feature: Feature, codes: Array, gone: Array, any_missing: bool) -> pd.Series[Any]:
    index: Int[Array, " n"] = np.where(gone, -1, codes).astype(np.int64)
    dtype = feature.dtype or _natural(feature)
    if dtype == "category":
        categories = pd.Index(list(feature.categories))
        ordered = feature.kind == "ordinal"
        return pd.Series(pd.Categorical.from_codes(index, categories, ordered=ordered), name=feature.name)
    values = np.array([*feature.categories, None], dtype=object)  # the last one is what -1 takes
    if dtype in {"str", "string", "object"}:
        return pd.Series(values[index], name=feature.name, dtype=dtype)
    if any_missing:
        return pd.Series(pd.array(values[index], dtype=_nullable(dtype)), name=feature.name)
    return pd.Series(np.array(list(feature.categories))[index], name=feature.name).astype(dtype)


def _natural(feature: Feature) -> str:
    """Return the dtype of a listed feature that states none: numbers stay numbers, all else becomes categories."""
    kinds = {type(category) for category in feature.categories}
    if kinds == {bool}:
        return "boolean" if feature.missing else "bool"
    if kinds == {int}:
        return "Int64" if feature.missing else "int64"
    return "float64" if kinds <= {int, float} else "category"


def _nullable(dtype: str) -> str:
    """Return the dtype that also holds missing values: numpy's integers and booleans do not."""
    if dtype == "bool":
        return "boolean"
    return dtype.replace("i", "I").replace("u", "U") if dtype in _NUMPY_INTEGERS else dtype


_NUMPY_INTEGERS = {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}


def _short(categories: tuple[Any, ...], limit: int = 8) -> str:
    names = [repr(category) for category in categories[:limit]]
    return "[" + ", ".join(names) + (", ...]" if len(categories) > limit else "]")
