"""Rows taken out of what is unexplained, and put back, compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from retrodict.matching.linear.option_prices import see, terms


@njit(cache=True, nogil=True)
def put(ground: Any, residual: Any, worth: Any, at: Any, label: Any, times: Any, sign: Any, room: Any) -> None:
    """Take a row's column `sign` times from the residual, and bring what terms are worth in each leaf up to it."""
    scores, seen = room[0], room[1]
    outputs, leaves, width = len(ground.start), ground.site.shape[1], residual.shape[1]
    for k in range(outputs):
        scores[k, 0] = ground.start[k]
    own = np.empty(4)
    own[0] = 1.0
    for t in range(len(ground.roots)):
        if t == 0 or ground.turn[t] != ground.turn[t - 1]:
            see(ground.kind, scores, seen, 1)
        k, leaf = ground.output[t], at[t]
        scores[k, 0] += ground.values[t, leaf]
        g, h = terms(ground.kind, ground.factor, seen[k, 0], k, outputs, label)
        own[1], own[2], own[3] = g, h, g * g
        for place in range(ground.first[t], ground.first[t + 1]):
            b = ground.block[place]
            site = ground.site[b, leaf]
            if site < 0:
                continue
            for q in range(width):
                entry = 0.0
                for j in range(4):
                    entry += ground.coefficients[b, leaf, q, j] * own[j]
                entry *= sign * times[t]
                if entry == 0.0:
                    continue
                residual[site, q] -= entry
                for other in range(leaves):
                    if ground.site[b, other] == site:
                        for j in range(4):
                            worth[t, other, j] -= entry * ground.coefficients[b, other, q, j]
