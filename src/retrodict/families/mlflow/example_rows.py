"""Rows that were logged with a model as an example of its input, in the forms in which MLflow writes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrodict.models.json_text import read_json

Array = np.ndarray

MOST = 16 * 2**20
"""Bytes of a file of examples that is read."""

_MOST_CELLS = 5_000_000
_SPLIT = ("dataframe_split", "dataframe_records", "inputs", "instances")


def rows_of(content: bytes, names: tuple[str, ...]) -> tuple[tuple[str, ...], Array] | None:
    """Return the columns and rows of an example.

    Parameters
    ----------
    content
        Of a JSON file: a table split into columns and data, a list of records, or a list of rows; or one of these under
        the key that a server takes it by.
    names
        The model's columns, for rows without names.

    Returns
    -------
    tuple or None
        Names, and cells as objects, shape (n, d); ``None`` where it is none of these.
    """
    try:
        read = read_json(content)
    except (ValueError, RecursionError):
        return None
    if isinstance(read, dict):
        keys = [key for key in _SPLIT if key in read]
        if len(keys) == 1 and set(read) <= {keys[0], "params"}:
            read = read[keys[0]]
    return _table(read, names)


def _table(read: Any, names: tuple[str, ...]) -> tuple[tuple[str, ...], Array] | None:
    if isinstance(read, dict):
        if "data" in read and set(read) <= {"columns", "data", "index"}:
            columns = read.get("columns")
            own = tuple(map(str, columns)) if isinstance(columns, list) else None
            return _rows(read["data"], own or names)
        if read and all(isinstance(value, list) for value in read.values()):
            lists = list(read.values())
            if len({len(one) for one in lists}) == 1 and not any(
                isinstance(cell, list) for one in lists for cell in one
            ):
                return _rows([list(row) for row in zip(*lists, strict=True)], tuple(read))
            return None
        if read and all(_plain(value) for value in read.values()):
            return _rows([list(read.values())], tuple(read))
        return None
    if isinstance(read, list) and read and all(isinstance(row, dict) for row in read):
        columns = tuple(dict.fromkeys(name for row in read for name in row))
        return _rows([[row.get(name) for name in columns] for row in read], columns)
    return _rows(read, names)


def _rows(data: Any, names: tuple[str, ...]) -> tuple[tuple[str, ...], Array] | None:
    """Return rows of plain cells, all of the same width; a single row is one."""
    if not isinstance(data, list) or not data:
        return None
    rows = data if all(isinstance(row, list) for row in data) else [data]
    width = len(rows[0])
    if not width or width * len(rows) > _MOST_CELLS:
        return None
    if any(len(row) != width or not all(_plain(cell) for cell in row) for row in rows):
        return None
    out = np.empty((len(rows), width), dtype=object)
    for i, row in enumerate(rows):
        out[i] = [np.nan if cell is None else cell for cell in row]
    return (names if len(names) == width else tuple(f"column {i}" for i in range(width))), out


def _plain(cell: Any) -> bool:
    return cell is None or isinstance(cell, bool | int | float | str)
