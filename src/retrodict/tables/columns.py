"""Which column of a table is which: the target, the features, and those that are neither."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import RequestError, SchemaError
from retrodict.plain_text import listing
from retrodict.results.notes import Note
from retrodict.schema import Schema, free_name
from retrodict.tables.titles import said_of

UNNAMED = re.compile(r"Unnamed: \d+")
"""What pandas calls a column without a head, such as a written index."""
_MANY, _GAPS = 50, 3  # 50 random whole numbers below 150 are all distinct in less than one table of ten thousand


@dataclass(frozen=True)
class Wanted:
    """The columns that a table should have.

    Parameters
    ----------
    features
        Their names, in order.
    target
        The name that the target gets.
    named
        False where the names of the features were made up: then columns match by position.
    labelled
        Whether a table must have a target.
    """

    features: tuple[str, ...]
    target: str
    named: bool = True
    labelled: bool = True

    @classmethod
    def of(cls, schema: Schema, labelled: bool = True) -> Wanted:
        """Return the columns of a schema; a target that is called as a feature is gets a name of its own."""
        return cls(schema.names, free_name(schema.target.name, schema.names), schema.named, labelled)


def wanted_columns(frame: Any, title: str, wanted: Wanted, own: str | None) -> tuple[pd.DataFrame, list[Note]]:
    """Return the features of a table in order, and its target, last, where it has one; rows without one are left out.

    Parameters
    ----------
    frame
        As the user gave it.
    title
        What it is, for messages.
    wanted
        The columns.
    own
        The user's name of the target in this table; ``None``: what `find_target` finds.

    Returns
    -------
    DataFrame, list of Note
        Its index is the place of each row in the table that was given.

    Raises
    ------
    RequestError
        If it is no table, or holds no rows, or none with a target.
    SchemaError
        If the target or a feature is not there, or stands twice with different values.
    """
    notes: list[Note] = []
    frame = named_columns(frame, title, {*wanted.features, wanted.target, *([] if own is None else [own])}, notes)
    if frame.empty:
        raise RequestError(f"{title}: there are no rows; give at least one")
    target = find_target(frame, title, wanted, own, notes)
    if not wanted.named:
        frame = _by_position(frame, title, wanted, target, notes)
    absent = [name for name in wanted.features if name not in frame.columns]
    if absent:
        raise SchemaError(f"{title}: features are absent: {listing(absent)}; add them")
    taken = [*wanted.features, *([] if target is None else [target])]
    _say_left_out(frame, title, [name for name in frame.columns if name not in taken], notes)
    frame = frame[taken].set_axis(pd.RangeIndex(len(frame)), axis="index")
    if target is None:
        return frame, notes
    there = frame[target].notna().to_numpy(dtype=bool)
    if not there.any():
        raise RequestError(f"{title}: no row has a target; give labelled rows")
    if not there.all():
        gone, n = int((~there).sum()), len(frame)
        text = f"{gone:,} of {n:,} of {title} have no target and are left out"
        notes.append(Note("no_target", text, title=title, rows=gone, of=n))
        labels = frame.loc[there, target]
        frame = frame[there]
        if pd.api.types.is_float_dtype(labels.dtype) and (labels == labels.round()).all():
            frame = frame.assign(**{target: labels.astype(np.int64)})  # it was the gaps that made them fractions
    return frame.rename(columns={target: wanted.target}), notes


def named_columns(frame: Any, title: str, needed: Collection[str], notes: list[Note]) -> pd.DataFrame:
    """Return a table whose columns are called by text, each once.

    Parameters
    ----------
    frame
        As the user gave it.
    title
        What it is, for messages.
    needed
        Names of which there must be one meaning: two such columns with different values are refused.
    notes
        Takes what was done.

    Raises
    ------
    RequestError
        If it is no table.
    SchemaError
        If a column that is needed stands twice with different values.
    """
    if not isinstance(frame, pd.DataFrame):
        raise RequestError(f"{title} must be a pandas DataFrame, got {type(frame).__name__}")
    frame = frame.set_axis([str(name) for name in frame.columns], axis="columns")
    twice = list(dict.fromkeys(frame.columns[frame.columns.duplicated()]))
    if not twice:
        return frame
    different = [name for name in twice if not _same(frame[name])]
    unclear = [name for name in different if name in needed]
    if unclear:
        raise SchemaError(f"{title}: columns stand twice with different values: {listing(unclear)}; keep one of each")
    frame = frame.loc[:, ~(frame.columns.duplicated() | frame.columns.isin(different))]
    if different:
        text = f"columns of {title} that stand twice with different values are left out: {listing(different)}"
        notes.append(Note("columns_left_out", text, title=title, columns=different))
    alike = [name for name in twice if name not in different]
    if alike:
        text = said_of(alike, title, "stands twice with the same values: one is taken", "stand twice: one is taken")
        notes.append(Note("columns_twice", text, title=title, columns=alike))
    return frame


def _same(columns: pd.DataFrame) -> bool:
    first = columns.iloc[:, 0].astype(object)
    others = (columns.iloc[:, j].astype(object) for j in range(1, columns.shape[1]))
    return all(first.equals(other) for other in others)


def find_target(frame: pd.DataFrame, title: str, wanted: Wanted, own: str | None, notes: list[Note]) -> str | None:
    """Return the column of the target: the one named, the one called so, or the only one that is no feature.

    Parameters
    ----------
    frame
        Each column called by text, once.
    title
        What it is, for messages.
    wanted
        The columns; the target's name, and whether there must be one.
    own
        The user's name of the target; ``None`` where it was not named.
    notes
        Takes what was taken for granted.

    Raises
    ------
    SchemaError
        If it can't be told, with the columns that it may be.
    """
    names = list(frame.columns)
    if own is None and wanted.target in names and wanted.target not in wanted.features:
        return wanted.target
    if own in names and not (wanted.named and own in wanted.features):
        return own
    others = [name for name in names if name not in wanted.features and not UNNAMED.fullmatch(name)]
    if own is None and not wanted.labelled:
        return None
    if own is None and wanted.named:
        plain = others if len(others) == 1 else [name for name in others if not counts_rows(frame[name])]
        if len(plain) == 1:
            text = f"'{plain[0]}', the only column of {title} that is no feature, is taken for the target"
            notes.append(Note("target_found", text, title=title, column=plain[0]))
            return plain[0]
    if own is not None and own in names:
        raise SchemaError(f"{title}: the target '{own}' is a feature; name another column (target=, --target)")
    may_be = f"it may be {listing(others)}" if others and wanted.named else f"the columns are {listing(names)}"
    raise SchemaError(
        f"{title}: there is no target column '{own or wanted.target}'; {may_be}: name it (target=, --target)"
    )


def _by_position(
    frame: pd.DataFrame, title: str, wanted: Wanted, target: str | None, notes: list[Note]
) -> pd.DataFrame:
    """Give the columns the names that were made up for a model fitted without any."""
    if all(name in frame.columns for name in wanted.features):
        return frame
    features = [name for name in frame.columns if name != target]
    if len(features) > len(wanted.features):  # an index that was written with the table is no column of the model's
        features = [name for name in features if not UNNAMED.fullmatch(name)]
    if len(features) != len(wanted.features):
        beside = "" if target is None else f" beside the target '{target}'"
        raise SchemaError(
            f"{title}: the model was fitted without column names on {len(wanted.features)} columns, and there are "
            f"{len(features)}{beside}; give exactly the model's columns, in the order of its training array"
        )
    text = f"the model was fitted without column names: columns of {title} match by position"
    notes.append(Note("by_position", text, title=title))
    return frame.rename(columns=dict(zip(features, wanted.features, strict=True)))


def _say_left_out(frame: pd.DataFrame, title: str, extra: Sequence[str], notes: list[Note]) -> None:
    counting = [name for name in extra if numbers_rows(frame[name])]
    if counting:
        text = said_of(counting, title, "numbers the rows and is left out", "number the rows and are left out")
        notes.append(Note("row_numbers", text, title=title, columns=counting))
    others = [name for name in extra if name not in counting]
    if others:
        text = f"columns of {title} that are no features are left out: {listing(others)}"
        notes.append(Note("columns_left_out", text, title=title, columns=others))


def numbers_rows(column: pd.Series[Any]) -> bool:
    """Whether a column that is no feature looks like a written index, by its name or its values."""
    return bool(UNNAMED.fullmatch(str(column.name))) or counts_rows(column)


def counts_rows(column: pd.Series[Any]) -> bool:
    """Whether a column looks like a row number: distinct whole numbers, in increasing order or with few gaps.

    Rows that were shuffled and split keep numbers with few gaps; other whole numbers repeat before they are so dense.
    """
    if not pd.api.types.is_numeric_dtype(column.dtype) or column.isna().any() or len(column) < 3:
        return False
    values = column.to_numpy(dtype=np.float64)
    if not (values == np.round(values)).all():
        return False
    dense = len(values) >= _MANY and np.ptp(values) < _GAPS * len(values) and len(np.unique(values)) == len(values)
    return bool(dense or (np.diff(values) > 0).all())
