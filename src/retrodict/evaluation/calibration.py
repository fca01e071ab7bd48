"""Whether a rebuilt table's stated confidence is what it is worth: actual hit rates, bin by bin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from retrodict.errors import RequestError, SchemaError
from retrodict.evaluation.paired_cells import paired_cells
from retrodict.evaluation.record_match import TOLERANCE
from retrodict.reconstruction.rebuild_quality import EDGES, bin_of
from retrodict.schema import Schema, free_name
from retrodict.tables.cells import cell_errors
from retrodict.tables.labelled import CONFIDENCE

Array = np.ndarray


def calibration(
    rebuilt: pd.DataFrame,
    train: pd.DataFrame,
    schema: Schema | None = None,
    *,
    target: str | None = None,
    confidence: Any = None,
    in_order: bool = False,
    tolerance: float = TOLERANCE,
) -> pd.DataFrame:
    """Return stated confidence beside the share of cells that are right, in bins of stated confidence.

    Parameters
    ----------
    rebuilt, train
        As `matched_error` takes them. To ask for the right cell rather than the very value, give tables of codes
        (`Codebook.encode`).
    schema, target
        As `matched_error` takes them; the target is no cell.
    confidence
        Stated confidence, 0 to 1: one for each rebuilt row, shape (n,), or for each of its cells, shape (n, d), in the
        order of the features; by default the column `confidence` of `rebuilt` (`confidence_` beside such a feature).
    in_order
        Whether row `i` of one table stands for row `i` of the other, as where bootstrap draws tell the rows apart;
        otherwise they are paired at the least error, which flatters rows that nothing was known of.
    tolerance
        Numbers nearer than this share of the training column's range are right.

    Returns
    -------
    pandas.DataFrame
        One row a bin with anything in it: `low` and `high`; `count`, of rows or of cells; `stated`, their mean stated
        confidence; `actual`, the share of their cells that are right; `se`, its standard error over rows; and for rows
        `exact`, the share of rows with all cells right. Its ``attrs["warnings"]`` lists what was done to the tables.

    Raises
    ------
    RetrodictError
        If the tables can't be compared, or the confidence does not fit the rebuilt one.
    """
    found = paired_cells(rebuilt, train, schema, target, tolerance, in_order)
    right = cell_errors(*found.cells) <= tolerance
    stated = _stated(rebuilt, confidence, list(found.match.per_feature))[found.rows]
    at = bin_of(stated)
    bins = pd.DataFrame([_line(i, stated, right, at == i) for i in range(len(EDGES) - 1) if (at == i).any()])
    bins.attrs["warnings"] = list(found.match.warnings)
    return bins


def _stated(rebuilt: pd.DataFrame, confidence: Any, names: list[str]) -> Array:
    own, width = free_name(CONFIDENCE, names), len(names)
    if confidence is None and own not in rebuilt.columns:
        raise SchemaError(f"the rebuilt table has no column '{own}'; give the confidence of its rows or cells")
    stated = np.asarray(rebuilt[own] if confidence is None else confidence, dtype=np.float64)
    if stated.shape not in ((len(rebuilt),), (len(rebuilt), width)):
        raise RequestError(
            f"confidence must have shape ({len(rebuilt)},) or ({len(rebuilt)}, {width}), one for each rebuilt row or "
            f"cell, got {stated.shape}"
        )
    if not ((stated >= 0) & (stated <= 1)).all():
        raise RequestError("confidence must lie between 0 and 1; scale it")
    return stated


def _line(i: int, stated: Array, right: Array, chosen: Array) -> dict[str, Any]:
    """Return one bin; `chosen` has the shape of `stated`, of rows or of cells."""
    line = {"low": EDGES[i], "high": EDGES[i + 1], "count": int(chosen.sum()), "stated": float(stated[chosen].mean())}
    weights = np.broadcast_to(chosen if chosen.ndim == 2 else chosen[:, None], right.shape)
    hits, cells = (right & weights).sum(axis=1), weights.sum(axis=1)
    actual = float(hits.sum() / cells.sum())
    # Cells of one row go together: the rows are what is independent.
    se = float(np.sqrt(np.square(hits - actual * cells).sum()) / cells.sum())
    out = {**line, "actual": actual, "se": se}
    return out if stated.ndim == 2 else {**out, "exact": float(right[chosen].all(axis=1).mean())}
