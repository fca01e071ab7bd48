"""Read the table that a world is fitted to."""

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
