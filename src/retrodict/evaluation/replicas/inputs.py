"""Tables fit to train replicas on and to score them: what is wrong is one clear line, what is doubtful a warning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.errors import RequestError, SchemaError
from retrodict.models import Model
from retrodict.models.contract import about
from retrodict.reconstruction import Reconstruction
from retrodict.schema import Feature, Schema, reconcile
from retrodict.tables.labelled import known_labels, observed_schema, overlap, without_values
from retrodict.tables.layout import Layout, said_of

Array = np.ndarray

REBUILT, TRAIN, HOLDOUT, PRIOR = "the reconstruction", "the training rows", "the held-out rows", "rows of the prior"


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows on a layout.

    Parameters
    ----------
    X
        Codes of the features.
    y
        Class codes, or values.
    """

    X: Float[Array, "n d"]
    y: Float[Array, " n"]

    def __len__(self) -> int:
        return len(self.X)

    def take(self, chosen: Array) -> Rows:
        """Return some of the rows."""
        return Rows(self.X[chosen], self.y[chosen])


@dataclass(frozen=True, eq=False)
class Inputs:
    """Tables on one layout.

    Parameters
    ----------
    schema
        Features and target, under the names of the reconstruction.
    layout
        The same with every category that any of the tables holds; the target is its last column.
    tables
        Rows by title.
    warnings
        What a user should know, in plain sentences.
    """

    schema: Schema
    layout: Layout
    tables: dict[str, Rows]
    warnings: tuple[str, ...]

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features with every category that any of the tables holds."""
        return self.layout.columns[:-1]


def schema_of(rec: Any, base: Model | None, target: str | None) -> Schema:
    """Return the schema of a reconstruction, or of a table that stands for one.

    Raises
    ------
    RetrodictError
        If it is neither, its target is not known, or it does not fit the base model.
    """
    if isinstance(rec, Reconstruction):
        return rec.schema
    if not isinstance(rec, pd.DataFrame):
        raise RequestError(f"a Reconstruction or a DataFrame is needed, got {type(rec).__name__}")
    if target is None:
        raise RequestError("the reconstruction is a bare table; name its target column (target=)")
    frame = rec.set_axis([str(name) for name in rec.columns], axis="columns")
    if target not in frame.columns:
        raise SchemaError(f"{REBUILT} has no target column '{target}'; its columns are {_shown(frame.columns)}")
    schema = observed_schema(frame, target, None if base is None else base.schema)
    if base is None:
        return schema
    fitting = reconcile(base.schema, schema, about(base).undetermined, about(base).tolerant)
    return fitting.with_target(type(fitting.target)(target, fitting.target.classes))


def read_inputs(
    schema: Schema, frames: Mapping[str, pd.DataFrame], target: str | None, drawn: pd.DataFrame | None
) -> Inputs:
    """Check tables and encode them.

    Parameters
    ----------
    schema
        Of the reconstruction.
    frames
        Tables with their target, by title: the reconstruction and, where given, training rows and held-out rows.
    target
        The target's column in the real rows; by default that of the reconstruction.
    drawn
        Rows of the prior, features only.

    Raises
    ------
    RetrodictError
        If a table lacks a column or labels, holds labels that are none of the classes, or has nothing to be learned.
    """
    plain = {title: _plain(frame, title, schema, target) for title, frame in frames.items()}
    listed = plain if drawn is None else {**plain, PRIOR: drawn}
    layout, warnings = Layout.of(schema, listed)
    tables = {}
    for title, frame in plain.items():
        codes = layout.encode(frame, title)
        tables[title] = Rows(codes[:, :-1], codes[:, -1])
    if drawn is not None:
        tables[PRIOR] = Rows(layout.without_target.encode(drawn, PRIOR), np.full(len(drawn), np.nan))
    for title in (REBUILT, TRAIN):
        if title in tables:
            _check_learnable(tables[title], title, schema)
    return Inputs(schema, layout, tables, warnings + _doubts(layout, tables))


def _plain(frame: Any, title: str, schema: Schema, target: str | None) -> pd.DataFrame:
    """Return the columns of a table in order, the target under the reconstruction's name and in its classes."""
    if not isinstance(frame, pd.DataFrame):
        raise RequestError(f"{title} must be a pandas DataFrame, got {type(frame).__name__}")
    frame = frame.set_axis([str(name) for name in frame.columns], axis="columns")
    twice = sorted(set(frame.columns[frame.columns.duplicated()]))
    if twice:
        raise SchemaError(f"columns of {title} stand twice: {_shown(twice)}")
    own, name = schema.target.name if title == REBUILT or target is None else target, schema.target.name
    if own not in frame.columns:
        raise SchemaError(f"{title} have no target column '{own}'; their columns are {_shown(frame.columns)}")
    absent = [feature for feature in schema.names if feature not in frame.columns]
    if absent:
        raise SchemaError(f"{title} lack columns that the reconstruction has: {_shown(absent)}")
    if frame.empty:
        raise RequestError(f"{title} are none; give at least one row")
    labels = frame[own]
    if labels.isna().any():
        raise SchemaError(f"{int(labels.isna().sum())} of {title} have no target; drop them")
    if schema.target.is_class:
        labels = known_labels(labels, title, schema)
    return frame[list(schema.names)].assign(**{name: labels})


def _check_learnable(rows: Rows, title: str, schema: Schema) -> None:
    held = np.unique(rows.y)
    if len(held) > 1:
        return
    what = f"one class only ({schema.target.classes[int(held[0])]!r})" if schema.target.is_class else "one target value"
    raise RequestError(f"{title} hold {what}; nothing can be learned from them: give rows of at least two")


def _doubts(layout: Layout, tables: Mapping[str, Rows]) -> tuple[str, ...]:
    lines = without_values(layout, {title: rows.X for title, rows in tables.items() if title != REBUILT})
    constant = []
    for j, column in enumerate(layout.columns[:-1] if REBUILT in tables else ()):
        values = tables[REBUILT].X[:, j]
        present = values[~np.isnan(values)]
        if len(present) < 2 or (present == present[0]).all():
            constant.append(column.name)
    if constant:
        end = "constant: replicas learn nothing from"
        lines.append(said_of(constant, REBUILT, f"is {end} it", f"are {end} them"))
    classes = layout.columns[-1].categories
    for title in (REBUILT, TRAIN):
        absent = [str(c) for i, c in enumerate(classes) if title in tables and i not in tables[title].y]
        if absent:
            lines.append(f"{title} have no row of class {_shown(absent)}: what is trained on them never predicts it")
    if HOLDOUT not in tables:
        return tuple(lines)
    holdout = tables[HOLDOUT]
    if classes and len(np.unique(holdout.y)) < 2:
        lines.append(f"{HOLDOUT} hold one class only: AUC is undefined, and accuracy says little")
    both = {title: np.column_stack([tables[title].X, tables[title].y]) for title in tables if title != PRIOR}
    if TRAIN in tables:
        lines += overlap(both[HOLDOUT], both[TRAIN])
    else:
        found = [line for line in overlap(both[HOLDOUT], both[REBUILT]) if "the parts overlap" in line]
        share = [line.split(" equal ")[0] for line in found]
        lines += [f"{text} equal a row of {REBUILT}: the base model may have been trained on them" for text in share]
    return tuple(lines)


def _shown(names: Any, limit: int = 8) -> str:
    names = [str(name) for name in names]
    return ", ".join(names[:limit]) + (f", ... ({len(names)} in all)" if len(names) > limit else "")
