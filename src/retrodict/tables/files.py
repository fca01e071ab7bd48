"""Read files of real rows."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrodict.errors import RequestError
from retrodict.plain_text import one_line
from retrodict.tables.columns import UNNAMED
from retrodict.tables.extent import check_packed, check_width

if TYPE_CHECKING:
    import pandas as pd

    from retrodict.schema import Schema

_log = logging.getLogger(__name__)


def read_rows(path: Path, what: str, schema: Schema, target: str | None = None) -> pd.DataFrame:
    """Read a CSV file with a head line, or a Parquet file; its content tells which.

    Columns whose values are text in the schema stay text in a CSV file: categories such as ``01`` are no numbers, and
    ``NA`` may be one. An empty cell is missing.

    Parameters
    ----------
    path
        The file.
    what
        What it holds, for messages.
    schema
        Of the model or the reconstruction that the rows are held against.
    target
        The target's column in the file; by default the schema's name of it, else the only column that is no feature.

    Raises
    ------
    RequestError
        If it can't be read.
    """
    return read_file(path, what, lambda path: _csv(path, what, schema, target))


def read_file(path: Path, what: str, read_csv: Callable[[Path], pd.DataFrame]) -> pd.DataFrame:
    """Read a CSV file in a way of its own, or a Parquet file; its content tells which.

    Parameters
    ----------
    path
        The file.
    what
        What it holds, for messages.
    read_csv
        Reads it where it is no Parquet file.

    Raises
    ------
    RequestError
        If it can't be read.
    """
    import pandas as pd

    try:
        with path.open("rb") as file:
            parquet = file.read(4) == b"PAR1"
        if parquet:
            check_packed(path, what)
        frame = pd.read_parquet(path) if parquet else read_csv(path)
        _log.info("%s: %s, %d rows of %d columns", path, what, *frame.shape)
        return frame
    except FileNotFoundError as error:
        raise RequestError(f"{what} file '{path}' does not exist; give a CSV or Parquet file") from error
    except IsADirectoryError as error:
        raise RequestError(f"'{path}' is a folder; give a CSV or Parquet file of {what}") from error
    except RequestError:  # is a ValueError, and says itself what helps
        raise
    except (OSError, ValueError, UnicodeError) as error:  # parser errors of pandas and pyarrow are ValueErrors
        reason = one_line(error, 200)
        raise RequestError(f"{what} file '{path}' can't be read as CSV or Parquet: {reason}; write it again") from error


def _csv(path: Path, what: str, schema: Schema, target: str | None) -> pd.DataFrame:
    import pandas as pd
    from pandas._libs.parsers import STR_NA_VALUES

    from retrodict.schema.csv_numbers import AS_WRITTEN

    check_width(path, what, len(schema.features))
    names = list(pd.read_csv(path, nrows=0).columns)
    text = _text(names, schema, target)
    absent: dict[Any, list[str]] = {name: [""] if name in text else sorted(STR_NA_VALUES) for name in names}
    types = {name: str for name in names if name in text}
    return pd.read_csv(path, dtype=types, na_values=absent, keep_default_na=False, **AS_WRITTEN)


def _text(names: list[str], schema: Schema, target: str | None) -> set[str]:
    """Return the columns of a file whose values are text: the target is found as the reader of rows finds it."""
    lists = {feature.name: feature.categories for feature in schema.features}
    others = [name for name in names if name not in lists and not UNNAMED.fullmatch(name)]
    plain = schema.target.name if schema.target.name in others or len(others) != 1 else others[0]
    lists[target or plain] = schema.target.classes
    return {name for name, values in lists.items() if values and all(isinstance(value, str) for value in values)}
