"""One feature's codes: the cells that trees cut its values into, or its categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.disclosures.columns import Column
from retrodict.errors import ModelError

Array = np.ndarray

_GRID_ROUNDING = 2.0**-50
"""How far, of its size, a value of a grid is rounded: a multiple of a decimal step misses by a few last bits."""
_SPARE_DECIMALS = 4
"""Decimals kept beyond the first of a step: steps have up to three digits."""

RARE = "(infrequent)"
"""What disclosures call the categories that a one-hot encoder took as one."""


@dataclass(frozen=True, eq=False)
class NumberAxis:
    """A number, cut into cells.

    Parameters
    ----------
    name
        The raw feature.
    cuts
        Sorted; cell ``c`` holds the values in ``(cuts[c - 1], cuts[c]]``.
    step
        The grid that its values live on, as far as split points show; ``None`` where they show none.
    gaps
        Whether values may be missing.
    """

    name: str
    cuts: Float[Array, " m"]
    step: float | None = None
    gaps: bool = False

    @property
    def size(self) -> int:
        """How many codes."""
        return len(self.cuts) + 1 + self.gaps

    @property
    def ordered(self) -> bool:
        """Neighbouring codes are neighbouring values."""
        return True

    @property
    def missing(self) -> int:
        """The code of a missing value, or -1."""
        return self.size - 1 if self.gaps else -1

    def codes(self, values: Float[Array, " n"]) -> Int[Array, " n"]:
        """Return the cells of raw values."""
        out = np.searchsorted(self.cuts, values, side="left")
        return np.where(np.isnan(values), self.missing, out)

    def ends(self, codes: Int[Array, " n"]) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return the ends ``(low, high]`` of cells, infinite at the outer ones; a missing code has no meaning."""
        edges = np.concatenate([[-np.inf], self.cuts, [np.inf, np.inf]])
        return edges[codes], edges[codes + 1]

    def intervals(
        self, column: Column, thresholds: Float[Array, " s"], gap_left: Bool[Array, " s"], double: bool = False
    ) -> tuple[Int[Array, " s"], Int[Array, " s"], Bool[Array, " s"]]:
        """Return the codes ``(low, high]`` of one side of each split, and whether that is the left one."""
        cuts, rising = raw_cuts(column, thresholds, double)
        last = len(self.cuts)  # the last code of a value
        alone = np.isinf(thresholds)  # values left, gaps right
        at = np.where(alone, last, np.searchsorted(self.cuts, on_grid(cuts, self.step), side="left"))
        gap_low = gap_left if rising else ~gap_left  # whether gaps go with the smaller raw values
        high = np.where(alone | (self.gaps & ~gap_low), self.size - 1, last)
        return at, high, ~alone & (not rising)


@dataclass(frozen=True, eq=False)
class ListedAxis:
    """A listed feature: one code a category, or for several that the encoder took as one.

    Parameters
    ----------
    name
        The raw feature.
    groups
        The code of each category of the schema, shape (categories,).
    values
        What each code is called; numbers where the raw column itself is split.
    ordered
        Whether trees split the order of the codes.
    gaps
        Whether values may be missing.
    """

    name: str
    groups: Int[Array, " m"]
    values: tuple[Any, ...]
    ordered: bool = False
    gaps: bool = False

    @property
    def size(self) -> int:
        """How many codes."""
        return len(self.values) + self.gaps

    @property
    def missing(self) -> int:
        """The code of a missing value, or -1."""
        return self.size - 1 if self.gaps else -1

    def codes(self, values: Float[Array, " n"]) -> Int[Array, " n"]:
        """Return the codes of categories, given as their index in the schema."""
        gone = np.isnan(values)
        return np.where(gone, self.missing, self.groups[np.where(gone, 0, values).astype(np.int64)])

    def intervals(
        self, column: Column, thresholds: Float[Array, " s"], gap_left: Bool[Array, " s"], double: bool = False
    ) -> tuple[Int[Array, " s"], Int[Array, " s"], Bool[Array, " s"]]:
        """Return the codes ``(low, high]`` of one side of each split, and whether that is the left one."""
        seen = self._column_values(column)
        right = np.where(np.isnan(seen), ~gap_left[:, None], seen > thresholds[:, None])
        low, high, left, whole = _runs(right)
        if not whole:
            raise ModelError(
                f"the trees split '{self.name}' by two orders of its categories, which no one order of codes holds; "
                "give the estimator behind one of the two encoders"
            )
        return low, high, left

    def _column_values(self, column: Column) -> Array:
        """Return what the tree sees of each code, NaN for a gap."""
        if column.indicator:
            shown = column.categories or ()
            rare = column.category == RARE
            told = np.array([float(_same(v, column.category) or (rare and v not in shown)) for v in self.values])
            gap = float(is_gap(column.category))
        elif column.categories is not None:
            told = places_in(column.categories, self.values).astype(np.float64)
            if (told < 0).any():
                raise ModelError(f"the trees split '{self.name}' by categories that the model does not list")
            gap = np.nan
        else:
            told, gap = np.array([float(value) for value in self.values]), np.nan
        told = np.append(told, gap) if self.gaps else told
        return forward(column, told).astype(np.float32).astype(np.float64)


Axis = NumberAxis | ListedAxis


def forward(column: Column, values: Array) -> Array:
    """Return what a column holds for values of what its label names."""
    return (values - column.offset) / column.scale


def raw_cuts(column: Column, thresholds: Float[Array, " s"], double: bool = False) -> tuple[Float[Array, " s"], bool]:
    """Return raw values at which splits cut, and whether larger raw values are larger in the column.

    A tree rounds its columns to 32 bits and sends ``value <= threshold`` left. All of the values that round to the
    last 32-bit number below a threshold therefore go left, so two thresholds are one cut exactly if that number is
    the same. The cut lies midway to the next one, where rounding goes to the even of the two.

    Parameters
    ----------
    column
        An image of a raw number.
    thresholds
        Of splits of that column; an infinite one cuts nothing.
    double
        Whether the tree compares values as they are, in 64 bits.
    """
    if double:
        return _cuts_at(column, np.asarray(thresholds, dtype=np.float64))
    below = thresholds.astype(np.float32)
    below = np.where(below > thresholds, np.nextafter(below, np.float32(-np.inf)), below).astype(np.float32)
    above = np.nextafter(below, np.float32(np.inf))
    middle = below.astype(np.float64) / 2.0 + above.astype(np.float64) / 2.0
    even = below.view(np.uint32) % 2 == 0
    last = np.where(even, middle, np.nextafter(middle, -np.inf))  # the largest value that goes left
    finite = np.isfinite(thresholds)
    return _cuts_at(column, np.where(finite, last, np.inf))


def _cuts_at(column: Column, last: Array) -> tuple[Array, bool]:
    """Return raw cuts, from the largest value of the column that goes left, which may be infinite."""
    finite = np.isfinite(last)
    raw = np.asarray(column.raw_numbers(np.where(finite, last, 0.0)))
    rising = column.scale > 0
    if column.curve is None and not rising:  # the smallest raw value that goes left: values above it go left too
        raw = np.nextafter(raw, -np.inf)
    return np.where(finite, raw, np.inf), rising


def on_grid(cuts: Array, step: float | None) -> Array:
    """Return cuts midway between the two values of a grid that they part; as they are without a grid."""
    if step is None:
        return cuts
    slack = _GRID_ROUNDING * np.abs(cuts)
    with np.errstate(invalid="ignore"):
        return (np.floor((cuts + slack) / step) + 0.5) * step


def nearest_on_grid(values: Array, low: Array, high: Array, step: float) -> Array:
    """Return the grid's values nearest to these inside their cells, whose ends lie midway between two of them."""
    units = np.clip(np.rint(values / step), np.ceil(low / step), np.floor(high / step))
    decimals = max(0, _SPARE_DECIMALS - int(np.floor(np.log10(step))))
    return np.round(units * step, decimals)  # the number that a decimal writes, not a multiple that misses it


def _runs(right: Array) -> tuple[Array, Array, Array, bool]:
    """Return the run of codes ``(low, high]`` that each row of a mask sets, or, of those marked, leaves out.

    The last value says whether each mask is one run, or all but one.
    """
    outer = right[:, 0] & right[:, -1] & ~right.all(axis=1)
    padded = np.pad(right ^ outer[:, None], ((0, 0), (1, 1)))
    starts = np.diff(padded.astype(np.int8), axis=1) == 1
    low = np.argmax(starts, axis=1) - 1
    return low, low + padded.sum(axis=1), outer, bool((starts.sum(axis=1) <= 1).all())


def is_gap(value: Any) -> bool:
    """Return whether a category stands for a missing value."""
    return value is None or value != value


def _same(a: Any, b: Any) -> bool:
    return bool(a == b) and not (is_gap(a) or is_gap(b))


def places_in(categories: Sequence[Any], values: Sequence[Any]) -> Int[Array, " n"]:
    """Return the place of each value in a list of categories, -1 where it is none of them, or not a number."""
    places: dict[Any, int] = {}
    for i, category in enumerate(categories):
        if category == category:
            places.setdefault(category, i)
    return np.array([places.get(value, -1) if value == value else -1 for value in values], dtype=np.int64)
