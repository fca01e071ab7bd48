"""Tables that stand in the place of a training table: they hold levels and a number, and nothing of a row."""

from __future__ import annotations

from typing import Any

import pandas as pd

STANDS = (1.0, 0.5, 2.0, 10.0, 100.0)
"""Numbers that stand for all values of a column; one of them is in the domain of most functions."""


def filled(frame: pd.DataFrame, values: dict[Any, list[Any]]) -> pd.DataFrame:
    """Return a table with given values in each column, as often as the longest of them needs, one after the other.

    Parameters
    ----------
    frame
        Whose columns and types it has.
    values
        By column.
    """
    n = max(len(own) for own in values.values())
    out = {}
    for name in frame.columns:
        own, dtype = values[name], frame[name].dtype
        column = pd.Series([own[i % len(own)] for i in range(n)])
        number = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)
        out[name] = column if number else column.astype(dtype)
    return pd.DataFrame(out)


def is_stand_in(frame: Any) -> bool:
    """Whether a table holds no more than each column's own values, in their order, from the first on again and again.

    One column may hold many numbers; all others are levels or one number of `STANDS`. Which values stood together in a
    row such a table can't tell: a table of that form is one that `sanitize` wrote.

    Parameters
    ----------
    frame
        Of the data of a result.
    """
    if not isinstance(frame, pd.DataFrame) or not len(frame.columns) or not isinstance(frame.index, pd.RangeIndex):
        return False
    values: dict[Any, list[Any]] = {}
    many = 0
    for name in frame.columns:
        column = frame[name]
        own = list(dict.fromkeys(column.tolist()))
        number = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
        if number and len(own) == 1 and own[0] not in STANDS:
            many += 1
        elif number and len(own) > 1:
            many += 1
            own = column.tolist()
        values[name] = own
    if many > 1 or not all(values.values()):
        return False
    return filled(frame, values).equals(frame)
