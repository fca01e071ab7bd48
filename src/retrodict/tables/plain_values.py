"""Values of real rows as what a schema says they are: labels as classes, dates as what they can be compared as."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from retrodict.errors import SchemaError
from retrodict.plain_text import listing
from retrodict.results.notes import Note
from retrodict.schema import Feature, Schema, class_of
from retrodict.tables.titles import said_of

_DAY = pd.Timedelta(days=1)
_DATES = {"date", "datetime", "datetime64"}


def plain_values(frame: pd.DataFrame, title: str, schema: Schema, loose: Collection[str] = ()) -> pd.DataFrame:
    """Return a table whose columns hold what the schema says, as far as they can.

    Parameters
    ----------
    frame
        The features, and the target where there is one.
    title
        What it is, for messages.
    schema
        What the columns are.
    loose
        Features whose kind is not known: what they hold is left as it is.

    Raises
    ------
    SchemaError
        If a column holds dates or complex numbers where numbers are known, or nothing but values that are not listed;
        or a label is none of the classes.
    """
    changed = {}
    for feature in schema.features:
        column = frame[feature.name]
        if feature.name in loose:
            continue
        if is_date(column):
            changed[feature.name] = column = _dates(column, title, feature)
        if feature.listed:
            _check_listed(column, title, feature)
        elif pd.api.types.is_complex_dtype(column.dtype):
            raise SchemaError(f"{title}: column '{feature.name}' holds complex numbers; turn them into real ones")
    target = next((name for name in frame.columns if name not in schema.names), None)
    if target is not None:
        if schema.target.is_class:
            changed[target] = known_labels(frame[target], title, schema.target.classes)
        elif is_date(frame[target]):
            raise SchemaError(f"{title}: the target '{target}' holds dates where numbers are known; turn it into those")
    return frame.assign(**changed) if changed else frame


def is_date(column: pd.Series[Any]) -> bool:
    """Whether a column holds dates, times or spans of time."""
    kind = pd.api.types
    if kind.is_datetime64_any_dtype(column.dtype) or kind.is_timedelta64_dtype(column.dtype):
        return True
    if isinstance(column.dtype, pd.PeriodDtype):
        return True
    return kind.is_object_dtype(column.dtype) and kind.infer_dtype(column, skipna=True) in _DATES


def _dates(column: pd.Series[Any], title: str, feature: Feature) -> pd.Series[Any]:
    """Return dates as a list of text or of dates has them."""
    if not feature.listed:
        raise SchemaError(
            f"{title}: column '{feature.name}' holds dates where numbers are known; turn them into the numbers "
            "that the model was trained on"
        )
    if not all(isinstance(value, str) for value in feature.categories):
        return column.astype(object)
    texts = column.astype(str).where(column.notna())  # a column of whole days has no times of day
    return texts.astype(object)


def days(frame: pd.DataFrame, title: str, names: Collection[str], notes: list[Note]) -> pd.DataFrame:
    """Return a table with some columns of dates as numbers: days since 1970, or days that a span lasts.

    Parameters
    ----------
    frame
        The table.
    title
        What it is, for messages.
    names
        The columns that hold dates in any of the tables.
    notes
        Takes which they are.

    Raises
    ------
    SchemaError
        If one of them holds something else here.
    """
    found = {}
    for name in names:
        column = frame[name]
        if pd.api.types.is_timedelta64_dtype(column.dtype):
            found[name] = column / _DAY
            continue
        stamps = column.dt.to_timestamp() if isinstance(column.dtype, pd.PeriodDtype) else column
        try:
            if not is_date(column) and pd.api.types.is_numeric_dtype(column.dropna().infer_objects().dtype):
                raise ValueError("numbers are no dates")  # they would be taken for nanoseconds
            utc = pd.to_datetime(stamps, utc=True, format=None if is_date(column) else "ISO8601")
        except (TypeError, ValueError) as error:
            raise SchemaError(f"{title}: column '{name}' holds dates in another table; write them alike") from error
        found[name] = (utc - pd.Timestamp(0, tz="UTC")) / _DAY
    if not found:
        return frame
    text = said_of(list(found), title, "holds dates: days are compared", "hold dates: days are compared")
    notes.append(Note("dates", text, title=title, columns=list(found)))
    return frame.assign(**found)


def _check_listed(column: pd.Series[Any], title: str, feature: Feature) -> None:
    held = _distinct(column, title)
    if len(held) and not any(value in feature.categories for value in held):
        raise SchemaError(
            f"column '{feature.name}' of {title} holds none of the values that are known: it holds "
            f"{listing(map(repr, held[:3]))} where {listing(map(repr, feature.categories[:3]))} are known; write them "
            "alike"
        )


def _distinct(column: pd.Series[Any], title: str) -> list[Any]:
    try:
        return list(column.astype(object).dropna().unique())
    except TypeError as error:  # of lists, dicts and other things that have no hash
        raise SchemaError(f"{title}: column '{column.name}' holds lists or the like, no plain values") from error


def known_labels(labels: pd.Series[Any], title: str, classes: Collection[Any]) -> pd.Series[Any]:
    """Return labels as the classes that they are; a file keeps no types, so that they may be written otherwise.

    Raises
    ------
    SchemaError
        Naming those that are none of the classes.
    """
    values, listed = labels.astype(object), tuple(classes)
    places = {value: class_of(value, listed) for value in _distinct(labels, title)}
    unknown = [repr(value) for value, place in places.items() if place is None]
    if unknown:
        codes = listed == tuple(range(len(listed)))
        or_else = ", or name the model's classes in a schema, in the order of these codes" if codes else ""
        raise SchemaError(
            f"the target of {title} holds {listing(unknown)}, none of the classes {listing(map(repr, listed))}; write "
            f"them alike{or_else}"
        )
    known = {value: listed[place] for value, place in places.items() if place is not None}
    return pd.Series([known[value] for value in values], index=labels.index, dtype=object)
