"""Read the files of real rows that a command is given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    import pandas as pd

    from retrodict.schema import Schema

TRAIN, HOLDOUT, KNOWN = "training rows", "held-out rows", "known rows"
"""What messages call them."""


@overload
def read(path: Path, what: str, schema: Schema, target: str | None) -> pd.DataFrame: ...
@overload
def read(path: Path | None, what: str, schema: Schema, target: str | None) -> pd.DataFrame | None: ...
def read(path: Path | None, what: str, schema: Schema, target: str | None) -> pd.DataFrame | None:
    """Read a table, if there is one.

    Parameters
    ----------
    path
        Of a CSV or Parquet file.
    what
        `TRAIN`, `HOLDOUT` or `KNOWN`.
    schema
        Of the model or the reconstruction: what it knows as text stays text.
    target
        The target's column, if it has another name there.

    Raises
    ------
    RequestError
        If it can't be read.
    """
    from retrodict.tables.files import read_rows

    return None if path is None else read_rows(path, what, schema, target)
