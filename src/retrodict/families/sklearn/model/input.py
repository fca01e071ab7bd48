"""From the float matrix of inference to what an estimator was fitted on, at the least cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.errors import ModelError, SchemaError
from retrodict.families.sklearn.model.schema import Known
from retrodict.schema import Feature, Schema

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Layout:
    """How rows of one bound schema become an estimator's input.

    Numbers stay one float64 matrix, wrapped without a copy where the estimator expects a frame; only text needs a
    column of objects.

    Parameters
    ----------
    order
        For each input column of the estimator, the matrix column it is read from; ``None`` where they are the same.
    values
        For each input column, the values that its codes stand for (missing last), or ``None`` where codes are values.
    names
        Column names of the frame; ``None`` for a bare array.
    width
        Number of matrix columns.
    own
        For each input column, the categories of a column of pandas' categories that the estimator was fitted on, in
        their order; ``None`` for any other column.
    """

    order: Array | None
    values: tuple[Array | None, ...]
    names: pd.Index[Any] | None
    width: int
    own: tuple[tuple[Any, ...] | None, ...] = ()

    def build(self, X: Float[Array, "n d"]) -> Any:
        """Return the estimator's input for rows in the bound schema's encoding.

        Raises
        ------
        ModelError
            If the matrix has another number of columns.
        """
        X = np.asarray(X, dtype=np.float64)
        if X.ndim != 2 or X.shape[1] != self.width:
            raise ModelError(f"the model takes rows of {self.width} columns, got an array of shape {X.shape}")
        if self.order is not None:
            X = X[:, self.order]
        if any(own is not None for own in self.own) or any(
            values is not None and values.dtype == object for values in self.values
        ):
            return self._mixed(X)
        if any(values is not None for values in self.values):
            X = np.array(X)
            for j, values in enumerate(self.values):
                if values is not None:
                    X[:, j] = values[_index(X[:, j])]
        return X if self.names is None else pd.DataFrame(X, columns=self.names, copy=False)

    def _mixed(self, X: Float[Array, "n d"]) -> Any:
        columns = {j: X[:, j] if values is None else values[_index(X[:, j])] for j, values in enumerate(self.values)}
        frame = pd.DataFrame({j: self._series(j, column) for j, column in columns.items()})
        if self.names is None:
            return frame.to_numpy(dtype=object)
        frame.columns = self.names
        return frame

    def _series(self, j: int, column: Array) -> pd.Series[Any]:
        """Return one column; of categories where the estimator was fitted on them, others that it has not met last."""
        own = self.own[j] if self.own else None
        if own is None:
            return pd.Series(column, dtype=column.dtype)
        met = dict.fromkeys(value for value in column.tolist() if not pd.isna(value))
        return pd.Series(pd.Categorical(column, categories=list(dict.fromkeys((*own, *met)))))


def _index(codes: Float[Array, " n"]) -> Array:
    """Return codes as indices, missing as the last one."""
    return np.where(np.isnan(codes), -1, codes).astype(np.intp)


def layout_of(known: Known, schema: Schema) -> Layout:
    """Compile how rows of `schema` become the input of the estimator that is known by `known`.

    Parameters
    ----------
    known
        What the estimator knows, in its order.
    schema
        A reconciled schema; matched by name, or by position where the estimator's names were made up.

    Raises
    ------
    SchemaError
        If the schema's columns are not the estimator's.
    """
    own = known.schema
    if own.named and set(schema.names) != set(own.names):
        raise SchemaError(f"the model's columns are {', '.join(own.names)}, got {', '.join(schema.names)}")
    if len(schema) != len(own):
        raise SchemaError(f"the model takes {len(own)} features, got {len(schema)}")
    order = np.array([schema.names.index(name) for name in own.names]) if own.named else np.arange(len(own))
    values = tuple(_values(schema.features[j], i in known.none_tokens) for i, j in enumerate(order))
    return Layout(
        None if (order == np.arange(len(order))).all() else order,
        values,
        pd.Index(list(own.names), dtype=object) if known.framed else None,
        len(own),
        tuple(known.of_pandas.get(name) for name in own.names) if known.framed and known.of_pandas else (),
    )


def _values(feature: Feature, none_token: bool) -> Array | None:
    """Return what a listed feature's codes stand for, as numbers where they are numbers; missing comes last."""
    if not feature.listed or (feature.categories == tuple(range(len(feature.categories))) and not none_token):
        return None
    if all(isinstance(category, bool | int | float) for category in feature.categories) and not none_token:
        return np.array([*feature.categories, np.nan], dtype=np.float64)
    values = np.empty(len(feature.categories) + 1, dtype=object)
    values[:] = [*feature.categories, None if none_token else np.nan]
    return values
