"""What commands print: JSON and tables on standard output, notes on standard error."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def print_json(data: dict[str, Any]) -> None:
    """Print one JSON object on standard output."""
    print(json.dumps(data, indent=2, allow_nan=False, default=str))


def finite(data: Any) -> Any:
    """Return plain data with null for every number that JSON has no word for: infinite, or not a number."""
    if isinstance(data, dict):
        return {key: finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def note(text: str) -> None:
    """Print one line for people on standard error."""
    print(" ".join(text.split()), file=sys.stderr, flush=True)


def print_line(text: str = "") -> None:
    """Print one line on standard output, however long."""
    print(text)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], right: Sequence[str] = ()) -> None:
    """Print a table on standard output.

    Parameters
    ----------
    title
        Stands above it.
    columns
        Their heads.
    rows
        Cells, shown as text.
    right
        Columns that are set flush right.
    """
    table = Table(title=escape(title), title_justify="left", title_style="bold", header_style="bold")
    for name in columns:
        table.add_column(escape(name), justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    Console(highlight=False).print(table)
