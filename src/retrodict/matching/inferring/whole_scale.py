"""Tell a table from its multiples: the least number of rows of which each possible row is there a whole number."""

from __future__ import annotations

import numpy as np

from retrodict import time_limit
from retrodict.errors import ModelError
from retrodict.matching.equations import Equations
from retrodict.matching.linear.generation import relaxed
from retrodict.matching.linear.states import MOST_ROWS, count_rows

Array = np.ndarray

_MOST = 100_000
"""Rows of a table that is looked for."""
_WHOLE = 1e-3
"""How far from whole the number of each row may be; that of another number of rows is off by a tenth somewhere."""
_SECONDS = 120.0


def rows_by_scale(equations: Equations, kept: bool) -> tuple[int, float]:
    """Return how many rows the table has, and how many the equations as they stand make it.

    Parameters
    ----------
    equations
        Those of a table of any number of rows.
    kept
        Whether the number that they make it stands where it is whole, since a usual penalty gives it; else the least.

    Raises
    ------
    ModelError
        If no multiple is whole: equations are too few for one solution, or too many rows are possible.
    """
    if count_rows(equations) > MOST_ROWS:
        raise ModelError(f"how many rows the table has is not stated, and too many are possible to infer it; {_STATE}")
    found = relaxed(equations, min(_SECONDS, time_limit.left()))
    x = found.x
    if not x.sum() > 0.0:
        time_limit.check("the number of rows was found")
        raise ModelError(f"how many rows the table has is not stated, and no rows meet its equations; {_STATE}")
    if equations.mixed:  # a row is a mix of two targets
        same = np.unique(found.codes, axis=0, return_inverse=True)[1].ravel()
        x = np.bincount(same, weights=x)
    size = float(x.sum())
    shares = x[x > _LEAST * x.max()] / size
    if (
        kept
        and abs(size - np.rint(size)) <= _WHOLE
        and (np.abs(shares * size - np.rint(shares * size)) <= _WHOLE).all()
    ):
        return int(np.rint(size)), size
    step = max(1, 10_000_000 // max(1, len(shares)))
    for first in range(1, _MOST, step):
        time_limit.check("the number of rows was found")
        sizes = np.arange(first, min(first + step, _MOST))
        times = sizes[:, None] * shares
        whole = (np.abs(times - np.rint(times)) <= _WHOLE).all(axis=1) & (np.rint(times).min(axis=1) >= 1)
        if whole.any():
            return int(sizes[np.argmax(whole)]), size
    raise ModelError(f"how many rows the table has is not stated, and no number makes its rows whole; {_STATE}")


_LEAST = 1e-5
"""A share of the most frequent row from which a row is more than rounding."""
_STATE = "state it (rows=)"
