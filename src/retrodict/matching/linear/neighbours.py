"""Rows that differ in one entry from those of the solution, all of them priced, compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from retrodict.matching.linear.option_prices import label_prices, option_of, option_prices, room_for

_TINY = 1e-300
"""Below any squared length that a column has."""


@njit(cache=True, nogil=True)
def neighbour_prices(ground: Any, worth: Any, codes: Any, labels: Any, at: Any, firsts: Any, out: Any) -> None:
    """Write the price per length of each row with each option of each part, and with each label.

    Parameters
    ----------
    ground, worth
        The equations, and what terms are worth in each leaf.
    codes, labels, at
        Rows, places of labels, and leaves reached, shapes (m, d), (m,) and (m, T).
    firsts
        Where the options of each part begin in a row of `out`, and, last, the labels, shape (P + 1,).
    out
        Filled, shape (m, all options and labels); minus infinity where the row has the option already.
    """
    room, times = room_for(ground), np.ones(len(ground.roots))
    most = max(room[2].shape[0], len(ground.labels))
    prices, squares = np.empty(most), np.empty(most)
    for i in range(len(codes)):
        for part in range(len(ground.sizes) + 1):
            if part == len(ground.sizes):
                many, own = len(ground.labels), labels[i]
                label_prices(ground, worth, at[i], times, prices, squares, room)
            else:
                many, own = ground.sizes[part], option_of(ground, codes[i], part)
                label = ground.labels[labels[i]]
                option_prices(ground, worth, codes[i], at[i], label, part, times, prices, squares, room)
            for c in range(many):
                out[i, firsts[part] + c] = prices[c] / np.sqrt(max(squares[c], _TINY))
            out[i, firsts[part] + own] = -np.inf
