"""Splits by sets of categories: which go one way; all others go the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from retrodict.disclosures.columns import Column

_WHOLE = 1e-9
"""How far from a whole number a code may be that stands behind a step of arithmetic."""


@dataclass(frozen=True)
class SetSplit:
    """A split by a set of codes.

    Parameters
    ----------
    column
        The position of the column that is split.
    codes
        The codes that it names.
    left
        Whether these go left, and all others right; else the other way round.
    """

    column: int
    codes: frozenset[int]
    left: bool


def named(column: Column, codes: frozenset[int]) -> frozenset[Any] | None:
    """Return the raw categories of codes of a column; ``None`` where it has no way back from them.

    Parameters
    ----------
    column
        What is split.
    codes
        Places in its list, or numbers where it has none; a place beyond the list is of no category.
    """
    if not column.raw or column.curve is not None or column.indicator:
        return None
    values = column.back(sorted(codes))
    whole = np.rint(values)
    if (np.abs(values - whole) > _WHOLE).any():
        return None if column.categories is not None else frozenset(values.tolist())
    places = whole.astype(np.int64).tolist()
    if column.categories is None:
        return frozenset(places)
    return frozenset(column.categories[at] for at in places if 0 <= at < len(column.categories))
