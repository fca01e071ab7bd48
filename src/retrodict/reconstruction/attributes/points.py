"""Weighted values of one column in each of several rows, and what is read off them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Points:
    """The values that a column may have in n rows, under the prior and given the output.

    Parameters
    ----------
    n
        Rows.
    row, value
        Of each point, shape (p,): in the order of rows, and of values within a row; NaN, last, is a missing value.
    prior
        Its probability before the output is known, given the other columns; those of a row sum to one.
    posterior
        Its probability given the output; those of a row sum to one, or are all 0 where no value was found to give the
        output.
    error
        Of each row: how far its posterior may be off, as a share of the evidence.
    """

    n: int
    row: Int[Array, " p"]
    value: Float[Array, " p"]
    prior: Float[Array, " p"]
    posterior: Float[Array, " p"]
    error: Float[Array, " n"]

    @classmethod
    def of(
        cls,
        n: int,
        row: Int[Array, " p"],
        value: Float[Array, " p"],
        prior: Float[Array, " p"],
        weight: Float[Array, " p"],
        error: Float[Array, " n"],
    ) -> Points:
        """Sort and scale points."""
        order = np.lexsort((value, row))  # NaN last
        row, value, prior, weight = (one[order] for one in (row, value, prior, weight))
        scaled = [
            one / np.where(total > 0, total, 1.0)[row] for one in (prior, weight) for total in [summed(row, one, n)]
        ]
        return cls(n, row, value, scaled[0], scaled[1], error)

    @property
    def found(self) -> Bool[Array, " n"]:
        """Of each row, whether a value was found that gives the output."""
        return summed(self.row, self.posterior, self.n) > 0.5

    def missing(self, weight: Float[Array, " p"]) -> Float[Array, " n"]:
        """Return each row's probability of a missing value."""
        return summed(self.row, np.where(np.isnan(self.value), weight, 0.0), self.n)

    def quantile(self, weight: Float[Array, " p"], share: float) -> Float[Array, " n"]:
        """Return the least present value of each row at or below which so much of the present ones' weight lies."""
        present = np.where(np.isnan(self.value), 0.0, weight)
        total = summed(self.row, present, self.n)
        upto = np.cumsum(present / np.where(total > 0, total, 1.0)[self.row])
        # rows without weight add nothing: the sum up to a row is what it should be counted from
        before = np.concatenate([[0.0], np.cumsum((total > 0).astype(np.float64))])[:-1]
        place = np.minimum(np.searchsorted(upto, before + share - _HAIR), len(upto) - 1)
        return np.where(total > 0, self.value[place], np.nan)

    def near(self, weight: Float[Array, " p"], center: Float[Array, " n"], within: float) -> Float[Array, " n"]:
        """Return the weight of each row's values that are no farther than `within` from its center."""
        inside = np.abs(self.value - center[self.row]) <= within
        return summed(self.row, np.where(inside, weight, 0.0), self.n)

    def table(self, weight: Float[Array, " p"], k: int) -> Float[Array, "n k"]:
        """Return the weight of each category, shape (n, k), and of a missing value, last, shape (n, k + 1) in all."""
        out = np.zeros((self.n, k + 1))
        np.add.at(out, (self.row, np.where(np.isnan(self.value), k, self.value).astype(np.intp)), weight)
        return out


def summed(row: Int[Array, " p"], weight: Float[Array, " p"], n: int) -> Float[Array, " n"]:
    """Return the sum of weights in each of n rows."""
    return np.bincount(row, weight, minlength=n)


_HAIR = 1e-9
"""What floating point makes of a sum of many shares."""
