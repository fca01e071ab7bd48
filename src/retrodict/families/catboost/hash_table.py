"""Hash tables as CatBoost keeps them: open, a power of two long, a row's number beside each hash."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrodict.families.catboost.content import NO_HASH

Array = np.ndarray


def hash_table(hashes: Sequence[int]) -> tuple[Array, Array]:
    """Return the places of a table of hashes, and the row of each: rows in the order given.

    A lookup begins at a hash's lower bits and goes on to the first empty place: at least half of them are empty.

    Parameters
    ----------
    hashes
        Numbers of 64 bits; of two that are equal the first is found.
    """
    size = 2
    while size < 2 * len(hashes):
        size *= 2
    places, rows = np.full(size, NO_HASH, np.uint64), np.zeros(size, np.uint32)
    taken: dict[int, int] = {}
    for row, hashed in enumerate(hashes):
        at = hashed & (size - 1)
        while taken.get(at, hashed) != hashed:
            at = (at + 1) & (size - 1)
        if at not in taken:
            taken[at] = hashed
            places[at], rows[at] = hashed, row
    return places, rows


def lookups_end(places: Array) -> bool:
    """Whether every lookup in a table ends: it is a power of two long, and a place is empty."""
    n = len(places)
    return n > 0 and n & (n - 1) == 0 and bool((places == NO_HASH).any())
