"""Whether two tables are the same, told without either: a hash of names, kinds and cells."""

from __future__ import annotations

import hashlib

import pandas as pd


def table_hash(frame: pd.DataFrame) -> str:
    """Return a hash of a table: of its columns' names and kinds, and of its rows in their order.

    Parameters
    ----------
    frame
        The table; its index counts for nothing.
    """
    digest = hashlib.sha256()
    for name, column in frame.items():
        digest.update(f"{name}\0{column.dtype}\0".encode(errors="surrogatepass"))
        if column.dtype == object:  # texts and numbers in one column have no common order
            column = column.map(lambda cell: f"{type(cell).__name__} {cell}")
        digest.update(pd.util.hash_pandas_object(column, index=False, categorize=False).to_numpy().tobytes())
    return f"sha256:{digest.hexdigest()}"
