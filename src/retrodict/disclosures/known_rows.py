"""Training rows that are at hand, looked for in the arrays of a model by value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy import sparse

Array = np.ndarray

FEWEST = 8
"""Rows of an array that are all training rows can't be so by chance from here on, however plain they are."""

_LARGEST = 20_000_000
"""Cells of an array that is searched: beyond it a search would take seconds and gigabytes."""


@dataclass(frozen=True, eq=False)
class KnownRows:
    """The numbers of training rows, in the columns that a model takes.

    Parameters
    ----------
    n
        How many rows there are.
    names
        Of the columns that are numbers.
    positions
        Where these stand among the model's features.
    width
        How many features the model takes.
    rows
        The numbers, shape (n, numbers).
    """

    n: int
    names: tuple[str, ...]
    positions: tuple[int, ...]
    width: int
    rows: Float[Array, "n numbers"]

    @classmethod
    def of(cls, frame: pd.DataFrame, names: tuple[str, ...]) -> Self:
        """Return the rows of a table.

        Parameters
        ----------
        frame
            Training rows; what are no columns of the model is left out.
        names
            The model's features in its order.
        """
        columns = {str(name): frame.iloc[:, i] for i, name in enumerate(frame.columns)}
        if not set(names) <= set(columns):  # a model without names: by position
            columns = dict(zip(names, columns.values(), strict=False))
        own = {i: columns[name] for i, name in enumerate(names) if name in columns}
        numbers = {i: c for i, c in own.items() if pd.api.types.is_numeric_dtype(c.dtype)}
        values = [pd.to_numeric(c).to_numpy(dtype=np.float64, na_value=np.nan) for c in numbers.values()]
        rows = np.column_stack(values) if values else np.empty((len(frame), 0))
        return cls(len(frame), tuple(names[i] for i in numbers), tuple(numbers), len(names), rows)

    def within(self, table: Any) -> int:
        """Return how many rows of an array are training rows, equal in every number.

        Parameters
        ----------
        table
            An array, frame or sparse matrix of any shape and type.

        Returns
        -------
        int
            0 where fewer than two columns can be compared, or where what agrees may do so by chance: rows of zeros and
            ones count only where a whole array of them is made of training rows.
        """
        matrix = self._comparable(table)
        if matrix is None or len(self.names) < 2:
            return 0
        with np.errstate(all="ignore"):
            shared = _shared(self.rows, matrix)
        own = matrix[shared]
        told = sum(len(set(row[row != 0].tolist())) > 1 for row in own)
        return len(own) if shared.all() and len(own) >= FEWEST else told

    def _comparable(self, table: Any) -> Float[Array, "m numbers"] | None:
        """Return an array's columns that stand for the numbers; ``None`` where there are none, or it is too large."""
        if np.prod(np.shape(table)) > _LARGEST:
            return None
        if sparse.issparse(table):
            table = table.toarray()
        elif isinstance(table, pd.DataFrame):
            held = {str(name): table.iloc[:, i] for i, name in enumerate(table.columns)}
            if set(self.names) <= set(held):
                table = pd.DataFrame({name: held[name] for name in self.names})
            table = table.to_numpy()
        matrix = np.asarray(table)
        if matrix.ndim != 2 or not len(matrix):
            return None
        if matrix.shape[1] == self.width:
            matrix = matrix[:, list(self.positions)]
        if matrix.shape[1] != len(self.names):
            return None
        try:
            return matrix.astype(np.float64)
        except (TypeError, ValueError):
            return None


def _shared(rows: Array, matrix: Array) -> Array:
    """Return which rows of `matrix` are among `rows`, at 64 bits or, as trees and some kernels keep them, at 32."""
    found = np.zeros(len(matrix), dtype=bool)
    for kind in (np.float64, np.float32):
        keys = {row.tobytes() for row in np.ascontiguousarray(rows.astype(kind)) + kind(0)}  # -0 is 0
        found |= [row.tobytes() in keys for row in np.ascontiguousarray(matrix.astype(kind)) + kind(0)]
    return found
