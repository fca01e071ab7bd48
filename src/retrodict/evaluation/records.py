"""How near the rows of a rebuilt table come to real ones: each beside a real row of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from retrodict.errors import RequestError, SchemaError
from retrodict.evaluation.assignment import assign
from retrodict.plain_text import shown_plainly
from retrodict.schema import Schema
from retrodict.tables.cells import cell_errors, scaled_cells

Array = np.ndarray

TOLERANCE = 1e-9


@shown_plainly
@dataclass(frozen=True, eq=False)
class RecordMatch:
    """Rebuilt rows beside real ones.

    Parameters
    ----------
    error
        Mean error of the feature cells, 0 to 1: a listed value is right or wrong, a number is off by a share of the
        training column's range (at most 1), a missing value is right beside a missing one only.
    exact_rows
        Share of the pairs whose features all agree, numbers within `tolerance`.
    n
        Pairs: the rows of the smaller table.
    per_feature
        Mean error of each feature.
    label_agreement
        Share of the pairs whose targets agree, as text where they are not numbers in both tables (see `label_text`);
        ``None`` where a table has no target.
    tolerance
        Difference of two numbers, as a share of the training column's range, up to which they agree.
    pairing
        `least`: no other pairing has a smaller error; `near`: among near rows only, the error is an upper bound; `in
        order`: as the rows stand.
    pairs
        Row of the rebuilt and of the training table, by position, shape (n, 2).
    """

    error: float
    exact_rows: float
    n: int
    per_feature: dict[str, float]
    label_agreement: float | None
    tolerance: float
    pairing: Literal["least", "near", "in order"]
    pairs: Int[Array, "n 2"]

    def to_dict(self) -> dict[str, Any]:
        """Return all but the pairs as plain data."""
        return {name: value for name, value in vars(self).items() if name != "pairs"}

    def __repr__(self) -> str:
        labels = "" if self.label_agreement is None else f", {self.label_agreement:.1%} of labels agree"
        bound = "at most " if self.pairing == "near" else ""
        return f"RecordMatch: {self.n:,} pairs, error {bound}{self.error:.4f}, {self.exact_rows:.1%} exact{labels}"


def matched_error(
    rebuilt: pd.DataFrame,
    train: pd.DataFrame,
    schema: Schema | None = None,
    *,
    target: str | None = None,
    tolerance: float = TOLERANCE,
) -> RecordMatch:
    """Pair the rows of both tables one to one such that the mean error of their features is the least.

    Parameters
    ----------
    rebuilt, train
        Tables with the same features; other columns of `rebuilt` are left out. Where one has more rows, some of its
        rows stay without a pair.
    schema
        Names the features and the target. Without it the features are the columns of `train` but the target.
    target
        The target's column, which takes no part in the pairing; by default that of the schema, else none.
    tolerance
        Numbers nearer than this share of the training column's range agree.

    Raises
    ------
    RetrodictError
        If a table has no rows or lacks a feature.

    Notes
    -----
    The error of a minimum-cost matching is the measure of Ferry, Fukasawa, Pascal & Vidal (ICML 2024) for binary
    features; numbers are scaled by the training column's range as there. Beyond 5,000 rows without an equal one in the
    other table, `assign` says what is left out.
    """
    return _compare(rebuilt, train, schema, target, tolerance, aligned=False)


def aligned_error(
    rebuilt: pd.DataFrame,
    train: pd.DataFrame,
    schema: Schema | None = None,
    *,
    target: str | None = None,
    tolerance: float = TOLERANCE,
) -> RecordMatch:
    """Compare row by row in the tables' own order; the parameters are those of `matched_error`.

    Raises
    ------
    RetrodictError
        If the tables have different numbers of rows, have none, or one lacks a feature.
    """
    if len(rebuilt) != len(train):
        raise RequestError(
            f"the rebuilt table has {len(rebuilt):,} rows and the training one {len(train):,}; rows in order need as "
            "many: use matched_error"
        )
    return _compare(rebuilt, train, schema, target, tolerance, aligned=True)


def _compare(
    rebuilt: pd.DataFrame,
    train: pd.DataFrame,
    schema: Schema | None,
    target: str | None,
    tolerance: float,
    aligned: bool,
) -> RecordMatch:
    if target is None and schema is not None:
        target = schema.target.name
    elif target is not None and target not in map(str, train.columns):
        raise SchemaError(f"target '{target}' is no column of the training table")
    names = [str(name) for name in train.columns] if schema is None else list(schema.names)
    names = [name for name in names if name != target]
    if not names:
        raise SchemaError("the tables have no feature to compare")
    a, b = scaled_cells(rebuilt, train, names, schema, tolerance)
    labels = None
    if target is not None and all(target in map(str, frame.columns) for frame in (rebuilt, train)):
        labels = scaled_cells(rebuilt, train, [target], None, tolerance, labels=True)
    pairing: Literal["least", "near", "in order"] = "in order"
    pairs = np.column_stack([np.arange(len(a))] * 2)
    if not aligned:
        pairs, least = assign(a, b, labels)
        pairing = "least" if least else "near"
    return compared(a, b, labels, names, pairs, pairing, tolerance)


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
