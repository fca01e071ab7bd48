"""How near the rows of a rebuilt table come to real ones: each beside a real row of its own."""

from __future__ import annotations

import pandas as pd

from retrodict.evaluation.paired_cells import paired_cells
from retrodict.evaluation.record_match import TOLERANCE, RecordMatch
from retrodict.schema import Schema


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
    return paired_cells(rebuilt, train, schema, target, tolerance, aligned=False).match


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
    return paired_cells(rebuilt, train, schema, target, tolerance, aligned=True).match
