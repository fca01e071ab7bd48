"""What a file of CatBoost holds, part by part, whichever of its formats it is in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
from jaxtyping import Float, Float32, Int, UInt

from retrodict.families.catboost.category_hash import uncombined

Array = np.ndarray

TREATMENTS = ("AsIs", "AsFalse", "AsTrue")
"""What becomes of missing values: they count as beneath all borders (the first two), or as above all."""
CTR_KINDS = ("Borders", "Buckets", "BinarizedTargetMeanValue", "FloatTargetMeanValue", "Counter", "FeatureFreq")
"""Statistics of categories: of the target's classes, of its mean, or how frequent they are."""
MEANS = ("BinarizedTargetMeanValue", "FloatTargetMeanValue")
FREQUENCIES = ("Counter", "FeatureFreq")
NO_HASH = 2**64 - 1
"""Marks a place of a hash table that is empty."""


@dataclass(frozen=True, eq=False)
class Number:
    """A column of numbers: what it is cut at, and what becomes of missing values."""

    index: int
    flat: int
    name: str
    borders: Float32[Array, " b"]
    has_nans: bool = False
    treatment: str = "AsIs"


@dataclass(frozen=True, eq=False)
class Category:
    """A column of categories."""

    index: int
    flat: int
    name: str
    used: bool = True


@dataclass(frozen=True, eq=False)
class OneHot:
    """Hashes of single categories that splits ask for, with their names where the file has them."""

    category: int
    values: Int[Array, " v"]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Combination:
    """What a statistic is of: categories, and splits that are met or not, all together."""

    categories: tuple[int, ...]
    number_splits: tuple[tuple[int, float], ...] = ()
    category_splits: tuple[tuple[int, int], ...] = ()

    @property
    def alone(self) -> int | None:
        """The one category that it is of; ``None`` where there is more to it."""
        more = len(self.categories) != 1 or self.number_splits or self.category_splits
        return None if more else self.categories[0]


@dataclass(frozen=True)
class CtrBase:
    """Which statistics: of what, of which kind, of which of the target's classifications."""

    of: Combination
    kind: str
    classifier: int = 0


@dataclass(frozen=True, eq=False)
class Ctr:
    """A column computed from statistics, and what it is cut at."""

    base: CtrBase
    target_border: int
    prior: tuple[float, float]
    shift: float
    scale: float
    borders: Float32[Array, " b"]


@dataclass(frozen=True, eq=False)
class CtrTable:
    """The statistics themselves: a hash table to rows, and each row's counts (or sum and count).

    Parameters
    ----------
    base
        What they are of.
    hashes, rows
        The hash table: `NO_HASH` where a place is empty.
    blob
        The rows: 32-bit counts, or a 32-bit float and a count.
    denominator
        Of frequencies.
    classes
        Counts a row has.
    """

    base: CtrBase
    hashes: UInt[Array, " m"]
    rows: UInt[Array, " m"]
    blob: bytes
    denominator: int = 0
    classes: int = 0

    @property
    def width(self) -> int:
        """Numbers of 32 bits that a row has."""
        if self.base.kind in MEANS:
            return 2
        return 1 if self.base.kind in FREQUENCIES else self.classes

    @cached_property
    def counts(self) -> Int[Array, "n width"]:
        """The rows as 32-bit integers."""
        return np.frombuffer(self.blob, "<i4").reshape(-1, self.width)

    @property
    def held(self) -> tuple[UInt[Array, " k"], Int[Array, " k"]]:
        """The hashes that it has, and the row of each."""
        some = self.hashes != NO_HASH
        return self.hashes[some], self.rows[some].astype(np.int64)

    def category_hashes(self) -> list[int] | None:
        """Return the 32-bit hashes of the categories of `held`; ``None`` of several columns together."""
        if self.base.of.alone is None:
            return None
        found = [uncombined(int(one)) for one in self.held[0]]
        return [one for one in found if one is not None] if None not in found else None


@dataclass(frozen=True, eq=False)
class Trees:
    """All trees, one after the other.

    Parameters
    ----------
    splits
        Which split each level (of symmetric trees) or node asks for: a number counted over all borders.
    sizes, starts
        Levels or nodes of each tree, and where they begin.
    steps, leaf_of
        Trees that are not symmetric: how far on the children of each node are (0: the row stays there), and where the
        values of those who stay begin. Empty where all are symmetric.
    values
        Leaf values, `dimension` to a leaf.
    weights
        The summed weights of each leaf's rows; empty where they are not stored.
    """

    splits: Int[Array, " s"]
    sizes: Int[Array, " t"]
    starts: Int[Array, " t"]
    values: Float[Array, " v"]
    weights: Float[Array, " w"]
    steps: UInt[Array, "s 2"] = field(default_factory=lambda: np.empty((0, 2), np.uint16))
    leaf_of: UInt[Array, " s"] = field(default_factory=lambda: np.empty(0, np.uint32))

    @property
    def symmetric(self) -> bool:
        """Whether every level of each tree asks one question."""
        return not len(self.steps) and not len(self.leaf_of)


@dataclass(frozen=True, eq=False)
class Content:
    """All that a file of CatBoost holds.

    Parameters
    ----------
    dimension
        Values that a row is given: one a class, or one.
    info
        Texts by name: the settings of training, dates, classes, losses.
    ctr_tables
        ``None`` where the file has no such part.
    names_by_hash
        Categories in clear, by their hash, where a json file has them beside.
    """

    dimension: int
    trees: Trees
    numbers: tuple[Number, ...]
    categories: tuple[Category, ...]
    one_hots: tuple[OneHot, ...]
    ctrs: tuple[Ctr, ...]
    scale: float
    bias: tuple[float, ...]
    info: dict[str, str]
    ctr_tables: tuple[CtrTable, ...] | None = None
    names_by_hash: dict[int, str] = field(default_factory=dict)

    def with_trees(self, **changes: object) -> Self:
        """Return it with something else in its trees."""
        return replace(self, trees=replace(self.trees, **changes))  # type: ignore[arg-type]

    @property
    def cuts(self) -> list[tuple[str, int, int]]:
        """Where each column's splits stand among all: kind, position among its kind, and how many."""
        told: list[tuple[str, int, int]] = [("number", i, len(one.borders)) for i, one in enumerate(self.numbers)]
        told += [("one_hot", i, len(one.values)) for i, one in enumerate(self.one_hots)]
        return told + [("ctr", i, len(one.borders)) for i, one in enumerate(self.ctrs)]

    @property
    def asked(self) -> Int[Array, " k"]:
        """The columns that splits of trees ask for, alone or within a statistic."""
        numbers = {one.index: one.flat for one in self.numbers}
        categories = {one.index: one.flat for one in self.categories}
        found: set[int] = set()
        ends = np.cumsum([count for _, _, count in self.cuts])
        for place in np.unique(np.searchsorted(ends, np.unique(self.trees.splits), side="right")).tolist():
            kind, at, _ = self.cuts[place]
            if kind == "number":
                found.add(self.numbers[at].flat)
            elif kind == "one_hot":
                found.add(categories[self.one_hots[at].category])
            else:
                of = self.ctrs[at].base.of
                found.update(numbers[index] for index, _ in of.number_splits)
                found.update(categories[index] for index in (*of.categories, *(one for one, _ in of.category_splits)))
        return np.array(sorted(found), dtype=np.int64)

    @property
    def columns(self) -> list[Number | Category]:
        """All columns, numbers first."""
        return [*self.numbers, *self.categories]

    @property
    def width(self) -> int:
        """Columns that a row has."""
        return 1 + max((one.flat for one in self.columns), default=-1)

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns' names: their positions where they have none."""
        told = {one.flat: one.name for one in self.columns}
        return tuple(told.get(i) or str(i) for i in range(self.width))
