"""Whether what a file gives for a count is one."""

from __future__ import annotations

from typing import Any

import numpy as np


def whole(value: Any, low: int, high: int = 2**31 - 1) -> bool:
    """Whether a value is a whole number within bounds, both included.

    Parameters
    ----------
    value
        Anything. A bool is no number, and a number of numpy is one.
    low, high
        Bounds; by default at most what compiled code holds in 32 bits.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(low <= value <= high)
