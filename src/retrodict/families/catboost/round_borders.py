"""Borders moved to rounder numbers that part the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from retrodict.families.catboost.content import Content, CtrBase, Number
from retrodict.families.rounded_points import rounded_points

Array = np.ndarray

_ABOVE_ALL = float(np.finfo(np.float32).max)
"""The border that parts missing values from all others stays where it is."""


def rounded(content: Content, columns: Mapping[int, Float[Array, " n"]]) -> tuple[Content, int, int]:
    """Return a model with rounder borders, how many it has, and how many of them were moved.

    Parameters
    ----------
    content
        What the model holds.
    columns
        Values of rows by a column's place: each stays on its side of every border.
    """
    moves: dict[tuple[int, float], float] = {}
    numbers = []
    for one in content.numbers:
        made = _moved(one, columns[one.flat])
        moves |= {(one.index, old): new for old, new in zip(one.borders.tolist(), made.tolist(), strict=True)}
        numbers.append(replace(one, borders=made))

    def base(old: CtrBase) -> CtrBase:
        splits = tuple((column, moves[column, border]) for column, border in old.of.number_splits)
        return replace(old, of=replace(old.of, number_splits=splits))

    out = replace(
        content, numbers=tuple(numbers), ctrs=tuple(replace(one, base=base(one.base)) for one in content.ctrs)
    )
    if content.ctr_tables is not None:
        out = replace(out, ctr_tables=tuple(replace(one, base=base(one.base)) for one in content.ctr_tables))
    return out, len(moves), sum(old != new for (_, old), new in moves.items())


def _moved(column: Number, values: Array) -> Array:
    """Return a column's borders; several between the same two values stay, since their order must."""
    borders = column.borders
    told = values.astype(np.float32)
    made = rounded_points(borders, told, below=False)
    gap = np.searchsorted(np.unique(told[np.isfinite(told)]), borders, side="right")
    alone = np.bincount(gap, minlength=1)[gap] == 1
    return np.where(alone & (np.abs(borders) < _ABOVE_ALL), made, borders).astype(np.float32)
