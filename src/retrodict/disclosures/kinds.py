"""The kinds of fact that a model file states about its training data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from retrodict.disclosures.fact import Disclosure as Disclosure
from retrodict.results.json_values import plain

Array = np.ndarray

_TOLD = {bool, int, float, str, type(None)}
"""Types of cells that are plain data, whatever they hold."""


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
class Covariance(Disclosure):
    """Covariance matrix of several features, shape (d, d), and their means, in raw units.

    `pooled`: of the rows less their class means, all classes together.
    """

    matrix: Array
    mean: Array | None = None
    n: int | None = None
    ddof: int | None = None
    pooled: bool = False


@dataclass(frozen=True, eq=False)
class Quantiles(Disclosure):
    """Quantiles of a feature; `width` is the distance between those at `width_between`, where only that is stored."""

    probabilities: tuple[float, ...]
    quantiles: tuple[float, ...]
    width: float | None = None
    width_between: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Thresholds(Disclosure):
    """Sorted distinct split points of a feature, in raw units; `midpoints` of two training values, or drawn."""

    thresholds: Array
    midpoints: bool = True


@dataclass(frozen=True, eq=False)
class Stretches(Disclosure):
    """How many training rows lie between two split points of a feature, leaf by leaf.

    Each leaf of a tree that splits on the feature holds as many rows as it counts, with values above one of its split
    points and up to another. Rows without a value are among those of the side they were sent to.

    Parameters
    ----------
    lows, highs
        Shape (m,): the stretches ``(low, high]``, in raw units, infinite where a side is open; positions in
        `categories` where they are given, and 0 or 1 where it is the indicator of `category`.
    counts
        Shape (m,): rows in leaves of this very stretch, summed over the trees.
    """

    lows: Array = field(repr=False)
    highs: Array = field(repr=False)
    counts: Array = field(repr=False)
    categories: tuple[Any, ...] | None = None
    category: Any = None

    def values(self) -> dict[str, Any]:
        """Return a summary; the arrays stay attributes."""
        own = {"categories": plain(self.categories), "category": plain(self.category)}
        head = {"stretches": len(self.counts), "rows_counted": int(self.counts.sum())}
        return head | {name: value for name, value in own.items() if value is not None}


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
class ClassShares(Disclosure):
    """The share of each class among the training rows."""

    classes: tuple[Any, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class SampleSize(Disclosure):
    """How many rows there were."""

    n: int


@dataclass(frozen=True, eq=False)
class RowsSeen(Disclosure):
    """How many row visits training made, over how many passes."""

    visits: int
    passes: int


@dataclass(frozen=True, eq=False)
class TargetMoments(Disclosure):
    """Mean and variance of the target."""

    mean: float | None
    variance: float | None = None


@dataclass(frozen=True, eq=False)
class TargetMeans(Disclosure):
    """Mean of the target (or share of a class) for each category of a feature."""

    categories: tuple[Any, ...]
    means: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Stationarity(Disclosure):
    """An equation that the optimum of training imposes on the data."""

    equation: str
    coefficients: Array
    intercept: float


@dataclass(frozen=True, eq=False)
class TrainingErrors(Disclosure):
    """Error on the training rows after each stage of training, or at its end."""

    errors: Array


@dataclass(frozen=True, eq=False)
class Rows(Disclosure):
    """Whole training rows.

    Parameters
    ----------
    rows
        Shape (n, d), object: one column a feature, raw units and category labels; missing is NaN.
    labels
        The rows' classes or target values, where stored.
    index
        Positions in the training table, where stored.
    """

    rows: Array
    labels: tuple[Any, ...] | None = None
    index: tuple[int, ...] | None = None

    @property
    def n(self) -> int:
        """How many rows."""
        return len(self.rows)

    def values(self) -> dict[str, Any]:
        """Return the rows with their number."""
        return {"n": self.n, **super().values()}

    def check(self) -> None:
        """Look at the cells' types: rows of numbers and texts can be told, and need not be."""
        cells = np.asarray(self.rows, dtype=object).ravel().tolist()
        (replace(self, rows=self.rows[:0]) if set(map(type, cells)) <= _TOLD else self).values()


@dataclass(frozen=True, eq=False)
class NodeCounts(Disclosure):
    """How many training rows reached each node of each tree.

    Parameters
    ----------
    counts
        One array a tree, in the tree's own order of nodes; a leaf's neighbours are in the model.
    leaves
        One mask a tree: which nodes are leaves.
    weights
        The same as sums of weights, where stored: in a bootstrap draw a row's weight is how often it was drawn.
    few
        Leaves with at most this many rows count as small.
    """

    counts: tuple[Array, ...] = field(repr=False)
    leaves: tuple[Array, ...] = field(repr=False)
    weights: tuple[Array, ...] | None = field(default=None, repr=False)
    few: int = 5

    def values(self) -> dict[str, Any]:
        """Return a summary; the arrays stay attributes."""
        leaf_counts = np.concatenate([c[leaf] for c, leaf in zip(self.counts, self.leaves, strict=True)])
        return {
            "trees": len(self.counts),
            "nodes": int(sum(len(c) for c in self.counts)),
            "leaves": len(leaf_counts),
            "small_leaves": int((leaf_counts <= self.few).sum()),
            "single_row_leaves": int((leaf_counts == 1).sum()),
            "smallest_leaf": int(leaf_counts.min()),
            "n": int(max(c[0] for c in self.counts)),
        }


@dataclass(frozen=True, eq=False)
class GradientSums(Disclosure):
    """Leaf values of boosted trees: each is a sum over the training rows of its leaf, or a quantile of them.

    Before tree ``t`` the score of every possible row is known, and with it the gradient ``g`` and the hessian ``h``
    that it adds to its leaf; the leaf's value ``v`` states ``sum(g) + (v / rate) (sum(h) + penalty) = 0``. Enough of
    these equations have one table as their solution. Absolute and quantile losses (and Huber's) set a leaf to a
    quantile of what is left to predict of its rows, which is that of single rows.

    Parameters
    ----------
    statistic
        `sum` or `quantile`.
    trees
        How many.
    equations
        Leaves of all trees, each an equation about the rows in it.
    rate
        What leaf values were multiplied by (the learning rate); ``None`` where it is not stored.
    penalty
        The L2 penalty on leaf values; ``None`` where it is not stored.
    """

    statistic: str
    trees: int
    equations: int
    rate: float | None = None
    penalty: float | None = None


@dataclass(frozen=True, eq=False)
class PossibleRows(Disclosure):
    """An array that no reader knows and that has an entry for every training row, or holds training rows.

    Parameters
    ----------
    n
        Its first length.
    width
        Its second length; 1 where it has none.
    known_rows
        How many of the training rows that were given stand in it unchanged; ``None`` where none were given.
    """

    n: int
    width: int
    known_rows: int | None = None


@dataclass(frozen=True, eq=False)
class RowEntries(Disclosure):
    """An entry for each training row, in the table's order, that is not the row itself.

    Parameters
    ----------
    meaning
        What an entry is: a cluster, a place in an embedding, distances to the other rows.
    entries
        Shape (n,) or (n, w). Distances to all other rows give the rows up to turning and mirroring.
    """

    meaning: str
    entries: Array = field(repr=False)

    def values(self) -> dict[str, Any]:
        """Return a summary; the entries stay an attribute."""
        width = self.entries.shape[1] if self.entries.ndim > 1 else 1
        return {"meaning": self.meaning, "n": len(self.entries), "width": width}


@dataclass(frozen=True, eq=False)
class Centres(Disclosure):
    """Centres of groups of training rows that training formed itself.

    Parameters
    ----------
    centres
        Shape (k, d), in raw units where the way back is affine.
    counts
        Rows in each group; ``None`` where they are not stored. A group of one row has that row as its centre.
    """

    centres: Array
    counts: tuple[int, ...] | None = None


@dataclass(frozen=True, eq=False)
class TargetQuantiles(Disclosure):
    """Quantiles of the target."""

    probabilities: tuple[float, ...]
    quantiles: tuple[float, ...]


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
