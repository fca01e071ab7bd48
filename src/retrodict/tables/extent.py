"""How large a table may be, told from its head: some small files become more than any machine holds."""

from __future__ import annotations

import csv
from pathlib import Path

from retrodict.errors import RequestError

_WIDTH = 50_000
"""Columns of any table: reading them takes seconds, where a million take minutes and all memory."""

_WIDTHS = 4
"""Times the model's columns that a table may have, where that is more."""

_PLAIN_BYTES = 2**30
"""Bytes that any table may take in memory, however well it is packed."""

_PACKED = 1_000
"""Times the bytes of its file that a larger one may take: real tables are packed to a hundredth at best."""

_CELL_BYTES = 8


def check_width(path: Path, what: str, known: int) -> None:
    """Refuse a CSV file of far more columns than the model has.

    Parameters
    ----------
    path, what
        The file, and what it holds.
    known
        How many columns the model has.

    Raises
    ------
    RequestError
        If it has them.
    ValueError
        If its head line can't be one.
    """
    most = max(_WIDTH, _WIDTHS * known)
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            width = len(next(csv.reader(file), []))  # the tables' own reader takes minutes for a million names
    except csv.Error as error:
        raise ValueError(f"its head line: {error}") from error
    if width > most:
        raise RequestError(
            f"{what} file '{path}' has {width:,} columns, and at most {most:,} are read for a model of {known:,}; "
            "keep the model's columns and the one that it predicts"
        )


def check_packed(path: Path, what: str) -> None:
    """Refuse a Parquet file that is made to become more than memory holds.

    Raises
    ------
    RequestError
        If it is.
    ValueError
        If it can't be read.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        rows, columns = file.metadata.num_rows, file.metadata.num_columns
    size, taken = path.stat().st_size, _CELL_BYTES * rows * columns
    if taken > max(_PLAIN_BYTES, _PACKED * size):
        raise RequestError(
            f"{what} file '{path}' has {size:,} bytes and states {rows:,} rows of {columns:,} columns, which take "
            f"{taken:,} in memory; it is damaged, or made to do harm: write it again"
        )
