"""The columns of an XGBoost model: what it knows of them, and the way from rows of any schema to its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.errors import SchemaError
from retrodict.families.xgboost.booster import Head
from retrodict.schema import Feature, Schema, Target, filled, reconcile

Array = np.ndarray

_MOST_LISTED = 10_000
"""Codes that are listed one by one; a column with more is told as whole numbers."""


def own_schema(head: Head, target: Target, given: Schema | None) -> tuple[Schema, frozenset[str]]:
    """Return a model's columns, and which of them it knows by codes alone.

    Parameters
    ----------
    head
        What is known of the model.
    target
        Its target.
    given
        What the user states of the columns; its categories are in the order of the codes.

    Raises
    ------
    SchemaError
        If that does not fit.
    """
    names = head.names or tuple(f"x{i}" for i in range(head.width))
    features = tuple(_feature(head, i, name) for i, name in enumerate(names))
    coded = frozenset(names[i] for i in _coded(head))
    own = Schema(features, target, bool(head.names))
    if given is None:
        return own, coded
    fitted = reconcile(own, filled(own, given), undetermined=coded)
    features = tuple(fitted[name] for name in names) if own.named else fitted.features
    left = frozenset(one.name for one, name in zip(features, names, strict=True) if name in coded and not one.listed)
    return Schema(features, target, own.named), left


def _coded(head: Head) -> list[int]:
    """Return the features of categories of which only codes are known."""
    listed = {i for i, kind in enumerate(head.types) if kind == "c"} | set(head.codes)
    return sorted(i for i in listed if not head.encodings or head.encodings[i] is None)


def _feature(head: Head, i: int, name: str) -> Feature:
    encoding = head.encodings[i] if head.encodings else None
    if encoding is not None and encoding.values:
        return Feature(name, "categorical", categories=encoding.values, dtype="category")
    if i in head.codes and head.codes[i] >= _MOST_LISTED:
        return Feature(name, "integer", low=0)
    if i in head.codes or (head.types and head.types[i] == "c"):
        return Feature(name, "categorical", categories=tuple(range(head.codes.get(i, 0) + 1)), dtype="int64")
    kind = head.types[i] if head.types else "float"
    if kind == "i":
        return Feature(name, "integer", low=0, high=1)
    return Feature(name, "integer" if kind == "int" else "continuous")


@dataclass(frozen=True, eq=False)
class Way:
    """From rows of a bound schema to what the booster takes.

    Parameters
    ----------
    order
        Positions of its columns in the rows; ``None`` where they are the same.
    tables
        New codes by old ones, for columns whose codes differ.
    """

    order: Array | None
    tables: dict[int, Array]

    def __call__(self, X: Float[Array, "n d"]) -> Float[Array, "n d"]:
        """Return the rows."""
        X = np.asarray(X, dtype=np.float64)
        if self.order is None and not self.tables:
            return np.ascontiguousarray(X)
        out = np.array(X if self.order is None else X[:, self.order], order="C")
        for j, table in self.tables.items():
            codes = np.where(np.isnan(out[:, j]), len(table) - 1, out[:, j]).astype(np.intp)
            out[:, j] = table[codes]
        return out


def way(own: Schema, bound: Schema, coded: frozenset[str]) -> Way:
    """Return the way from a schema's rows to a model's.

    Parameters
    ----------
    own
        The model's columns.
    bound
        The schema of the rows.
    coded
        Columns of which the model knows codes alone: a category is its own code.

    Raises
    ------
    SchemaError
        If a column known by codes alone has categories that are no codes.
    """
    order = [bound.names.index(name) for name in own.names] if own.named else list(range(len(own)))
    tables = {}
    for j, (feature, place) in enumerate(zip(own.features, order, strict=True)):
        other = bound.features[place]
        if not other.listed or (feature.categories == other.categories and feature.name not in coded):
            continue  # numbers, or codes as they are
        table = _codes(feature, other, feature.name in coded)
        if not np.array_equal(table[:-1], np.arange(len(table) - 1)):
            tables[j] = table
    same = order == list(range(len(bound)))
    return Way(None if same else np.array(order), tables)


def _codes(own: Feature, other: Feature, coded: bool) -> Array:
    """Return the model's code of each of a schema's categories, and NaN for a gap."""
    if not own.listed:
        codes = [float(category) for category in other.categories]  # type: ignore[arg-type]  # as it was reconciled
    elif not coded:
        place = {category: i for i, category in enumerate(own.categories)}
        codes = [float(place.get(category, np.nan)) for category in other.categories]
    elif all(isinstance(category, int) and category >= 0 for category in other.categories):
        codes = [float(category) for category in other.categories]  # type: ignore[arg-type]
    else:
        raise SchemaError(
            f"feature '{own.name}': the model knows its categories by codes alone; state them in the order that they "
            "had in training, in the schema that the model is loaded with"
        )
    return np.array([*codes, np.nan])
