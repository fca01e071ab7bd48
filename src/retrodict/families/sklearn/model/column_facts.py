"""What a fitted scikit-learn estimator tells of its raw columns, collected while walking through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from retrodict.disclosures.columns import Column, distinct
from retrodict.schema import Feature, Kind

Array = np.ndarray


@dataclass(frozen=True)
class Listed:
    """The categories that an encoder knows of a column."""

    categories: tuple[Any, ...]
    dtype: str
    ordered: bool = False


@dataclass
class Facts:
    """What was found, by raw name.

    Parameters
    ----------
    listed
        Columns that an encoder reads.
    bounds
        Ranges that a transformer of the raw column stores.
    numeric
        Columns that only a number fits.
    none_tokens
        Columns in which ``None``, not NaN, stands for missing.
    of_pandas
        Columns of pandas' categories, that a predictor of another library looks for, with their categories.
    strict, tolerant
        Listed columns whose encoder refuses categories that it does not know, and those whose encoder takes them.
    """

    listed: dict[str, Listed] = field(default_factory=dict)
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    numeric: set[str] = field(default_factory=set)
    none_tokens: set[str] = field(default_factory=set)
    of_pandas: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    strict: set[str] = field(default_factory=set)
    tolerant: set[str] = field(default_factory=set)

    def mark_numeric(self, columns: Sequence[Column]) -> None:
        """Note that numbers are needed in these columns."""
        self.numeric.update(column.name for column in distinct(columns) if is_one(column))

    def note_bounds(
        self, columns: Sequence[Column], lows: Sequence[float] | Array, highs: Sequence[float] | Array
    ) -> None:
        """Note the stored range of columns whose values are still those of the table."""
        for column, low, high in zip(columns, lows, highs, strict=True):
            if _of_table(column) and np.isfinite(low) and np.isfinite(high):
                self.bounds[column.name] = (float(low), float(high))

    def note_categories(
        self, column: Column, values: Array, *, dtype: str | None = None, ordered: bool = False
    ) -> None:
        """Note an encoder's categories of a raw column; NaN or None among them is a token of missing values."""
        if not _of_table(column):
            return
        values = np.asarray(values)
        present = [value.item() if isinstance(value, np.generic) else value for value in values if not pd.isna(value)]
        if any(value is None for value in values.tolist()):
            self.none_tokens.add(column.name)
        if dtype == "category" and len(present) < len(values) and all(v == int(v) for v in present if _is_float(v)):
            present = [int(value) if _is_float(value) else value for value in present]  # NaN had made them floats
        if present:
            self.listed[column.name] = Listed(tuple(present), dtype or _dtype(values, present), ordered)

    def undetermined(self, names: Sequence[str]) -> frozenset[str]:
        """Return the columns whose kind nothing tells."""
        return frozenset(name for name in names if name not in self.listed and name not in self.numeric)

    def feature(self, name: str) -> Feature:
        """Return what is known of one column as a feature."""
        if name in self.listed:
            found = self.listed[name]
            kind: Kind = "ordinal" if found.ordered else "categorical"
            if len(found.categories) == 2:
                kind = "binary"
            return Feature(name, kind, categories=found.categories, dtype=found.dtype)
        low, high = self.bounds.get(name, (None, None))
        return Feature(name, low=low, high=high)


def is_one(column: Column) -> bool:
    """Whether it still is one raw column, whatever was done to its values."""
    return column.raw and not column.indicator and not column.estimated


def _of_table(column: Column) -> bool:
    """Whether its values are still those of the table: imputers that take fills from it leave them, scalers do not."""
    return column.untouched and is_one(column)


def _is_float(value: Any) -> bool:
    return isinstance(value, float)


def _dtype(values: Array, present: list[Any]) -> str:
    """Return the dtype that the training column most plausibly had."""
    if values.dtype.kind in "biuf":
        return str(values.dtype)
    if all(isinstance(value, bool) for value in present):
        return "bool"
    if all(isinstance(value, int) for value in present):
        return "int64"
    if all(isinstance(value, int | float) for value in present):
        return "float64"
    return "str" if all(isinstance(value, str) for value in present) else "object"
