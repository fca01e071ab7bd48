"""Read a file of guesses of categories."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from retrodict.errors import RequestError
from retrodict.plain_text import one_line, shown

_REMEDY = 'give a CSV file with a column a feature, or JSON such as {"site": ["north", "south"]}'


def read(path: Path) -> dict[str, list[Any]]:
    """Return guesses by feature, from a CSV file with a column a feature, or a JSON object of lists.

    Parameters
    ----------
    path
        Of the file. Cells of a CSV file are texts, and empty ones are none: columns need not be equally long.

    Raises
    ------
    RequestError
        If it can't be read.
    """
    where = f"the candidates file '{shown(path)}'"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{where} can't be read: {one_line(error, 200)}; {_REMEDY}") from error
    if text.lstrip().startswith("{"):
        return _from_json(text, where)
    try:
        head, *rows = [row for row in csv.reader(io.StringIO(text), strict=True) if row]
    except (csv.Error, ValueError) as error:
        raise RequestError(f"{where} holds no table: {one_line(error, 200)}; {_REMEDY}") from error
    if len(set(head)) != len(head) or any(len(row) > len(head) for row in rows):
        raise RequestError(f"{where} has rows longer than its head, or a name twice; {_REMEDY}")
    return {name: [row[i] for row in rows if i < len(row) and row[i]] for i, name in enumerate(head)}


def _from_json(text: str, where: str) -> dict[str, list[Any]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"{where} is no JSON: {one_line(error, 200)}; {_REMEDY}") from error
    for name, values in found.items():
        if not isinstance(values, list) or not all(isinstance(one, str | int) for one in values):
            raise RequestError(f"{where} has no list of texts or whole numbers for '{shown(name)}'; {_REMEDY}")
    return dict(found)
