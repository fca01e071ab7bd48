"""The range of a regressor's targets: a narrow one is solved in less time, and widened where it is not met.

A row with a target is a mix of the same row with the least and with the greatest target. The wider these lie apart, the
more mixes of rows that are not there come near to the sums.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from retrodict.matching.equations import Equations
from retrodict.matching.linear_reading import LinearReading
from retrodict.matching.tolerances import MET

if TYPE_CHECKING:
    from retrodict.matching.linear.solution import Solution

Array = np.ndarray

_ROWS = 4_000
"""Possible rows of which it is looked at what the model predicts; they are the same in every run."""
_ROOM = 1.0
"""How far beyond predictions targets are looked for, in units of how far these lie apart."""
_WIDER = 3.0
_END = 1e-6
"""Of a range, how near to one of its ends is at the end."""


def narrowed(reading: LinearReading) -> LinearReading:
    """Return a reading whose targets lie about where the model's predictions do.

    Parameters
    ----------
    reading
        Whose labels are the ends of a range that all targets lie in.
    """
    equations = reading.equations
    if not equations.mixed or len(equations.labels) < 2:
        return reading
    from retrodict.matching.linear.open_targets import predicted  # compiled: imported when needed

    rng = np.random.default_rng(0)
    columns = [rng.choice(len(own), _ROWS, p=own) for own in equations.table.chances]
    ends = float(equations.labels.min()), float(equations.labels.max())
    found = predicted(equations, np.column_stack(columns), ends) if columns else None
    if found is None:
        return reading
    room = _ROOM * float(np.ptp(found))
    return _within(reading, equations, float(found.min()) - room, float(found.max()) + room)


def widened(reading: LinearReading, solution: Solution) -> LinearReading | None:
    """Return a reading with a wider range of targets; ``None`` where that would not help.

    Parameters
    ----------
    reading
        Whose equations were solved.
    solution
        The table.
    """
    equations, widest = reading.equations, reading.boosting.levels
    if not equations.mixed or len(equations.labels) < 2 or solution.energy <= MET or not len(solution.labels):
        return None
    low, high = float(equations.labels.min()), float(equations.labels.max())
    at_end = _END * (high - low)
    below, above = bool((solution.labels <= low + at_end).any()), bool((solution.labels >= high - at_end).any())
    more = (_WIDER - 1.0) * (high - low)
    wider = _within(reading, equations, low - more * below, high + more * above, widest)
    return None if np.array_equal(wider.equations.labels, equations.labels) else wider


def _within(
    reading: LinearReading, equations: Equations, low: float, high: float, widest: Float[Array, " m"] | None = None
) -> LinearReading:
    """Return a reading with these ends, as far as they lie within the widest ones."""
    all_ = equations.labels if widest is None else widest
    ends = np.array([max(low, float(all_.min())), min(high, float(all_.max()))])
    if not ends[0] < ends[1]:
        return reading
    return replace(reading, equations=replace(equations, labels=ends))
