"""The three parts of a table: no row is in two of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.errors import RequestError, RunError
from retrodict.study.datasets import FEWEST_OF_A_CLASS, Table
from retrodict.study.specs import PartShares

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Parts:
    """Rows of a table, by their place in it.

    Parameters
    ----------
    train, public, holdout
        Places. Base models see the first, priors the second, and the third judges.

    Raises
    ------
    RunError
        If a row is in two parts.
    """

    train: Int[Array, " a"]
    public: Int[Array, " b"]
    holdout: Int[Array, " c"]

    def __post_init__(self) -> None:
        places = np.concatenate([self.train, self.public, self.holdout])
        if len(np.unique(places)) < len(places):
            raise RunError("a row is in two of the parts train, public and holdout; they must be disjoint")


def draw_rows(table: Table, rows: int, rng: np.random.Generator) -> tuple[Float[Array, "n d"], Float[Array, " n"]]:
    """Return the rows that a seed uses: all, or as many as are wanted by chance, or fresh ones of a world.

    Classes that come out with fewer than ten rows are left out and the others keep their codes in order.
    """
    if table.truth is not None:
        return table.truth.draw(rows, rng)
    chosen = rng.permutation(len(table.X))[:rows]
    return table.X[chosen], table.y[chosen]


def split(y: Float[Array, " n"], classes: bool, shares: PartShares, rng: np.random.Generator) -> Parts:
    """Split rows by chance, each class in the same shares.

    Parameters
    ----------
    y
        Class codes, or values.
    classes
        Which of the two they are.
    shares
        Of the parts; what they leave is in none.
    """
    strata = [np.flatnonzero(y == label) for label in np.unique(y)] if classes else [np.arange(len(y))]
    found: list[list[Array]] = [[], [], []]
    for places in strata:
        order = rng.permutation(places)
        ends = np.cumsum([shares.train, shares.public, shares.holdout]) * len(order)
        cuts = np.minimum(np.round(ends + 1e-9).astype(np.int64), len(order))
        for part, (low, high) in zip(found, zip([0, *cuts[:-1]], cuts, strict=True), strict=True):
            part.append(order[low:high])
    return Parts(*(np.sort(np.concatenate(part)) for part in found))


def common_classes(y: Float[Array, " n"]) -> Int[Array, " k"]:
    """Return the classes of at least ten rows.

    Raises
    ------
    RequestError
        If there are fewer than two.
    """
    labels, counts = np.unique(y, return_counts=True)
    kept = labels[counts >= FEWEST_OF_A_CLASS].astype(np.int64)
    if len(kept) < 2:
        raise RequestError("fewer than two classes have ten of the rows that are used; raise max_rows")
    return kept


def duplicates(holdout: Float[Array, "n d"], train: Float[Array, "m d"]) -> int:
    """Return how many held-out rows are equal, cell by cell, to a training row: other rows that look alike."""
    known = {row.tobytes() for row in train + 0.0}
    return sum(row.tobytes() in known for row in holdout + 0.0)
