"""Read and write tables that no model or reconstruction describes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrodict.errors import RequestError

if TYPE_CHECKING:
    import pandas as pd


def read_table(path: Path, what: str = "table", *, text: bool = False) -> pd.DataFrame:
    """Read a CSV file with a head line, or a Parquet file; its content tells which.

    Parameters
    ----------
    path
        The file.
    what
        What it holds, for messages.
    text
        Whether a CSV file's cells are left as they are written: labels such as ``01`` and ``NA`` are no numbers.

    Raises
    ------
    RequestError
        If it can't be read, or holds no rows.
    """
    import pandas as pd

    from retrodict.schema.csv_numbers import AS_WRITTEN
    from retrodict.tables.files import read_file

    plain: dict[str, Any] = {"dtype": str, "keep_default_na": False} if text else {}
    frame = read_file(path, what, lambda path: pd.read_csv(path, **plain, **AS_WRITTEN))
    if frame.empty:
        raise RequestError(f"{what} file '{path}' holds no rows; give at least one")
    return frame


def check_table_file(out: Path) -> None:
    """Check that a table can be written to a file.

    Raises
    ------
    RequestError
        If its name ends in no known way, it is a folder, or lies in none.
    """
    from retrodict.results.folder import check_file

    if out.suffix not in (".parquet", ".csv"):
        raise RequestError(f"tables are written as Parquet or CSV, got '{out}'; end its name with .parquet or .csv")
    check_file(out)


def write_table(frame: pd.DataFrame, out: Path) -> None:
    """Write a table as Parquet, or CSV if its name ends so, in one step.

    Raises
    ------
    RetrodictError
        If it can't be written.
    """
    from retrodict.results.folder import write_file

    write_file(out, frame.to_csv(index=False).encode() if out.suffix == ".csv" else frame.to_parquet(index=False))
