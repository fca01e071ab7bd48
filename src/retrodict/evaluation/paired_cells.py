"""Two tables read as cells on one scale, and their rows in pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from retrodict.errors import RequestError, SchemaError
from retrodict.evaluation.assignment import assign
from retrodict.evaluation.record_match import RecordMatch
from retrodict.schema import Schema, free_name
from retrodict.tables.cells import cell_errors, scaled_cells
from retrodict.tables.columns import Wanted
from retrodict.tables.labelled import RealRows, bare_features, read_columns, read_labelled
from retrodict.tables.titles import REBUILT, TRAIN

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class PairedCells:
    """Two tables as cells, and their rows in pairs.

    Parameters
    ----------
    match
        How far the pairs agree.
    cells
        Of the pairs' rebuilt and training rows, as `scaled_cells` makes them, shape (k, d) each.
    rows
        The place of each pair's rebuilt row in the table given, shape (k,).
    """

    match: RecordMatch
    cells: tuple[Float[Array, "k d"], Float[Array, "k d"]]
    rows: Int[Array, " k"]


def read_alike(given: Mapping[str, Any], schema: Schema | None, target: str | None) -> RealRows:
    """Read tables that are compared cell by cell, with or without a target.

    Parameters
    ----------
    given
        Tables by title, the training rows among them.
    schema
        Names the features and the target; without it the features are the columns of the training rows.
    target
        The target's column; by default that of the schema, else none.

    Raises
    ------
    RetrodictError
        If a table can't be read; see `read_labelled`.
    """
    if schema is not None:
        return read_labelled(schema, given, target, labelled=False)
    train = given[TRAIN]
    if not isinstance(train, pd.DataFrame):
        raise RequestError(f"{TRAIN} must be a pandas DataFrame, got {type(train).__name__}")
    names = bare_features(train, target, [train], TRAIN)
    if not names:
        raise SchemaError("the tables have no feature to compare")
    taken = {str(name) for frame in given.values() for name in getattr(frame, "columns", ())}
    wanted = Wanted(names, free_name("target", taken) if target is None else target, labelled=False)
    return read_columns(given, wanted, target)


def paired_cells(
    rebuilt: pd.DataFrame,
    train: pd.DataFrame,
    schema: Schema | None,
    target: str | None,
    tolerance: float,
    aligned: bool,
) -> PairedCells:
    """Read two tables and pair their rows; the parameters are those of `matched_error`.

    Parameters
    ----------
    aligned
        Whether row `i` of one stands for row `i` of the other; else the pairing is that of the least error.

    Raises
    ------
    RetrodictError
        If the tables can't be compared.
    """
    read = read_alike({REBUILT: rebuilt, TRAIN: train}, schema, target)
    if aligned and len(rebuilt) != len(train):
        raise RequestError(
            f"the rebuilt table has {len(rebuilt):,} rows and the training one {len(train):,}; rows in order need as "
            "many: use matched_error"
        )
    if aligned:  # a row without a target takes its partner with it
        both = read.frames[REBUILT].index.intersection(read.frames[TRAIN].index)
        read = replace(read, frames={title: frame.loc[both] for title, frame in read.frames.items()})
    return cells_of(read, REBUILT, TRAIN, schema, tolerance, aligned)


def cells_of(
    read: RealRows, one: str, other: str, schema: Schema | None, tolerance: float, aligned: bool = False
) -> PairedCells:
    """Pair the rows of two tables that were read; `one` and `other` are their titles."""
    left, right = read.frames[one], read.frames[other]
    names, target = list(read.schema.names), read.schema.target.name
    a, b = scaled_cells(left, right, names, schema, tolerance)
    labels = None
    if target in left.columns and target in right.columns:
        labels = scaled_cells(left, right, [target], None, tolerance, labels=True)
    pairing: Literal["least", "near", "in order"] = "in order"
    pairs = np.column_stack([np.arange(len(a))] * 2)
    if not aligned:
        pairs, least = assign(a, b, labels)
        pairing = "least" if least else "near"
    match = compared(a, b, labels, names, pairs, pairing, tolerance)
    rows = np.column_stack([read.places(one)[pairs[:, 0]], read.places(other)[pairs[:, 1]]])
    return PairedCells(replace(match, pairs=rows, warnings=read.notes), (a[pairs[:, 0]], b[pairs[:, 1]]), rows[:, 0])


def compared(
    a: Float[Array, "n d"],
    b: Float[Array, "m d"],
    labels: tuple[Float[Array, "n 1"], Float[Array, "m 1"]] | None,
    names: list[str],
    pairs: Int[Array, "k 2"],
    pairing: Literal["least", "near", "in order"],
    tolerance: float,
) -> RecordMatch:
    """Compare rows that are paired.

    Parameters
    ----------
    a, b
        Cells of the rebuilt and of the training table, as `scaled_cells` makes them.
    labels
        Their targets; ``None`` where a table has none.
    names
        Of the columns.
    pairs
        Row of the one and of the other, by position.
    pairing, tolerance
        As in `RecordMatch`.
    """
    left, right = pairs.T
    errors = cell_errors(a[left], b[right])
    agree = None if labels is None else float((cell_errors(labels[0][left], labels[1][right]) <= tolerance).mean())
    return RecordMatch(
        error=float(errors.mean()),
        exact_rows=float((errors <= tolerance).all(axis=1).mean()),
        n=len(pairs),
        per_feature=dict(zip(names, errors.mean(axis=0).tolist(), strict=True)),
        label_agreement=agree,
        tolerance=tolerance,
        pairing=pairing,
        pairs=pairs,
    )
