"""Columns of several tables on common codes: numbers as they are, listed values as their place in one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from retrodict.errors import SchemaError
from retrodict.schema import Feature, Schema
from retrodict.schema.encoding import encode_column

Array = np.ndarray

_NAMED = 5
"""Columns of which the same is true that are named."""


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
    def of(cls, schema: Schema, frames: Mapping[str, pd.DataFrame]) -> tuple[Self, tuple[str, ...]]:
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
                    _refuse_other_values(feature, title, len(other) == values.nunique(), other)
                    strange[title][feature.name] = ", ".join(repr(value) for value in other[:3])
                    unseen |= dict.fromkeys(other)
            if feature.listed:
                feature = Feature(feature.name, "categorical", categories=(*feature.categories, *unseen))
            columns.append(replace(feature, missing=0.0))
        end = "which the reconstruction's schema does not list: each counts as a value of its own"
        warnings = [
            said_of(list(found), title, f"holds {next(iter(found.values()))}, {end}", f"hold values {end}")
            for title, found in strange.items()
            if found
        ]
        return cls((*columns, last)), tuple(warnings)

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


def said_of(names: Sequence[str], title: str, one: str, many: str) -> str:
    """Return what is true of some columns of a table as one sentence, however many they are.

    Parameters
    ----------
    names
        The columns, at least one; of more than a few the number is told.
    title
        The table.
    one, many
        What is said of one, and of several.
    """
    if len(names) == 1:
        return f"column '{names[0]}' of {title} {one}"
    shown = ", ".join(f"'{name}'" for name in names[:_NAMED])
    rest = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{len(names):,} columns of {title} {many} ({shown}{rest})"


def _refuse_other_values(feature: Feature, title: str, none_known: bool, values: list[Any]) -> None:
    if none_known:
        raise SchemaError(
            f"column '{feature.name}' of {title} holds none of the reconstruction's values: it holds "
            f"{', '.join(repr(v) for v in values[:3])} where {', '.join(repr(v) for v in feature.categories[:3])} are "
            "known; write them alike"
        )


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
