"""The columns of a real table as few bins each, and the states that bins make together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Int
from sklearn.metrics import mutual_info_score

from retrodict.errors import RequestError, SchemaError
from retrodict.schema.infer import feature_of_column

Array = np.ndarray

MISSING = "missing"


@dataclass(frozen=True, eq=False)
class BinnedColumn:
    """One column in bins.

    Parameters
    ----------
    name
        The column's.
    labels
        One name a bin: a range, a category, `other` for rare categories together, or `missing`.
    codes
        The bin of each row, shape (rows,).
    """

    name: str
    labels: tuple[str, ...]
    codes: Int[Array, " rows"]


def binned(column: pd.Series, bins: int) -> BinnedColumn:
    """Put a column into at most `bins` bins, and missing values into one more.

    Numbers with more values than bins are cut at quantiles; of listed values the commonest keep a bin each, and the
    rest share one.

    Raises
    ------
    SchemaError
        If the column holds no values, or of a kind that can't be binned.
    """
    feature = feature_of_column(column)
    present = column.dropna()
    number = not feature.listed
    if number and present.nunique() > bins:
        cut = pd.qcut(present.astype("float64"), bins, duplicates="drop")
        if len(cut.cat.categories) < 2:  # most rows hold one value: it is a bin, and the rest another
            common = present.mode().iloc[0]
            cut = present.map(lambda value: f"{common:g}" if value == common else "other").astype("category")
        values = cut
    else:
        counts = present.astype(object).value_counts(sort=False).sort_index(key=lambda index: index.map(str))
        counts = counts.sort_values(ascending=False, kind="stable")
        kept = set(counts.index[: bins if len(counts) <= bins else bins - 1])
        values = present.astype(object).map(lambda value: str(value) if value in kept else "other").astype("category")
    labels = tuple(str(label) for label in values.cat.categories)
    codes = np.full(len(column), len(labels), dtype=np.int64)
    codes[column.notna().to_numpy()] = values.cat.codes.to_numpy()
    return BinnedColumn(str(column.name), (*labels, MISSING) if len(present) < len(column) else labels, codes)


def telling_columns(columns: list[BinnedColumn], y: Int[Array, " rows"], max_states: int) -> list[BinnedColumn]:
    """Choose columns, most information about the label first, as long as their bins make no more than `max_states`.

    Raises
    ------
    RequestError
        If not even one column fits.
    """
    order = sorted(columns, key=lambda column: -mutual_info_score(column.codes, y))
    chosen: list[BinnedColumn] = []
    states = 1
    for column in order:
        if len(column.labels) > 1 and states * len(column.labels) <= max_states:
            chosen.append(column)
            states *= len(column.labels)
    if not chosen:
        raise RequestError(f"no column has from 2 to {max_states} bins; give more states, or fewer bins")
    return chosen


def labels_of(target: pd.Series) -> tuple[tuple[str, ...], Int[Array, " rows"]]:
    """Return the classes of a target and each row's class.

    Raises
    ------
    SchemaError
        If it has missing values, only one value, or more than fifty.
    """
    if target.isna().any():
        raise SchemaError(f"target '{target.name}' has missing values; drop those rows")
    codes, values = pd.factorize(target.astype(object), sort=False)
    if not 2 <= len(values) <= 50:
        raise SchemaError(f"target '{target.name}' has {len(values)} values; a world needs from 2 to 50 classes")
    order = sorted(range(len(values)), key=lambda i: str(values[i]))
    rank = np.empty(len(values), dtype=np.int64)
    rank[order] = np.arange(len(values))
    return tuple(str(values[i]) for i in order), rank[codes]
