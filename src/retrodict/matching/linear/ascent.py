"""One row that climbs: entry after entry takes its best option until none has a better one, compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from retrodict.matching.linear.option_prices import code_of, label_prices, option_of, option_prices, walk

_PASSES = 12
"""Times that all entries are looked at; climbs end after three or four."""
_FLAT = 1e-9
"""Of what an option is worth, what another must have more."""
_TINY = 1e-300
"""Below any squared length that a column has."""


@njit(cache=True, nogil=True)
def ascend(ground: Any, worth: Any, codes: Any, at: Any, label: Any, times: Any, whole: Any, room: Any) -> Any:
    """Let a row climb, in place, and return the place of its label and what it is worth.

    Parameters
    ----------
    ground, worth
        The equations, and what terms are worth in each leaf.
    codes, at, label
        The row, the leaf that it reaches in each tree, and the place of its label; shapes (d,) and (T,).
    times
        How often it was drawn for each tree, shape (T,).
    whole
        Whether it climbs by the fall of the squared misfit as one such row enters, else by the fall per its length.
    room
        See `option_prices`.
    """
    parts = len(ground.sizes)
    most = max(room[2].shape[0], len(ground.labels))
    prices, squares = np.empty(most), np.empty(most)
    top, since = -np.inf, 0
    for step in range(_PASSES * (parts + 1)):
        part = step % (parts + 1) - 1
        if part < 0:
            many = len(ground.labels)
            label_prices(ground, worth, at, times, prices, squares, room)
        else:
            many = ground.sizes[part]
            option_prices(ground, worth, codes, at, ground.labels[label], part, times, prices, squares, room)
        best = 0
        for c in range(many):
            prices[c] = 2.0 * prices[c] - squares[c] if whole else prices[c] / np.sqrt(max(squares[c], _TINY))
            if prices[c] > prices[best]:
                best = c
        since += 1
        if prices[best] > top + _FLAT * abs(top) or step == 0:
            top, since = prices[best], 0
            if part < 0:
                label = best
            elif best != option_of(ground, codes, part):
                take(ground, codes, at, part, best)
        if since > parts:
            break
    return label, top


@njit(cache=True, nogil=True)
def take(ground: Any, codes: Any, at: Any, part: Any, option: Any) -> None:
    """Give a row an option of a part, and the leaves that it reaches then."""
    for f in range(len(codes)):
        if ground.part[f] == part:
            codes[f] = code_of(ground.place[f], option)
    for t in range(len(ground.roots)):
        if ground.splits[t, part]:
            at[t] = walk(ground, t, codes)
