"""Read and write tables that no model or reconstruction describes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from retrodict.errors import RequestError

if TYPE_CHECKING:
    import pandas as pd


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV file with a head line, or a Parquet file; its content tells which.

    Raises
    ------
    RequestError
        If it can't be read, or holds no rows.
    """
    import pandas as pd

    from retrodict.schema.csv_numbers import AS_WRITTEN

    try:
        with path.open("rb") as file:
            parquet = file.read(4) == b"PAR1"
        frame = pd.read_parquet(path) if parquet else pd.read_csv(path, **AS_WRITTEN)
    except FileNotFoundError as error:
        raise RequestError(f"table '{path}' does not exist; give a CSV or Parquet file") from error
    except IsADirectoryError as error:
        raise RequestError(f"'{path}' is a folder; give a CSV or Parquet file") from error
    except (OSError, ValueError, UnicodeError) as error:  # parser errors of pandas and pyarrow are ValueErrors
        reason = " ".join(str(error).split())[:200]
        raise RequestError(f"table '{path}' can't be read as CSV or Parquet: {reason}; write it again") from error
    if frame.empty:
        raise RequestError(f"table '{path}' holds no rows; give at least one")
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
