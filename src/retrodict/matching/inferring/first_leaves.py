"""Rates, penalties and numbers of steps from the leaves of the first tree, where all rows had one score.

Of two classes, the value of such a leaf is the rate times a number that depends on how many rows it holds, how many of
them are of the second class, and on nothing else. There are few such numbers: a rate under which several leaves have
one of them is the rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import expit

Array = np.ndarray

_MOST_ROWS = 150
"""Rows of a leaf that are tried, at most; leaves of more match nothing, and the others do."""
SAME = 1e-11
"""How near two numbers of 64 bits are, as a share, that were computed in other steps."""
_ASKED = 6
"""Leaves that candidates are taken from, at most."""
_FEWEST = 4
"""Leaves of different values that must match: fewer match by chance, as one always does."""
_SHARE = 0.5
"""Of the leaves, those that must match."""


@dataclass(frozen=True)
class FirstSteps:
    """How leaf values were found, as the first tree shows.

    Parameters
    ----------
    rate, penalty
        See `Steps`.
    many
        How many steps each leaf took.
    """

    rate: float
    penalty: float
    many: int


def first_steps(
    values: Float[Array, " L"],
    start: float,
    penalties: Sequence[float],
    many: Sequence[int],
    same: float = SAME,
) -> tuple[FirstSteps, ...]:
    """Return the settings under which most leaves have possible values, the likeliest first.

    Parameters
    ----------
    values
        Of the first tree's leaves, shape (L,).
    start
        The score of all rows before it.
    penalties, many
        L2 penalties and numbers of steps that are tried.
    same
        How near two numbers must be, as a share, to be the same.
    """
    asked = np.unique(values[np.abs(values) > SAME])
    if len(asked) < _FEWEST:
        return ()
    needed = max(_FEWEST, int(np.ceil(_SHARE * len(asked))))
    found: dict[FirstSteps, int] = {}
    for steps in many:
        for penalty in penalties:
            possible = _possible(start, penalty, steps)
            for value in asked[np.argsort(np.abs(asked), kind="stable")][:_ASKED]:
                rates = value / possible[np.sign(possible) == np.sign(value)]
                rates = np.unique(rates[rates <= 1.0 + SAME])
                hits = _hits(asked, rates, possible, same)
                for i in np.flatnonzero(hits >= needed).tolist():
                    found[FirstSteps(_stored(float(rates[i]), same), penalty, steps)] = int(hits[i])
    if not found:
        return ()
    most = max(found.values())
    likely = [own for own, hits in found.items() if hits == most]
    # libraries may keep rates in 32 bits; a multiple of the right one asks for more rows in every leaf, as often fits
    return tuple(sorted(likely, key=lambda own: (not _single(own.rate), own.rate)))


def _possible(start: float, penalty: float, steps: int) -> Array:
    """Return what so many steps can come to, sorted; zero left out."""
    rows, second = (grid.ravel() for grid in np.mgrid[1 : _MOST_ROWS + 1, 0 : _MOST_ROWS + 1])
    inside = second <= rows
    rows, second = rows[inside].astype(np.float64), second[inside].astype(np.float64)
    moved = np.zeros(len(rows))
    for _ in range(steps):
        share = expit(start + moved)
        moved += (second - rows * share) / (rows * share * (1.0 - share) + penalty)
    return np.unique(moved[np.abs(moved) > SAME])


def _hits(asked: Array, rates: Array, possible: Array, same: float) -> Array:
    """Return how many of the values are possible under each rate."""
    hits = np.zeros(len(rates), dtype=np.int64)
    for value in asked:
        wanted = value / rates
        at = np.clip(np.searchsorted(possible, wanted), 1, len(possible) - 1)
        off = np.minimum(np.abs(possible[at] - wanted), np.abs(possible[at - 1] - wanted))
        hits += off <= same * np.abs(wanted)
    return hits


def _stored(rate: float, same: float) -> float:
    """Return the rate of 32 bits that is meant, where one is so near."""
    near = float(np.float32(rate))
    return near if abs(near - rate) <= same * rate else rate


def _single(rate: float) -> bool:
    return float(np.float32(rate)) == rate
