"""Which rows XGBoost drew for each tree (`subsample`): the library's generators, replayed.

One Mersenne Twister, seeded once, serves a training run. Its first word seeds the drawing of columns of `hist` and
`approx`. Each of their draws of rows takes one word more, the first state of a multiplicative generator that gives each
row a number: so the threads that share the rows do not change them. `exact` takes two words a row from the twister
itself, and one more a tree for its columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, UInt

Array = np.ndarray

_FACTOR = 16_807
_MASK = np.uint64(2**63 - 1)
_RANGE = float(2**63 - 1)
_WORD = 2.0**32


@dataclass(frozen=True)
class Draw:
    """How rows were drawn.

    Parameters
    ----------
    seed
        Of the run.
    share
        Of the rows that are drawn, about.
    exact
        Whether trees were grown by `exact`.
    """

    seed: int
    share: float
    exact: bool

    def rows(self, n: int, calls: int) -> Bool[Array, "calls n"]:
        """Return which of n rows are drawn by each call.

        Parameters
        ----------
        n
            Rows of the table.
        calls
            How often rows are drawn.
        """
        if self.exact:
            return self._twisted(n, calls)
        firsts = _words(self.seed, calls + 1)[1:]
        states = firsts[:, None] * _powers(n)[None]  # wraps at 64 bits, of which 63 count
        return ((states & _MASK) - np.uint64(1)).astype(np.float64) / _RANGE < self.share

    def _twisted(self, n: int, calls: int) -> Bool[Array, "calls n"]:
        words = _words(self.seed, (2 * n + 1) * calls).reshape(calls, 2 * n + 1)[:, :-1].astype(np.float64)
        return (words[:, ::2] + words[:, 1::2] * _WORD) / (_WORD * _WORD) < self.share

    def fitting(self, counts: Sequence[int], most: int) -> list[int]:
        """Return the numbers of rows of which so many are drawn by the first calls.

        Parameters
        ----------
        counts
            Rows drawn by each of the first calls, as far as they are known.
        most
            The greatest number that is tried.
        """
        if self.exact:  # each number of rows is a run of its own
            likely = np.arange(max(counts), most + 1)
            return [n for n in likely.tolist() if self._fits(n, counts)]
        drawn = np.cumsum(self.rows(most, len(counts)), axis=1)
        return (1 + np.flatnonzero((drawn == np.array(counts)[:, None]).all(axis=0))).tolist()

    def _fits(self, n: int, counts: Sequence[int]) -> bool:
        return bool((self.rows(n, 1).sum(axis=1) == counts[:1]).all()) and bool(
            (self.rows(n, len(counts)).sum(axis=1) == counts).all()
        )


def _words(seed: int, many: int) -> UInt[Array, " many"]:
    generator = np.random.MT19937()
    generator._legacy_seeding(seed % 2**32)  # as `std::mt19937` takes a seed
    return np.asarray(generator.random_raw(many), dtype=np.uint64)


def _powers(n: int) -> UInt[Array, " n"]:
    return np.cumprod(np.full(n, _FACTOR, dtype=np.uint64))


def shares_near(drawn: float, n: int | None) -> list[float]:
    """Return the shares that users write and that draw about so many of n rows, the likeliest first.

    Parameters
    ----------
    drawn
        Rows of a tree.
    n
        Rows of the table; ``None`` where that is not known, so that it may be any share.
    """
    if n is None:
        return _SHARES[::-1].tolist()
    off = np.abs(n * _SHARES - drawn) / np.sqrt(n * _SHARES * (1.0 - _SHARES))
    order = np.argsort(off)
    return _SHARES[order[off[order] < _FARTHEST]].tolist()


_SHARES: Float[Array, " s"] = np.round(np.arange(0.05, 0.96, 0.05), 2)
_FARTHEST = 4.0
"""Standard deviations that a number of drawn rows may lie from what is expected of it."""
SEEDS = (0, 42, *range(1, 21), 100, 123, 1234, 12345, 1337, 2020, 2021, 2022, 2023, 2024, 2025, 2026)
"""Seeds that users write, the library's default first."""
