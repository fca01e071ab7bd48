"""Non-negative least squares over a pool of columns, warm from one pool to the next.

The active-set method of Lawson & Hanson ("Solving Least Squares Problems", 1974, chapter 23), with many columns
entering at a time and the Cholesky factor of the passive ones' Gram matrix updated (a new row by forward substitution,
a deleted one by Givens rotations: Golub & Van Loan, "Matrix Computations", 6.5). The gradient is always taken from the
residual itself, so that steps refine one another and misfits reach the rounding of 64-bit sums.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.matching.linear.active_set import lower, take_residual
from retrodict.matching.linear.columns import Columns, explained

Array = np.ndarray

BLOCK = 20
"""Columns that enter at a time; between 5 and 40 make little difference."""


class Pool:
    """Columns, and how much of each the solution has.

    Parameters
    ----------
    totals
        The weighed right side, shape (sites, Q).
    blocks
        In how many blocks a column has entries.
    """

    def __init__(self, totals: Float[Array, "sites Q"], blocks: int) -> None:
        self.totals, self.right, self.residual = totals, totals, totals.copy()
        self.size, self.passive = 0, 0
        self._room = 0
        self._order = np.zeros(0, dtype=np.int64)
        self._factor = np.zeros((0, 0))
        self._x, self._norms, self.slopes = np.zeros(0), np.zeros(0), np.zeros(0)
        self._free = np.zeros(0, dtype=bool)
        self._sites = np.zeros((0, blocks), dtype=np.int32)
        self._entries = np.zeros((0, blocks, totals.shape[1]))

    @property
    def x(self) -> Float[Array, " m"]:
        """How much of each column the solution has."""
        return self._x[: self.size]

    @property
    def misfit(self) -> float:
        """The squared length of the residual."""
        return float((self.residual**2).sum())

    @property
    def columns(self) -> Columns:
        """The columns of the pool."""
        return Columns(self._sites[: self.size].T, self._entries[: self.size].transpose(1, 2, 0))

    def add(self, columns: Columns, free: bool = False) -> None:
        """Let columns into the pool, with nothing of them in the solution.

        Parameters
        ----------
        columns
            m of them.
        free
            Whether the solution may have less than nothing of them.
        """
        many = columns.sites.shape[1]
        new = slice(self.size, self.size + many)
        self._grow(new.stop)
        self._sites[new] = columns.sites.T
        self._entries[new] = columns.entries.transpose(2, 0, 1)
        self._norms[new] = np.sqrt((self._entries[new] ** 2).sum(axis=(1, 2)))
        self._x[new], self._free[new] = 0.0, free
        self.size += many

    def _grow(self, size: int) -> None:
        if size <= self._room:
            return
        more = max(size, 2 * self._room) - self._room
        self._room += more
        self._sites, self._entries, self._x, self._norms, self._free = (
            np.concatenate([own, np.zeros((more, *own.shape[1:]), own.dtype)])
            for own in (self._sites, self._entries, self._x, self._norms, self._free)
        )

    def take(self, times: Int[Array, " m"]) -> None:
        """Begin again with the right side less so many of each column.

        Parameters
        ----------
        times
            Of each column, shape (m,).
        """
        self.right = self.totals - explained(self.columns, times, len(self.totals))
        self.passive = 0
        self._x[:] = 0.0
        self.residual = self.right.copy()

    def keep(self, kept: Bool[Array, " m"]) -> None:
        """Take the columns out that are not kept; those of the solution must be."""
        at = np.flatnonzero(kept)
        many = len(at)
        for own in (self._sites, self._entries, self._x, self._norms, self._free):
            own[:many] = own[at]
        place = np.cumsum(kept) - 1
        self._order[: self.passive] = place[self._order[: self.passive]]
        self.size = many

    def crowded(self, many: int, capacity: int) -> Bool[Array, " m"] | None:
        """Return which columns stay where so many more do not fit; ``None`` where they do.

        Those of the solution stay, and of the others those that would lower the misfit most, half of what fits.

        Parameters
        ----------
        many
            Columns that are to come.
        capacity
            Columns beside those of the solution, at most.
        """
        inside = self.x > 0
        if self.size + many <= capacity + int(inside.sum()):
            return None
        slopes = np.where(inside, np.inf, self.slopes)
        kept: Array = inside.copy()
        kept[np.argsort(-slopes, kind="stable")[: capacity // 2 + int(inside.sum())]] = True
        return kept

    def inside(self) -> Int[Array, " k"]:
        """Return the places of the columns that may be in the solution: those of the factor."""
        return np.sort(self._order[: self.passive])

    def some(self, places: Int[Array, " k"]) -> Columns:
        """Return some columns of the pool."""
        return Columns(self._sites[places].T, self._entries[places].transpose(1, 2, 0))

    def state(self) -> dict[str, Array]:
        """Return what the solution is, and its factor to the last bit, by names."""
        k = self.passive
        return {"x": self.x, "slopes": self.slopes, "order": self._order[:k], "factor": self._factor[:k, :k]}

    def restore(self, columns: Columns, state: Mapping[str, Array]) -> None:
        """Go back to where `state` was taken, with the same columns."""
        self.size = self.passive = 0
        self.add(columns)
        self._x[: self.size] = state["x"]
        k = len(state["order"])
        self.slopes = state["slopes"]
        self._order, self._factor = state["order"].copy(), state["factor"].copy()
        self.passive = k
        self._widen()
        take_residual(self._sites, self._entries, self.right, self._x, self._order, k, self.residual)

    def solve(self, rounds: int, enough: float) -> int:
        """Lower the misfit, and return how many columns entered.

        Parameters
        ----------
        rounds
            At most so many times are columns let in.
        enough
            The misfit at which to stop.
        """
        n, entered = self.size, 0
        left = rounds
        while left > 0:
            self._widen()
            self.passive, new, used, self.slopes = lower(
                self._sites[:n],
                self._entries[:n],
                self._norms[:n],
                self._free[:n],
                self.right,
                self.residual,
                self._x[:n],
                self._order,
                self.passive,
                self._factor,
                BLOCK,
                left,
                enough,
            )
            entered += new
            left -= used
            if self.passive + BLOCK <= len(self._factor):
                break
        return entered

    def _widen(self) -> None:
        """Make room in the factor for columns that enter."""
        if self.passive + BLOCK <= len(self._factor):
            return
        size = max(2 * len(self._factor), self.passive + 8 * BLOCK)
        factor = np.zeros((size, size))
        factor[: self.passive, : self.passive] = self._factor[: self.passive, : self.passive]
        self._factor = factor
        self._order = np.concatenate([self._order, np.zeros(size - len(self._order), dtype=np.int64)])
