"""Real rows and prior draws in one encoding: labels, rows that the prior cannot draw, grids that it does not know."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from retrodict.errors import RequestError
from retrodict.results.notes import Note
from retrodict.schema import Schema
from retrodict.tables.overlap import overlap

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


def encoded_rows(schema: Schema, frame: pd.DataFrame) -> Rows:
    """Encode rows that were read as the prior lists their values.

    Parameters
    ----------
    schema
        The features as the prior knows them, and the classes.
    frame
        Of `read_labelled`.

    Raises
    ------
    SchemaError
        If a column does not fit.
    """
    codes = {label: code for code, label in enumerate(schema.target.classes)}
    y = np.array([codes[label] for label in frame[schema.target.name]], dtype=np.int64)
    known, impossible = {}, np.zeros(len(frame), dtype=bool)
    for feature in schema.features:
        column = frame[feature.name]
        if feature.listed:
            values = column.astype(object)
            unknown = values.notna().to_numpy() & ~values.isin(list(feature.categories)).to_numpy()
            impossible |= unknown
            column = values.mask(unknown, None) if unknown.any() else column
        known[feature.name] = column
    return Rows(schema.encode(pd.DataFrame(known)), y, impossible)


def shared_rows(train: Rows, holdout: Rows) -> Note | None:
    """Return what is said of held-out rows, labels included, that are also training rows."""
    held, known = (np.column_stack([rows.X, rows.y]) for rows in (holdout, train))
    return overlap(held, known)


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
