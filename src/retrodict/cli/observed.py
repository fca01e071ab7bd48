"""Read a file of observed outputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrodict.errors import ObservationError

if TYPE_CHECKING:
    import pandas as pd


def read_outputs(path: Path, text: bool = False) -> pd.DataFrame:
    """Read a CSV file with a head line, or a Parquet file; its content tells which.

    Parameters
    ----------
    path
        Holds one column of labels or values, or one column of probabilities a class.
    text
        Whether a CSV file's cells are left as they are written: labels such as ``01`` and ``NA`` are no numbers.

    Raises
    ------
    ObservationError
        If it can't be read, or holds no rows.
    """
    import pandas as pd

    from retrodict.schema.csv_numbers import AS_WRITTEN

    plain: dict[str, Any] = {"dtype": str, "keep_default_na": False} if text else {}
    try:
        with path.open("rb") as file:
            parquet = file.read(4) == b"PAR1"
        frame = pd.read_parquet(path) if parquet else pd.read_csv(path, **plain, **AS_WRITTEN)
    except FileNotFoundError as error:
        raise ObservationError(f"outputs file '{path}' does not exist; give a CSV or Parquet file") from error
    except IsADirectoryError as error:
        raise ObservationError(f"'{path}' is a folder; give a CSV or Parquet file of outputs") from error
    except pd.errors.EmptyDataError as error:
        raise ObservationError(f"outputs file '{path}' is empty; give a head line and at least one output") from error
    except (OSError, ValueError, UnicodeError) as error:  # parser errors of pandas and pyarrow are ValueErrors
        reason = " ".join(str(error).split())[:200]
        raise ObservationError(
            f"outputs file '{path}' can't be read as CSV or Parquet: {reason}; write it again"
        ) from error
    if frame.empty:
        raise ObservationError(f"outputs file '{path}' holds no rows; give at least one output")
    return frame
