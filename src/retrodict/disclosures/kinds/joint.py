"""What a file states of several features together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrodict.disclosures.fact import Disclosure

Array = np.ndarray


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
class Stationarity(Disclosure):
    """An equation that the optimum of training imposes on the data."""

    equation: str
    coefficients: Array
    intercept: float


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
class CrossProducts(Disclosure):
    """Sums over all training rows of the products of each two columns: the matrix ``X'X``.

    Parameters
    ----------
    matrix
        Shape (d, d), in raw units; with the row and column of a constant its first line is sums and a count.
    columns
        What the columns are called, in order: features, their transforms, the constant, the target.
    n
        Rows; ``None`` where not known.
    """

    matrix: Array
    columns: tuple[str, ...]
    n: int | None = None
