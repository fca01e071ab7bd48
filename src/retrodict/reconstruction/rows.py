"""From encoded rows to tables, and rows kept in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.schema import Schema, Target

Array = np.ndarray


def table(schema: Schema, columns: Sequence[str], X: Float[Array, "n d"], y: Array) -> pd.DataFrame:
    """Return rows as a frame: the features under their raw names, then the target.

    Parameters
    ----------
    schema
        Decodes the rows.
    columns
        The order of the feature columns.
    X
        Rows, shape (n, d).
    y
        Class indices or target values, shape (n,).
    """
    frame = storable(schema).decode(X)
    if tuple(columns) != schema.names:
        frame = frame[list(columns)]
    return frame.assign(**{schema.target.name: target_column(schema.target, y)})


def storable(schema: Schema) -> Schema:
    """Return the schema with dtypes that a Parquet file keeps: categories of text; other values stay themselves."""
    plain = [
        replace(f, dtype=None) if f.dtype == "category" and not isinstance(f.categories[0], str) else f
        for f in schema.features
    ]
    return Schema(tuple(plain), schema.target, schema.named)


def target_column(target: Target, y: Array) -> Any:
    """Return class labels (numbers and booleans as they are, text as categories), or real values."""
    if not target.is_class:
        return np.asarray(y, dtype=np.float64)
    index = np.asarray(y, dtype=np.int64)
    if any(isinstance(label, str) for label in target.classes):
        return pd.Categorical.from_codes(index, pd.Index(list(target.classes)))
    return np.asarray(list(target.classes))[index]


class MemoryRows:
    """A sink that keeps rows and keys in memory.

    Parameters
    ----------
    n, d
        The rows to make room for, and their width.
    """

    def __init__(self, n: int, d: int) -> None:
        self._X = np.empty((n, d))
        self._key = np.empty(n)
        self.n = 0

    def add(self, key: Array, X: Float[Array, "n d"]) -> None:
        """Take rows; see `Sink.add`."""
        end = self.n + len(X)
        self._X[self.n : end], self._key[self.n : end] = X, key
        self.n = end

    @property
    def X(self) -> Float[Array, "n d"]:
        """The rows taken so far."""
        return self._X[: self.n]

    @property
    def key(self) -> Array:
        """Their keys."""
        return self._key[: self.n]
