"""What an adversary knows of a training table: columns, rows or single cells, which a rebuilt one holds as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from retrodict.errors import RequestError
from retrodict.matching.problem import Known
from retrodict.matching.reading import Reading
from retrodict.plain_text import listing
from retrodict.reconstruction.noisy_table import ROWS_ESTIMATED
from retrodict.results.notes import of_code
from retrodict.schema import free_name
from retrodict.schema.encoding import encode_column
from retrodict.schema.labels import class_of

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
        If it is no table, knows nothing of the model's, or more rows than that has, or contradicts labels that are
        stored.
    SchemaError
        If a value is none of its feature's.
    """
    if not isinstance(known, pd.DataFrame):
        raise RequestError(f"what is known must be a table (a pandas DataFrame), got {type(known).__name__}")
    schema, n = reading.schema, reading.problem.table.n
    target = free_name("target", schema.names)
    columns = {str(name): name for name in known.columns}
    if len(columns) < len(known.columns):
        raise RequestError("two columns of what is known have the same name; leave one out")
    strange = [name for name in columns if name not in schema.names and name != target]
    if strange:
        raise RequestError(f"the model knows no column {listing(strange)}; it has {listing([*schema.names, target])}")
    if len(known) > n:
        estimated = any(of_code(reading.notes, ROWS_ESTIMATED))
        remedy = "say how many rows it has" if estimated else "leave out those that are not its own"
        table = f"a table of {'about ' if estimated else ''}{n:,}"
        raise RequestError(f"{len(known):,} rows are known of {table}; {remedy}")
    values = np.full((n, len(schema)), np.nan)
    for j, feature in enumerate(schema.features):
        if feature.name in columns:
            values[: len(known), j] = encode_column(feature, known[columns[feature.name]])
    labels = np.full(n, -1, dtype=np.int64)
    if target in columns:
        labels[: len(known)] = _labels(reading, known[columns[target]])
    stored = reading.stored_labels
    wrong = np.flatnonzero((labels >= 0) & (labels != stored)) if stored is not None else np.empty(0)
    if len(wrong):
        raise RequestError(
            f"{len(wrong):,} known labels are not those that the file states, the first that of row {int(wrong[0]):,} "
            "(from 0); give rows in the table's own order"
        )
    if np.isnan(values).all() and (labels < 0).all():
        raise RequestError("nothing is known: every cell is empty; leave it out")
    return _held(reading, values, labels)


def knowing_alike(reading: Reading, like: Reading, X: Float[Array, "n d"], y: Array) -> Reading:
    """Return the problem of another table of which the same cells are known.

    Parameters
    ----------
    reading
        The problem.
    like
        That of the table in whose place it stands.
    X, y
        The other table's rows, in the schema's encoding, and its targets as `Reading.target` gives them.
    """
    known, values = like.problem.known, like.known_values
    assert known is not None
    assert values is not None
    return _held(reading, np.where(np.isnan(values), np.nan, X), np.where(known.labels >= 0, y, -1).astype(np.int64))


def _held(reading: Reading, values: Float[Array, "n d"], labels: Int[Array, " n"]) -> Reading:
    schema, told = reading.schema, ~np.isnan(values)
    at = [schema.names.index(name) for name in reading.codebook.features]
    codes = np.where(told[:, at], reading.codebook.encode(np.where(told, values, 0.0)), -1)
    problem = replace(reading.problem, known=Known(codes, labels))
    return replace(reading, problem=problem, known_values=values)


def _labels(reading: Reading, column: pd.Series[Any]) -> Array:
    if not reading.classes:
        raise RequestError("targets of a regressor are found from its sums and not taken as known; leave them out")
    places = {value: class_of(value, reading.classes) for value in column.dropna().unique()}
    strange = [str(value) for value, place in places.items() if place is None]
    if strange:
        raise RequestError(f"no class is called {listing(strange)}; the model's are {listing(reading.classes)}")
    return np.array([-1 if pd.isna(value) else places[value] for value in column], dtype=np.int64)
