"""Split points moved to rounder numbers that part the same rows."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

Array = np.ndarray

_DIGITS = range(1, 10)
"""Significant digits that are tried: nine tell any two numbers of 32 bits apart, and 17 any of 64."""
_DIGITS_64 = range(1, 18)

_BESIDE = 0.1
"""Of a split point: how far beyond the rows it may move, where none lie on one of its sides."""


def rounded_points(points: Float[Array, " m"], values: Float[Array, " n"], *, below: bool = True) -> Float[Array, " m"]:
    """Return each split point moved to a number of fewer digits with which all values stay on their sides.

    A point is moved to lie strictly between the values at its two sides, so that it is none of them. Where no number
    of its type lies there, it stays.

    Parameters
    ----------
    points
        float32 or float64, as the library holds them.
    values
        Of the rows, of the same type; NaN is missing and goes its own way.
    below
        Whether values *below* a point go left (XGBoost), or those up to it (most libraries).

    Returns
    -------
    Float[Array, " m"]
        Of the type of `points`.
    """
    known = np.unique(values[np.isfinite(values)])
    digits = _DIGITS if points.dtype == np.float32 else _DIGITS_64
    # the first value that goes right
    at = np.searchsorted(known, points, side="left" if below else "right")
    padded = np.concatenate([[-np.inf], known, [np.inf]])
    lows, highs = padded[at], padded[at + 1]
    made = [
        _between(float(point), float(low), float(high), digits, points.dtype)
        for point, low, high in zip(points, lows, highs, strict=True)
    ]
    return np.array(made, dtype=points.dtype)


def _between(point: float, low: float, high: float, digits: range, dtype: np.dtype[np.floating]) -> float:
    """Return the roundest number strictly between two others, nearest to their middle; the point where none is."""
    if not np.isfinite(point):
        return point
    beside = max(abs(point) * _BESIDE, float(np.spacing(dtype.type(1.0))))
    low = low if np.isfinite(low) else min(point, high) - beside
    high = high if np.isfinite(high) else max(point, low) + beside
    middle = low + (high - low) / 2.0
    for count in digits:
        rounder = float(f"{middle:.{count - 1}e}")
        stored = float(dtype.type(rounder))
        if low < stored < high and stored != point:
            return stored
    return point
