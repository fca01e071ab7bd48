"""What a fitted scikit-learn estimator tells of its raw columns, collected while walking through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from retrodict.schema import Feature, Kind

Array = np.ndarray


@dataclass(frozen=True)
class Column:
    """One raw column on its way through a pipeline.

    Parameters
    ----------
    name
        Its raw name.
    raw
        Whether its values are still those of the table (an imputer leaves them, a scaler does not).
    """

    name: str
    raw: bool = True


Columns = list[Column | None]
"""The input of one step, by position; ``None`` is what is no longer one raw column."""


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
    strict, tolerant
        Listed columns whose encoder refuses categories that it does not know, and those whose encoder takes them.
    """

    listed: dict[str, Listed] = field(default_factory=dict)
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    numeric: set[str] = field(default_factory=set)
    none_tokens: set[str] = field(default_factory=set)
    strict: set[str] = field(default_factory=set)
    tolerant: set[str] = field(default_factory=set)

    def mark_numeric(self, columns: Columns) -> None:
        """Note that numbers are needed in these columns."""
        self.numeric.update(column.name for column in columns if column)

    def note_bounds(self, columns: Columns, lows: Sequence[float] | Array, highs: Sequence[float] | Array) -> None:
        """Note the stored range of columns that are still raw."""
        for column, low, high in zip(columns, lows, highs, strict=True):
            if column and column.raw and np.isfinite(low) and np.isfinite(high):
                self.bounds[column.name] = (float(low), float(high))

    def note_categories(
        self, column: Column | None, values: Array, *, dtype: str | None = None, ordered: bool = False
    ) -> None:
        """Note an encoder's categories of a raw column; NaN or None among them is a token of missing values."""
        if column is None or not column.raw:
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
