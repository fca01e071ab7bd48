"""Two tables on one scale: where a step of 1 is a wholly wrong cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.errors import RequestError, SchemaError
from retrodict.plain_text import listing
from retrodict.schema import Schema, label_text

Array = np.ndarray

FAR = 2.0
"""Beyond every cell of the column: a missing value is wholly wrong beside any other."""


def scaled_cells(
    rebuilt: pd.DataFrame,
    train: pd.DataFrame,
    names: list[str],
    schema: Schema | None,
    tolerance: float,
    *,
    labels: bool = False,
) -> tuple[Float[Array, "n d"], Float[Array, "m d"]]:
    """Return both tables such that two cells differ by ``min(|a - b|, 1)``.

    Numbers are divided by the range of the training column; a listed value is its place in a list, so that any other is
    at least 1 away; a missing value lies beyond all others. A column is one of numbers where both tables hold numbers
    in it (truth values are 0 and 1); all else is listed, and compared as text (`label_text`).

    Parameters
    ----------
    rebuilt, train
        Hold the columns `names`; others are left out.
    names
        The columns to compare, in order.
    schema
        Says which columns are listed; without it, those of a category dtype and those that do not hold numbers are.
    tolerance
        Where the training column holds one value only, a number this near to it (relative to it) is equal.
    labels
        Whether the columns are targets: where one table holds numbers and the other text, they are compared as text. A
        feature of numbers must be numbers in both, if only as their text.

    Raises
    ------
    RequestError
        If a table has no rows.
    SchemaError
        If a column is absent, or holds numbers in one table and something else in the other.
    """
    columns = []
    for title, frame in (("rebuilt", rebuilt), ("training", train)):
        if not len(frame):
            raise RequestError(f"the {title} table has no rows; nothing can be matched")
        held = {str(name): name for name in frame.columns}
        absent = [name for name in names if name not in held]
        if absent:
            raise SchemaError(f"the {title} table lacks columns that the other has: {listing(absent)}")
        columns.append([frame[held[name]] for name in names])
    left, right = np.empty((len(rebuilt), len(names))), np.empty((len(train), len(names)))
    listed = set() if schema is None else {feature.name for feature in schema.features if feature.listed}
    for j, name in enumerate(names):
        one, other = columns[0][j], columns[1][j]
        left[:, j], right[:, j] = _pair(name, one, other, tolerance, name in listed, labels)
    return left, right


def is_number(column: pd.Series[Any]) -> bool:
    """Whether a column holds numbers rather than listed values."""
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def _pair(
    name: str, one: pd.Series[Any], other: pd.Series[Any], tolerance: float, listed: bool, label: bool
) -> tuple[Array, Array]:
    a, b = _as_numbers(one), _as_numbers(other)
    listed = listed or any(isinstance(column.dtype, pd.CategoricalDtype) for column in (one, other))
    if a is None and b is None:
        return _by_text(one, other)
    if a is not None and b is not None:
        return _codes(a, b) if listed else _numbers(name, a, b, tolerance)
    if listed or label or one.isna().all() or other.isna().all():
        return _by_text(one, other, mixed=True)
    a, b = (_parsed(column) if numbers is None else numbers for column, numbers in ((one, a), (other, b)))
    if a is None or b is None:
        held = ("numbers", "text") if a is None else ("text", "numbers")
        raise SchemaError(
            f"column '{name}' holds {held[0]} in the training table and {held[1]} in the rebuilt one; write them alike"
        )
    return _numbers(name, a, b, tolerance)


def _as_numbers(column: pd.Series[Any]) -> Float[Array, " n"] | None:
    """Return a column of numbers or truth values, or one without any value, as numbers; ``None`` if it is another."""
    if not pd.api.types.is_numeric_dtype(column.dtype):  # a bool dtype is numeric to pandas
        if isinstance(column.dtype, pd.CategoricalDtype) or pd.api.types.is_object_dtype(column.dtype):
            column = column.astype(object).infer_objects()
        present = column.dropna()
        if not all(isinstance(value, bool | int | float | np.number | np.bool_) for value in present):
            return None
        column = column.astype(object).where(column.notna(), np.nan)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _parsed(column: pd.Series[Any]) -> Float[Array, " n"] | None:
    """Return numbers that are written as text, as a file read as text holds them; ``None`` if any is none."""
    try:
        return pd.to_numeric(column.astype(object)).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        return None


def _by_text(one: pd.Series[Any], other: pd.Series[Any], mixed: bool = False) -> tuple[Array, Array]:
    texts = (np.array([label_text(v, beside_numbers=mixed) for v in column], dtype=object) for column in (one, other))
    return _codes(*texts)


def _codes(one: Array, other: Array) -> tuple[Array, Array]:
    codes = pd.factorize(np.concatenate([one, other]))[0].astype(np.float64)  # missing is -1
    codes[codes < 0] = -FAR
    return codes[: len(one)], codes[len(one) :]


def _numbers(name: str, a: Array, b: Array, tolerance: float) -> tuple[Array, Array]:
    if np.isinf(a).any() or np.isinf(b).any():
        raise SchemaError(f"column '{name}' holds infinite values; replace or drop them")
    present = b[~np.isnan(b)]
    low = present.min() if len(present) else 0.0
    spread = present.max() - low if len(present) else 0.0
    if spread > 0:
        a, b = (a - low) / spread, (b - low) / spread
    else:  # one value only: right or wrong
        a, b = (np.where(np.isnan(x), x, np.abs(x - low) > tolerance * abs(low)) for x in (a, b))
    far = min(np.nanmin(a, initial=0.0), np.nanmin(b, initial=0.0)) - FAR
    return np.where(np.isnan(a), far, a), np.where(np.isnan(b), far, b)


def cell_errors(a: Float[Array, "... d"], b: Float[Array, "... d"]) -> Float[Array, "... d"]:
    """Return how wrong each cell is, 0 to 1."""
    return np.minimum(np.abs(a - b), 1.0)


def row_errors(a: Float[Array, "n d"], b: Float[Array, "m d"]) -> Float[Array, "n m"]:
    """Return the mean error of every row of one table beside every row of the other."""
    total = np.zeros((len(a), len(b)))
    step = max(1, 2**20 // max(len(b), 1))  # some megabytes at a time
    for start in range(0, len(a), step):
        part = total[start : start + step]
        for left, right in zip(a[start : start + step].T, b.T, strict=True):
            part += cell_errors(left[:, None], right[None, :])
    return total / max(a.shape[1], 1)
