"""Whole tables moved towards what trees state of them: each entry is drawn from its exact conditional, ever colder.

A row adds the same column to the equations whatever the other rows are, so the energy of a table, its squared misfit,
is a plain quadratic in columns. A row taken out leaves a residual; every option of every entry is then priced against
it in one walk over the trees (`option_prices`), and one is drawn by the Boltzmann factor of the energy that it would
leave (Geman & Geman, IEEE PAMI 6:721, 1984).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from retrodict.matching.linear.ascent import take
from retrodict.matching.linear.option_prices import label_prices, option_of, option_prices
from retrodict.matching.linear.putting import put
from retrodict.matching.search.random_numbers import uniform


@njit(cache=True, nogil=True)
def _drawn(state: Any, gains: Any, chances: Any, many: Any, temperature: Any, trust: Any) -> Any:
    """Draw an option by what it gains, or take the best where it is cold."""
    best, top = 0, -math.inf
    for i in range(many):
        gains[i] = gains[i] / temperature + trust * chances[i]
        if gains[i] > top:
            best, top = i, gains[i]
    total = 0.0
    for i in range(many):
        gains[i] = math.exp(gains[i] - top)
        total += gains[i]
    left = uniform(state) * total
    for i in range(many):
        left -= gains[i]
        if left < 0.0:
            return i
    return best


@njit(cache=True, nogil=True)
def _between(state: Any, gains: Any, labels: Any, temperature: Any) -> Any:
    """Draw a label between the least and the greatest, by the parabola through what three gain."""
    bend = 2.0 * (gains[0] - 2.0 * gains[1] + gains[2])
    slope = 4.0 * gains[1] - 3.0 * gains[0] - gains[2]
    if bend >= 0.0:
        return labels[2] if gains[2] > gains[0] else labels[0]
    spread = math.sqrt(-2.0 * math.log(1.0 - uniform(state))) * math.cos(2.0 * math.pi * uniform(state))
    share = -slope / (2.0 * bend) + spread * math.sqrt(-temperature / (2.0 * bend))
    return labels[0] + min(max(share, 0.0), 1.0) * (labels[2] - labels[0])


@njit(cache=True, nogil=True)
def sweep(
    ground: Any,
    residual: Any,
    worth: Any,
    codes: Any,
    labels: Any,
    at: Any,
    times: Any,
    chances: Any,
    label_chances: Any,
    temperature: Any,
    trust: Any,
    mixed: Any,
    rows: Any,
    state: Any,
    room: Any,
) -> Any:
    """Draw every entry and label of rows once from its conditional, row by row; return how many changed.

    Parameters
    ----------
    ground
        The equations.
    residual, worth
        Weighed totals less the table's sums, and what terms are worth under it; kept up to date.
    codes, labels, at
        The table, labels as the loss takes them, shapes (n, d) and (n,), and the leaf that each row reaches in each
        tree, shape (n, T).
    times
        How often each row was drawn for each tree, shape (n, T).
    chances, label_chances
        Logarithms of what is assumed of options, shape (P, m), and of labels, shape (c,).
    temperature
        Of squared misfits, weighed to rows.
    trust
        The power to which assumed chances count; 1 draws from the posterior.
    mixed
        Whether labels may lie anywhere between the first and the last of three, of which the second is the middle.
    rows
        Those that are drawn anew; the others stay.
    state
        Of the random numbers.
    room
        See `room_for`.
    """
    parts = len(ground.sizes)
    most = max(room[0].shape[1], len(ground.labels))
    prices, squares = np.empty(most), np.empty(most)
    changed = 0
    order = np.arange(parts + 1)
    for i in rows:
        put(ground, residual, worth, at[i], labels[i], times[i], -1.0, room)
        for j in range(parts, 0, -1):
            other = int(uniform(state) * (j + 1))
            order[j], order[other] = order[other], order[j]
        for part in order:
            if part == parts:
                many = len(ground.labels)
                if many < 2:
                    continue
                label_prices(ground, worth, at[i], times[i], prices, squares, room)
                for c in range(many):
                    prices[c] = 2.0 * prices[c] - squares[c]
                if mixed:
                    labels[i] = _between(state, prices, ground.labels, temperature)
                else:
                    labels[i] = ground.labels[_drawn(state, prices, label_chances, many, temperature, trust)]
                continue
            many = ground.sizes[part]
            if many < 2:
                continue
            option_prices(ground, worth, codes[i], at[i], labels[i], part, times[i], prices, squares, room)
            for c in range(many):
                prices[c] = 2.0 * prices[c] - squares[c]
            new = _drawn(state, prices, chances[part], many, temperature, trust)
            if new == option_of(ground, codes[i], part):
                continue
            changed += 1
            take(ground, codes[i], at[i], part, new)
        put(ground, residual, worth, at[i], labels[i], times[i], 1.0, room)
    return changed
