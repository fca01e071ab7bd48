"""The schema of a table: its features, its target, and the way to and from the float matrix."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.errors import SchemaError
from retrodict.plain_text import listing
from retrodict.schema.encoding import Array, decode_column, encode_column
from retrodict.schema.feature import Feature, Target
from retrodict.schema.infer import feature_of_column, target_of_column
from retrodict.schema.labels import native


@dataclass(frozen=True)
class Schema:
    """The features of a table, in order, and its target.

    Parameters
    ----------
    features
        At least one feature; names are unique.
    target
        What the model predicts.
    named
        False where the names were made up (a model fitted on a bare array): columns then match by position.

    Raises
    ------
    SchemaError
        If there is no feature, or a name stands twice.
    """

    features: tuple[Feature, ...]
    target: Target = field(default_factory=Target)
    named: bool = True

    def __post_init__(self) -> None:
        if not self.features:
            raise SchemaError("a schema needs at least one feature")
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise SchemaError(f"feature names stand twice: {', '.join(twice)}")

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, target: str | None = None) -> Self:
        """Infer the schema of a frame.

        Parameters
        ----------
        frame
            Rows by columns.
        target
            The column that is the target; ``None`` where the frame has features only.

        Raises
        ------
        SchemaError
            If the target is no column, or a column fits no kind.
        """
        if target is not None and target not in frame.columns:
            raise SchemaError(f"target '{target}' is no column; the columns are {listing(frame.columns)}")
        twice = frame.columns[frame.columns.astype(str).duplicated()]
        if len(twice):
            raise SchemaError(f"column names stand twice: {listing(twice)}")
        features = tuple(feature_of_column(frame[name]) for name in frame.columns if name != target)
        return cls(features, Target() if target is None else target_of_column(frame[target]))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The feature names, in order."""
        return tuple(feature.name for feature in self.features)

    def __len__(self) -> int:
        return len(self.features)

    def __getitem__(self, name: str) -> Feature:
        try:
            return self.features[self.names.index(name)]
        except ValueError:
            raise SchemaError(f"no feature '{name}'; the features are {listing(self.names)}") from None

    @cached_property
    def plain(self) -> bool:
        """Whether the matrix is the table: every feature is a number that a float64 array can carry as it is."""
        return all(
            not feature.listed or feature.categories == tuple(range(len(feature.categories)))
            for feature in self.features
        )

    def encode(self, frame: pd.DataFrame) -> Float[Array, "n d"]:
        """Encode a frame's features as float64: numbers as they are, categories as their index, missing NaN.

        Parameters
        ----------
        frame
            Holds every feature as a column, in any order; other columns are left out.

        Returns
        -------
        Float[Array, "n d"]
            One column a feature, in the schema's order.

        Raises
        ------
        SchemaError
            If columns are absent or hold values that do not fit.
        """
        columns = {str(name): name for name in frame.columns}  # a frame may number its columns
        absent = [name for name in self.names if name not in columns]
        if absent:
            raise SchemaError(f"columns are absent: {listing(absent)}; the frame has {listing(frame.columns)}")
        out = np.empty((len(frame), len(self)), dtype=np.float64)
        for j, feature in enumerate(self.features):
            out[:, j] = encode_column(feature, frame[columns[feature.name]])
        return out

    def decode(self, X: Float[Array, "n d"]) -> pd.DataFrame:
        """Decode a matrix to a frame with the features' own names, values and dtypes; the inverse of `encode`.

        Parameters
        ----------
        X
            float64, shape (n, d), as `encode` makes it. A frame of nothing but float64 columns shares its memory.

        Raises
        ------
        SchemaError
            If the matrix has another number of columns.
        """
        X = np.asarray(X, dtype=np.float64)
        if X.ndim != 2 or X.shape[1] != len(self):
            raise SchemaError(f"a matrix of {len(self)} columns was expected, got shape {X.shape}")
        if all(feature.kind == "continuous" and feature.dtype in {None, "float64"} for feature in self.features):
            return pd.DataFrame(X, columns=pd.Index(self.names), copy=False)
        columns = {f.name: decode_column(f, X[:, j]) for j, f in enumerate(self.features)}
        return pd.DataFrame(columns)

    def with_target(self, target: Target) -> Schema:
        """Return the same features with another target."""
        return Schema(self.features, target, self.named)

    def to_dict(self) -> dict[str, Any]:
        """Return the schema as plain data, as a schema file holds it."""
        return {
            "features": {feature.name: _feature_dict(feature) for feature in self.features},
            "target": {"name": self.target.name, "classes": [native(c) for c in self.target.classes]},
            **({} if self.named else {"named": False}),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild a schema from `to_dict`'s plain data.

        Raises
        ------
        SchemaError
            If the data has no features, or a feature's fields are unknown or contradict one another.
        """
        if not isinstance(data, dict) or not isinstance(data.get("features"), dict) or not data["features"]:
            raise SchemaError("a schema needs 'features': a mapping of names to kinds, bounds and categories")
        features = tuple(_feature(str(name), fields) for name, fields in data["features"].items())
        target = data.get("target") or {}
        if not isinstance(target, dict):
            raise SchemaError(f"target: a mapping of name and classes is needed, got {target!r}")
        classes = _listing("target", "classes", target)
        return cls(features, Target(str(target.get("name", "target")), classes), bool(data.get("named", True)))


_FIELDS = {"kind", "min", "max", "categories", "missing", "dtype"}


def _feature(name: str, fields: Any) -> Feature:
    fields = fields or {}
    if not isinstance(fields, dict) or set(fields) - _FIELDS:
        odd = sorted(set(fields) - _FIELDS) if isinstance(fields, dict) else [repr(fields)]
        raise SchemaError(f"feature '{name}': unknown field {', '.join(odd)}; use {', '.join(sorted(_FIELDS))}")
    categories = _listing(f"feature '{name}'", "categories", fields)
    for key in ("min", "max", "missing"):
        value = fields.get(key)
        if value is not None and not isinstance(value, int | float):
            raise SchemaError(f"feature '{name}': {key} must be a number, got {value!r}")
    for key in ("kind", "dtype"):
        if fields.get(key) is not None and not isinstance(fields[key], str):
            raise SchemaError(f"feature '{name}': {key} must be a word, got {fields[key]!r}")
    kind = fields.get("kind", "categorical" if categories else "continuous")
    return Feature(
        name, kind, fields.get("min"), fields.get("max"), categories, fields.get("missing") or 0.0, fields.get("dtype")
    )


def _listing(owner: str, key: str, fields: dict[str, Any]) -> tuple[Any, ...]:
    values = fields.get(key) or ()
    if not isinstance(values, list | tuple) or not all(isinstance(value, Hashable) for value in values):
        raise SchemaError(f"{owner}: {key} must be a list of plain values, got {values!r}")
    return tuple(values)


def _feature_dict(feature: Feature) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "kind": feature.kind,
        "min": feature.low,
        "max": feature.high,
        "categories": [native(c) for c in feature.categories] or None,
        "missing": feature.missing or None,
        "dtype": feature.dtype,
    }
    return {key: value for key, value in fields.items() if value is not None}


def free_name(name: str, taken: Collection[str]) -> str:
    """Return the name of a column, with as many underscores at its end as it takes to differ from all others."""
    while name in taken:
        name += "_"
    return name
