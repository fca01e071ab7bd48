"""What an adversary knows of a training table: columns, rows or single cells, which a rebuilt one holds as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import RequestError
from retrodict.matching.problem import Known
from retrodict.matching.reading import Reading
from retrodict.plain_text import listing
from retrodict.schema import Schema, free_name
from retrodict.schema.encoding import encode_column

Array = np.ndarray


def knowing(reading: Reading, known: pd.DataFrame) -> Reading:
    """Return the same problem with cells that are known.

    Parameters
    ----------
    reading
        The problem of a training table.
    known
        Columns of the table: features, and labels under the name of the target. Row i is row i of the table; rows
        behind the last, and empty cells, are not known.

    Raises
    ------
    RequestError
        If it knows nothing of the table, or more rows than it has.
    SchemaError
        If a value is none of its feature's.
    """
    schema, n = reading.schema, reading.problem.table.n
    target = free_name("target", schema.names)
    columns = {str(name): name for name in known.columns}
    strange = [name for name in columns if name not in schema.names and name != target]
    if strange:
        raise RequestError(f"the model knows no column {listing(strange)}; it has {listing([*schema.names, target])}")
    if len(known) > n:
        raise RequestError(f"{len(known):,} rows are known of a table of {n:,}; leave out those that are not its own")
    values = np.full((n, len(schema)), np.nan)
    for j, feature in enumerate(schema.features):
        if feature.name in columns:
            values[: len(known), j] = encode_column(feature, known[columns[feature.name]])
    labels = np.full(n, -1, dtype=np.int64)
    if target in columns:
        labels[: len(known)] = _labels(reading, schema, known[columns[target]])
    told = ~np.isnan(values)
    if not told.any() and (labels < 0).all():
        raise RequestError("nothing is known: every cell is empty; leave it out")
    at = [schema.names.index(name) for name in reading.codebook.features]
    codes = np.where(told[:, at], reading.codebook.encode(np.where(told, values, _any_value(reading))), -1)
    problem = replace(reading.problem, known=Known(codes, labels))
    return replace(reading, problem=problem, known_values=values)


def _any_value(reading: Reading) -> Array:
    """Return a value of each feature that has a code, for cells whose code is not asked."""
    return np.zeros((1, len(reading.schema)))


def _labels(reading: Reading, schema: Schema, column: pd.Series[Any]) -> Array:
    if not reading.classes:
        raise RequestError("targets of a regressor are found from its sums and not taken as known; leave them out")
    codes = {str(name): code for code, name in enumerate(reading.classes)}
    out = np.full(len(column), -1, dtype=np.int64)
    for i, value in enumerate(column):
        if pd.isna(value):
            continue
        name = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        if name not in codes:
            raise RequestError(f"no class is called {name!r}; the model's are {listing(list(codes))}")
        out[i] = codes[name]
    return out
