"""Real rows as an audit takes them: the target found, columns fit to the model, doubts in words."""

from __future__ import annotations

import pandas as pd

from retrodict.budget.sources import target_column
from retrodict.errors import RequestError, SchemaError
from retrodict.models import Model
from retrodict.tables.labelled import counts_rows


def checked_rows(
    model: Model, frames: dict[str, pd.DataFrame | None], target: str | None
) -> tuple[dict[str, pd.DataFrame | None], str | None, list[str]]:
    """Return the tables with the model's column names, the column of the target, and what was done to them.

    Parameters
    ----------
    model
        Names the features.
    frames
        Tables by title: training rows, held-out rows; ``None`` where not given.
    target
        The target's column; by default the model's name of it, or the only column that is no feature.

    Raises
    ------
    RetrodictError
        If a table has no target column, lacks a feature, or holds no target value.
    """
    notes: list[str] = []
    given = {title: frame for title, frame in frames.items() if frame is not None}
    column = target
    for title, frame in given.items():
        if not isinstance(frame, pd.DataFrame):
            raise RequestError(f"the {title} rows must be a pandas DataFrame, got {type(frame).__name__}")
        names = [str(name) for name in frame.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise SchemaError(f"columns of the {title} rows stand twice: {_shown(twice)}")
        frame = frame.set_axis(names, axis="columns")
        try:
            column = target_column(model.schema, frame, column)
        except SchemaError:
            raise SchemaError(
                f"the {title} rows have no target column '{column or model.schema.target.name}'; "
                f"their columns are {_shown(names)}: name the target (--target, target=)"
            ) from None
        if not model.schema.named:
            frame = _named(model, frame, column, title, notes)
        absent = [name for name in model.schema.names if name not in frame.columns]
        if absent:
            raise SchemaError(f"the {title} rows lack columns that the model takes: {_shown(absent)}")
        extra = [name for name in frame.columns if name != column and name not in model.schema.names]
        if extra:
            notes.append(f"columns of the {title} rows that the model does not take are left out: {_shown(extra)}")
            notes += [
                f"column '{name}' of the {title} rows numbers the rows" for name in extra if counts_rows(frame[name])
            ]
        frame = frame[[*model.schema.names, column]]
        gone = int(frame[column].isna().sum())
        if gone:
            notes.append(f"{gone:,} of {len(frame):,} {title} rows have no target and are left out")
            frame = frame[frame[column].notna()]
        if frame.empty:
            raise RequestError(f"no {title} row has a target; an audit needs labelled rows")
        frames = {**frames, title: frame.reset_index(drop=True)}
    return frames, column, notes


def _named(model: Model, frame: pd.DataFrame, target: str, title: str, notes: list[str]) -> pd.DataFrame:
    """Give the columns the names that were made up for a model fitted without any, by position."""
    features = [name for name in frame.columns if name != target]
    if len(features) != len(model.schema):
        raise SchemaError(
            f"the model was fitted without column names on {len(model.schema)} columns, and the {title} rows have "
            f"{len(features)} beside the target; give exactly the model's columns, in the order of its training array"
        )
    if features != list(model.schema.names):
        notes.append(f"the model was fitted without column names: columns of the {title} rows match by position")
    return frame.rename(columns=dict(zip(features, model.schema.names, strict=True)))


def _shown(names: list[str], limit: int = 8) -> str:
    return ", ".join(names[:limit]) + (f", ... ({len(names)} in all)" if len(names) > limit else "")
