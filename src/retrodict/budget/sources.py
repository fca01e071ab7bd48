"""Real rows and prior draws in one encoding: labels, rows that the prior cannot draw, grids that it does not know."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from retrodict.errors import RequestError, SchemaError
from retrodict.schema import Schema, class_of

Array = np.ndarray

_DECIMALS = 4


@dataclass(frozen=True, eq=False)
class Rows:
    """Encoded real rows with class codes; `impossible` marks those that the prior cannot draw."""

    X: Float[Array, "n d"]
    y: Int[Array, " n"]
    impossible: Bool[Array, " n"]

    def __len__(self) -> int:
        return len(self.y)

    def take(self, chosen: Array) -> Rows:
        """Return some of the rows."""
        return Rows(self.X[chosen], self.y[chosen], self.impossible[chosen])


def target_column(schema: Schema, frame: pd.DataFrame, target: str | None) -> str:
    """Return the column of the labels: the one named, the schema's, or the only one that is no feature.

    Raises
    ------
    SchemaError
        If there is no such column.
    """
    columns = [str(name) for name in frame.columns]
    name = target if target is not None else schema.target.name
    if name in columns:
        return name
    others = [column for column in columns if column not in schema.names]
    if target is None and len(others) == 1:
        return others[0]
    raise SchemaError(f"the held-out rows have no column '{name}' of labels; name it with --target (target=)")


def read_rows(schema: Schema, frame: pd.DataFrame, target: str, what: str) -> Rows:
    """Encode rows and labels.

    Parameters
    ----------
    schema
        The features as the prior knows them, and the classes.
    frame
        Holds every feature and the target.
    target
        The column of labels.
    what
        `training` or `held-out`, for errors.

    Raises
    ------
    SchemaError
        If a column is absent or does not fit, or a label is none of the model's.
    """
    if frame.empty:
        raise SchemaError(f"the {what} rows are none; give at least one")
    columns = {str(name): name for name in frame.columns}
    if target not in columns:
        raise SchemaError(f"the {what} rows have no column '{target}' of labels")
    y = _codes(schema, frame[columns[target]], what)
    known, impossible = {}, np.zeros(len(frame), dtype=bool)
    for feature in schema.features:
        if feature.name not in columns:
            raise SchemaError(f"the {what} rows lack the column '{feature.name}'")
        column = frame[columns[feature.name]]
        if feature.listed:
            values = column.astype(object)
            unknown = values.notna().to_numpy() & ~values.isin(list(feature.categories)).to_numpy()
            impossible |= unknown
            column = values.mask(unknown, None) if unknown.any() else column
        known[feature.name] = column
    return Rows(schema.encode(pd.DataFrame(known)), y, impossible)


def _codes(schema: Schema, labels: pd.Series, what: str) -> Int[Array, " n"]:
    classes = schema.target.classes
    values = labels.astype(object)
    if values.isna().any():
        raise SchemaError(f"{int(values.isna().sum())} {what} rows have no label; drop them")
    places = {value: class_of(value, classes) for value in values.unique()}
    unknown = sorted(repr(value) for value, place in places.items() if place is None)
    if unknown:
        raise SchemaError(f"the {what} rows have labels {', '.join(unknown[:3])}; the model knows {list(classes)[:8]}")
    codes = [places[value] for value in values]
    return np.asarray(codes, dtype=np.int64)


def shared_rows(train: Rows, holdout: Rows) -> int:
    """Return how many held-out rows, labels included, are also training rows."""
    seen = {row.tobytes() for row in _table(train)}
    return sum(row.tobytes() in seen for row in _table(holdout))


def _table(rows: Rows) -> Array:
    return np.ascontiguousarray(np.column_stack([np.nan_to_num(rows.X, nan=np.inf) + 0.0, rows.y]))


def mark_impossible(schema: Schema, rows: Rows, draws: Float[Array, "m d"]) -> tuple[Rows, list[str]]:
    """Mark rows outside what the prior can draw: bounds, gaps, fractions where it draws whole numbers, categories.

    Returns
    -------
    Rows, list of str
        The rows, and a line for each feature that is to blame.
    """
    impossible, blamed = rows.impossible.copy(), []
    if impossible.any():
        blamed.append(f"{int(impossible.sum())} rows hold categories that the prior does not list")
    for j, feature in enumerate(schema.features):
        values, drawn = rows.X[:, j], draws[:, j]
        gone, present = np.isnan(values), drawn[~np.isnan(drawn)]
        odd = gone & ~rows.impossible & (not np.isnan(drawn).any() and feature.missing == 0.0)
        words = "missing values, which the prior never draws" if odd.any() else ""
        if not feature.listed and len(present):
            low = present.min() if feature.low is None else min(feature.low, present.min())
            high = present.max() if feature.high is None else max(feature.high, present.max())
            outside = (feature.low is not None and values < low) | (feature.high is not None and values > high)
            if np.any(outside):
                words += f"{' and ' * bool(words)}values outside {low:g} to {high:g}, the prior's range"
            fraction = (values != np.round(values)) & ~gone & (feature.kind == "integer")
            if fraction.any():
                words += f"{' and ' * bool(words)}fractions, where the prior draws whole numbers"
            odd = odd | outside | fraction
        if np.any(odd):
            impossible |= odd
            blamed.append(f"'{feature.name}': {int(odd.sum())} rows with {words}")
    return replace(rows, impossible=impossible), blamed


def grid_steps(schema: Schema, X: Float[Array, "n d"]) -> dict[int, int]:
    """Return the decimals that continuous columns are rounded to, where values repeat: a density has no repeats."""
    steps = {}
    for j, feature in enumerate(schema.features):
        values = X[~np.isnan(X[:, j]), j]
        if feature.kind != "continuous" or len(values) < 2 or len(np.unique(values)) > 0.9 * len(values):
            continue
        for decimals in range(_DECIMALS + 1):
            if np.abs(values - np.round(values, decimals)).max() < 1e-9 * max(1.0, np.abs(values).max()):
                steps[j] = decimals
                break
    return steps


def on_grid(draws: Float[Array, "m d"], steps: dict[int, int]) -> Float[Array, "m d"]:
    """Return draws rounded as the real rows are."""
    draws = draws.copy()
    for j, decimals in steps.items():
        draws[:, j] = np.round(draws[:, j], decimals)
    return draws


def require_classes(schema: Schema) -> None:
    """Refuse regressors.

    Raises
    ------
    RequestError
        If the model's target has no classes.
    """
    if not schema.target.is_class:
        raise RequestError("the error budget is for classifiers, and this model is a regressor; give a classifier")
