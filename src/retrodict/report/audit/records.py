"""The table of single records: who may be told, row by row. It singles out persons, and is written only when asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from retrodict.auditing import AuditResult
from retrodict.plain_text import shown

FILE = "records.csv"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings by which a spreadsheet takes a text for a formula."""
_DIGITS = 6


def records_text(found: AuditResult) -> str | None:
    """Return the table as CSV, one line a row of the tables; ``None`` where there is nothing to tell.

    Columns: ``table`` (train or holdout), ``row`` (its place in that table as it was given, from 0), then each attack's
    number, larger where the row is rather held to be a training record, and the distance to the nearest record that
    was brought back, where that was measured. Texts that a spreadsheet would take for formulas are quoted by an
    apostrophe; numbers stay numbers.
    """
    frame = None if found.membership is None else found.membership.records
    if frame is None or frame.empty:
        return None
    return csv_text(frame)


def csv_text(frame: pd.DataFrame) -> str:
    """Return a table as CSV in which nothing acts in a spreadsheet or a terminal."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_harmless(name) for name in frame.columns)
    for row in frame.itertuples(index=False, name=None):
        writer.writerow(_cells(row))
    return buffer.getvalue()


def _cells(row: Iterable[Any]) -> list[Any]:
    cells: list[Any] = []
    for value in row:
        if isinstance(value, bool | np.bool_):
            cells.append(str(bool(value)).lower())
        elif isinstance(value, int | np.integer):
            cells.append(int(value))
        elif isinstance(value, float | np.floating):
            cells.append("" if np.isnan(value) else _number(float(value)))
        else:
            cells.append("" if value is None else _harmless(value))
    return cells


def _number(value: float) -> str:
    """Return a number as text; -inf, which a spreadsheet takes for a formula, is quoted."""
    return f"{value:.{_DIGITS}g}" if np.isfinite(value) else _harmless(value)


def _harmless(value: Any) -> str:
    text = shown(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def singling(found: AuditResult, written: bool) -> str:
    """Return what the report says of the table of single records.

    Parameters
    ----------
    found
        The audit.
    written
        Whether the table lies beside the report.
    """
    if not written:
        return (
            "Which records are the most exposed was not written to a file. An audit with --records writes records.csv, "
            "one line a record: it singles out persons, and is for those alone who may see the training records."
        )
    held = found.membership.records if found.membership is not None else None
    return (
        f"{FILE} in the folder of this report has a line for each of {0 if held is None else len(held):,} records. "
        "It singles out persons: only those who may see the training records may see it. Take it out of the folder "
        "before you pass the report on."
    )
