"""A table of a few rows in place of the training table from which a formula is worked out when a file is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from retrodict.families.statsmodels.design import direct, factors_of
from retrodict.families.statsmodels.parts import bare, spec_of
from retrodict.families.statsmodels.restore import worked_out
from retrodict.families.statsmodels.stand_in import STANDS, filled


def small_table(made: Any) -> tuple[pd.DataFrame, tuple[str, ...]] | None:
    """Return a table that a formula reads as it does the training table, and its columns that are kept whole.

    Levels of factors stay, and what a transform learned: a column that it learned from is kept as its mean, or sorted,
    or as it was, whichever comes first that gives the same design matrix for every training row, bit for bit.

    Parameters
    ----------
    made
        A result with a formula.

    Returns
    -------
    tuple or None
        ``None`` where the training table is gone, or no smaller one is read as it is.
    """
    data, spec = bare(made).model.data, spec_of(made)
    frame, formula = getattr(data, "frame", None), getattr(data, "formula", None)
    if not isinstance(frame, pd.DataFrame) or not isinstance(formula, str):
        return None
    factors = factors_of(spec, data)
    levels = {direct(f.code): list(f.categories) for f in factors if f.categories is not None}
    several = [f for f in factors if f.learned or (f.categories is not None and direct(f.code) is None)]
    learned = tuple(dict.fromkeys(name for factor in several for name in factor.columns if name not in levels))
    used = dict.fromkeys((*_target_columns(formula, frame), *(name for factor in factors for name in factor.columns)))
    columns = [name for name in frame.columns if str(name) in used]
    expected = _matrix(spec, frame)
    if expected is None:
        return None
    for table, whole in _candidates(frame[columns], learned, levels):
        try:
            _, other = worked_out(formula, table)
            found = _matrix(other, frame)
        except Exception:  # a stand-in may be outside of what a function takes
            continue
        if found is not None and found.shape == expected.shape and found.tobytes() == expected.tobytes():
            return table, whole
    return None


def _candidates(
    frame: pd.DataFrame, learned: Sequence[str], levels: Mapping[Any, list[Any]]
) -> Iterator[tuple[pd.DataFrame, tuple[str, ...]]]:
    for stand in STANDS:
        others = {
            name: levels.get(str(name)) or _levels(frame[name], stand)
            for name in frame.columns
            if str(name) not in learned
        }
        if not learned:
            yield filled(frame, others), ()
            continue
        for how in (_mean, _share, _distinct, _sorted, list):
            yield filled(frame, others | {n: how(frame[n]) for n in frame.columns if str(n) in learned}), tuple(learned)


def _mean(column: pd.Series) -> list[Any]:
    return [float(column.mean())]


def _share(column: pd.Series) -> list[Any]:
    """Return the mean with its sum made one by one, as of a matrix: it may end in another bit than that of pandas."""
    values = column.dropna().to_numpy(dtype=np.float64)
    return [float(np.sum(values[:, None], axis=0)[0] / len(values))]


def _distinct(column: pd.Series) -> list[Any]:
    return sorted(column.dropna().unique().tolist())


def _sorted(column: pd.Series) -> list[Any]:
    return column.sort_values().tolist()


def _levels(column: pd.Series, stand: float) -> list[Any]:
    """Return the values that a column must still have: the levels of a list, one number of numbers."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.dtype.categories)
    if pd.api.types.is_bool_dtype(column.dtype):
        return [False, True]
    distinct = column.dropna().unique().tolist()
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return sorted(distinct, key=str)
    return [stand]


def _target_columns(formula: str, frame: pd.DataFrame) -> Iterator[str]:
    left, _, _ = formula.partition("~")
    try:
        named = {node.id for node in ast.walk(ast.parse(left.strip(), mode="eval")) if isinstance(node, ast.Name)}
    except SyntaxError:
        named = {str(name) for name in frame.columns if str(name) in left}
    quoted = {str(name) for name in frame.columns if f"'{name}'" in left or f'"{name}"' in left}
    yield from (str(name) for name in frame.columns if str(name) in named | quoted)


def _matrix(spec: Any, frame: pd.DataFrame) -> np.ndarray | None:
    """Return the design matrix of a table."""
    try:
        from statsmodels.formula._manager import FormulaManager
    except ImportError:  # releases before 0.15 know one engine
        dmatrix = import_module("patsy").dmatrix
        return np.asarray(dmatrix(spec, frame, return_type="dataframe"), dtype=np.float64)
    return np.asarray(FormulaManager().get_matrices(spec, frame, pandas=True, prediction=True), dtype=np.float64)
