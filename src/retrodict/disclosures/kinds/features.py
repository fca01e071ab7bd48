"""What a file states of single features: ranges, categories, values, quantiles, and counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retrodict.disclosures.fact import Disclosure
from retrodict.results.json_values import plain

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Range(Disclosure):
    """Smallest and largest value of a feature, in raw units."""

    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Categories(Disclosure):
    """The values that a feature took."""

    categories: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class CategoryCounts(Disclosure):
    """How many rows had each value of a feature; where it is not exact, about what share of them."""

    categories: tuple[Any, ...]
    counts: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Moments(Disclosure):
    """Mean and variance of a feature in raw units, or of the indicator of one of its categories.

    `ddof` is what is taken off `n` in the variance's denominator.
    """

    mean: float | None
    variance: float | None = None
    n: int | None = None
    category: Any = None
    ddof: int | None = None


@dataclass(frozen=True, eq=False)
class Quantiles(Disclosure):
    """Quantiles of a feature; `width` is the distance between those at `width_between`, where only that is stored."""

    probabilities: tuple[float, ...]
    quantiles: tuple[float, ...]
    width: float | None = None
    width_between: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Values(Disclosure):
    """Values of a feature that training rows take, each within `radius` of the one shown."""

    taken: Array
    radius: float = 0.0


@dataclass(frozen=True, eq=False)
class BinEdges(Disclosure):
    """Edges of the bins that a feature was cut into, in raw units.

    `equal`: the bins were to hold equal shares. `midpoints`: there is an edge midway between each two neighbouring
    values.
    """

    edges: Array
    equal: bool = False
    midpoints: bool = False


@dataclass(frozen=True, eq=False)
class Grid(Disclosure):
    """The values of a feature are ``offset + step * integer``, as far as its split points show."""

    step: float
    offset: float
    thresholds: int

    @property
    def integer(self) -> bool:
        """Whether the grid is the integers."""
        return self.step == 1.0 and self.offset == 0.0


@dataclass(frozen=True, eq=False)
class Association(Disclosure):
    """A test statistic of a feature against the target, over the training rows, and its p-value.

    `measure` is the name of the function that computed it.
    """

    measure: str
    score: float
    p_value: float | None = None


@dataclass(frozen=True, eq=False)
class Gaps(Disclosure):
    """Features that had missing values among the training rows; `every`: in all of them."""

    every: bool = False


@dataclass(frozen=True, eq=False)
class Totals(Disclosure):
    """The sum of each feature over all training rows, in the order of `features`."""

    sums: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class CategoryHashes(Disclosure):
    """Hashes of the values that a feature took, or several together: who can guess a value can check it.

    Parameters
    ----------
    hashes
        One for each value, as the file has them.
    counts
        Rows with that value; with classes, shape (m, k): rows of each class. ``None`` where they are not stored.
    classes
        The classes of the columns of `counts`; empty where they are not counted by class.
    hash_of
        The hash of a value, for guesses; ``None`` where it can't be computed.
    checked
        Guesses that were hashed, where the user gave any; those that hit are stated as `Categories` beside.
    """

    hashes: tuple[int, ...] = field(repr=False)
    counts: Array | None = field(default=None, repr=False)
    classes: tuple[Any, ...] = ()
    hash_of: Callable[[Any], int] | None = field(default=None, repr=False)
    checked: int | None = None

    def values(self) -> dict[str, Any]:
        """Return a summary; hashes and counts stay attributes."""
        told: dict[str, Any] = {"hashes": len(self.hashes), "counted": self.counts is not None}
        if self.classes:
            told["classes"] = plain(self.classes)
        return told if self.checked is None else told | {"checked": self.checked}
