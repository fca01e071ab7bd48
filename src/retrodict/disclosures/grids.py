"""The grid that a feature lives on, from the midpoints of its values."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

Array = np.ndarray

_STEPS = tuple(base * 10.0**power for power in range(0, -6, -1) for base in (1.0, 0.5))
_FLOAT32 = 2.0**-23
_CHANCE = 1e-6


def grid_step(thresholds: Float[Array, " m"], scale: float = 1.0) -> float | None:
    """Return the coarsest decimal step that a feature's split points fit, or ``None``.

    Values that are multiples of a step have midpoints that are multiples of half of it, and neighbours an odd number
    of steps apart have midpoints that are no multiples of the step itself; both must be seen. Even midpoints alone
    would also fit values that lie half a step off.

    Parameters
    ----------
    thresholds
        Midpoints of training values, in raw units; at least one.
    scale
        Raw units for each unit of the column that was split: trees round that column to 32 bits.
    """
    values = np.unique(np.asarray(thresholds, dtype=np.float64))
    if not len(values):
        return None
    slack = 2.0 * _FLOAT32 * (np.abs(values).max() + 4.0 * abs(scale) * (scale != 1.0))
    for step in _STEPS:
        halves = values / (step / 2.0)
        nearest = np.rint(halves)
        if (np.abs(halves - nearest) * step / 2.0 > slack).any() or not (nearest % 2).any():
            continue
        # how often points without any grid would fit this one
        return step if (4.0 * slack / step) ** len(values) < _CHANCE else None
    return None
