"""Training values themselves, where split points lie midway between neighbours of the whole column."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

Array = np.ndarray


def neighbour_values(
    midpoints: Float[Array, " m"], step: float, low: float = -np.inf, high: float = np.inf
) -> Float[Array, " k"]:
    """Return values on a grid that training rows must take.

    No value lies between the two that a split point is midway of, so that both lie between the split points beside it.
    Where the grid then has room for one pair only, both are values of training rows.

    Parameters
    ----------
    midpoints
        Split points, each midway between two values that are neighbours among all of the column; sorted.
    step
        Of the grid, which passes through zero.
    low, high
        The smallest and the largest value, where known.

    Returns
    -------
    Float[Array, " k"]
        Sorted, each once.
    """
    # In half steps all split points are whole, and values even.
    half = step / 2.0
    at = np.rint(np.asarray(midpoints, dtype=np.float64) / half)
    below = np.concatenate([[-np.inf], at[:-1]])
    above = np.concatenate([at[1:], [np.inf]])
    between = np.minimum(at - below, above - at) - 1.0  # values lie on no split point
    within = np.minimum(at - np.rint(low / half), np.rint(high / half) - at)
    nearest = np.where(at % 2 == 1, 1.0, 2.0)
    room = np.minimum(between, within)
    sure = (nearest <= room) & (room < nearest + 2.0)
    return np.unique(np.concatenate([at[sure] - nearest[sure], at[sure] + nearest[sure]])) * half
