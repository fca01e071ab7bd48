"""The grid that a feature lives on, from the midpoints of its values."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

Array = np.ndarray

_COARSE = (1000.0, 500.0, 100.0, 50.0, 10.0, 5.0)
_STEPS = (*_COARSE, 1.0, 0.5, 0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001, 0.0005, 0.0001)
"""From the coarsest on: decimal steps that tables are written in."""
_FLOAT32, _FLOAT64 = 2.0**-23, 2.0**-52
"""Of a number: the distance to the next one of 32 bits, and of 64."""
_CHANCE = 1e-5
"""How often all points of a feature without a grid may fit one: so rarely that a large model shows none by chance."""
_COARSEST_HIT = 0.1
"""How often one of them may: beyond, the step is too near to rounding to be told."""
_ENOUGH = 6
"""Points that a step above one must fit."""
_ODD = 0.4
"""The share of points that must be odd multiples of half a step: near a half where neighbours one step apart are."""


def rounding(values: Float[Array, " m"], scale: float = 1.0, double: bool = False) -> float:
    """Return how far rounding may have moved split points, in raw units; `scale` and `double` as in `grid_step`."""
    step = 4.0 * _FLOAT64 if double else _FLOAT32  # midpoints of 64 bits are rounded some times on their way
    return 2.0 * step * float(np.abs(values).max() + 4.0 * abs(scale) * (scale != 1.0))


def distinct(values: Float[Array, " m"], scale: float = 1.0, double: bool = False) -> Float[Array, " k"]:
    """Return sorted split points without those that differ by rounding alone."""
    values = np.unique(values)
    return values if not len(values) else values[np.diff(values, prepend=-np.inf) > rounding(values, scale, double)]


def grid_step(thresholds: Float[Array, " m"], scale: float = 1.0, double: bool = False) -> float | None:
    """Return the coarsest decimal step that a feature's split points fit, or ``None``.

    Values that are multiples of a step have midpoints that are multiples of half of it, and neighbours an odd number
    of steps apart have midpoints that are no multiples of the step itself. These must be common, as neighbours one step
    apart are: without them, values that lie half a step off would fit as well. Steps above one need several points,
    because integers meet them by chance.

    Parameters
    ----------
    thresholds
        Midpoints of training values, in raw units; at least one.
    scale
        Raw units for each unit of the column that was split: trees round that column to 32 bits.
    double
        Whether they are of 64 bits instead.
    """
    values = distinct(np.asarray(thresholds, dtype=np.float64), scale, double)
    if not len(values):
        return None
    slack = rounding(values, scale, double)
    for step in _STEPS if len(values) >= _ENOUGH else _STEPS[len(_COARSE) :]:
        halves = values / (step / 2.0)
        nearest = np.rint(halves)
        if (np.abs(halves - nearest) * step / 2.0 > slack).any() or (nearest % 2).mean() < _ODD:
            continue
        hit = 4.0 * slack / step  # how often a point without any grid would fit this one
        return step if hit < _COARSEST_HIT and hit ** len(values) < _CHANCE else None
    return None
