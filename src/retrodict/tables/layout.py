"""Columns of several tables on common codes: numbers as they are, listed values as their place in one list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from retrodict.errors import SchemaError
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema
from retrodict.schema.encoding import encode_column
from retrodict.tables.titles import said_of

Array = np.ndarray


@dataclass(frozen=True)
class Layout:
    """The columns of tables that are compared.

    Parameters
    ----------
    columns
        What each is: a number, or a list of all values that any of the tables holds.
    """

    columns: tuple[Feature, ...]

    @classmethod
    def of(cls, schema: Schema, frames: Mapping[str, pd.DataFrame]) -> tuple[Self, tuple[Note, ...]]:
        """Return the features and the target, last, of tables; and what a user should know of values outside its lists.

        Parameters
        ----------
        schema
            Says which columns are listed, and what the classes are.
        frames
            Tables by their titles, each with every column.
        """
        target = schema.target
        last = Feature(target.name, "categorical" if target.is_class else "continuous", categories=target.classes)
        columns = []
        strange: dict[str, dict[str, str]] = {title: {} for title in frames}
        for feature in schema.features:
            unseen: dict[Any, None] = {}
            for title, frame in frames.items() if feature.listed else ():
                values = frame[feature.name].astype(object).dropna()
                other = [value for value in values.unique() if value not in feature.categories]
                if other:
                    strange[title][feature.name] = ", ".join(repr(value) for value in other[:3])
                    unseen |= dict.fromkeys(other)
            if feature.listed:
                feature = Feature(feature.name, "categorical", categories=(*feature.categories, *unseen))
            columns.append(replace(feature, missing=0.0))
        notes = [_unlisted(title, found) for title, found in strange.items() if found]
        return cls((*columns, last)), tuple(notes)

    def encode(self, frame: pd.DataFrame, title: str) -> Float[Array, "n d"]:
        """Return a table as codes; NaN is missing.

        Raises
        ------
        SchemaError
            If a column holds what it can't hold, with the table's title.
        """
        try:
            return np.column_stack([encode_column(column, frame[column.name]) for column in self.columns])
        except SchemaError as error:
            raise SchemaError(f"{title}: {error}") from None

    @property
    def without_target(self) -> Self:
        """The features alone."""
        return replace(self, columns=self.columns[:-1])

    @property
    def listed(self) -> Bool[Array, " d"]:
        """Which columns are lists."""
        return np.array([column.listed for column in self.columns])

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(column.name for column in self.columns)


def _unlisted(title: str, found: Mapping[str, str]) -> Note:
    """Return what is said of values of a table, by column, that its schema does not list."""
    end = "which the schema does not list: each counts as a value of its own"
    text = said_of(list(found), title, f"holds {next(iter(found.values()))}, {end}", f"hold values {end}")
    return Note("unlisted_values", text, title=title, values_of=dict(found))


def spread(layout: Layout, X: Float[Array, "n d"]) -> tuple[Float[Array, " d"], Float[Array, " d"]]:
    """Return mean and standard deviation of each number; 0 and 1 for a list, 1 where all values are equal."""
    mean, sd = np.zeros(X.shape[1]), np.ones(X.shape[1])
    for j in np.flatnonzero(~layout.listed):
        present = X[~np.isnan(X[:, j]), j]
        if len(present):
            mean[j], own = present.mean(), present.std()
            sd[j] = own if own > 1e-12 * max(1.0, abs(mean[j])) else max(abs(mean[j]), 1.0)
    return mean, sd


def embed(
    layout: Layout, X: Float[Array, "n d"], reference: Float[Array, "m d"], gaps: Bool[Array, " d"]
) -> Float[Array, "n p"]:
    """Return rows as points of a Euclidean space, the common encoding of the measures that look at whole rows.

    A number is centred and divided by its standard deviation among the real rows; a list is one indicator a value,
    divided by ``sqrt(2)``, so that two different values are 1 apart. A missing number is the mean, and an indicator of
    its own.

    Parameters
    ----------
    X
        Codes.
    reference
        The real rows.
    gaps
        Columns that are missing somewhere in any of the tables.
    """
    mean, sd = spread(layout, reference)
    parts = []
    for j, column in enumerate(layout.columns):
        gone = np.isnan(X[:, j])
        if column.listed:
            parts.append((X[:, j, None] == np.arange(len(column.categories))) / np.sqrt(2))
        else:
            parts.append(np.where(gone, 0.0, (X[:, j] - mean[j]) / sd[j])[:, None])
        if gaps[j]:
            parts.append(gone[:, None] / np.sqrt(2))
    return np.hstack(parts).astype(np.float64)
