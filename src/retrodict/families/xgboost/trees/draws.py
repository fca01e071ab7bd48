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
from jaxtyping import Bool, Float, Int, UInt

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
    twisted
        Where rows are drawn by the twister itself, two words a row: how many other words come before the first call,
        and how many between two. ``None`` where each call is a generator of its own.
    """

    seed: int
    share: float
    twisted: tuple[int, int] | None = None

    def rows(self, n: int, calls: int) -> Bool[Array, "calls n"]:
        """Return which of n rows are drawn by each call.

        Parameters
        ----------
        n
            Rows of the table.
        calls
            How often rows are drawn.
        """
        if self.twisted is not None:
            return self._by_words(n, calls, *self.twisted)
        firsts = words(self.seed, calls + 1)[1:]
        states = firsts[:, None] * _powers(n)[None]  # wraps at 64 bits, of which 63 count
        return ((states & _MASK) - np.uint64(1)).astype(np.float64) / _RANGE < self.share

    def _by_words(self, n: int, calls: int, before: int, between: int) -> Bool[Array, "calls n"]:
        each = 2 * n + between
        drawn = words(self.seed, before + each * calls)[before:].reshape(calls, each)[:, : 2 * n]
        return uniform(drawn) < self.share

    def fitting(self, counts: Sequence[int], most: int) -> list[int]:
        """Return the numbers of rows of which so many are drawn by the first calls.

        Parameters
        ----------
        counts
            Rows drawn by each of the first calls, as far as they are known.
        most
            The greatest number that is tried.
        """
        few = counts[:_AT_FIRST]
        if self.twisted is None:
            first = self._cut(few, np.cumsum(self.rows(most, len(few)), axis=1))
            return [n for n in first if self._fits(n, counts)]
        # where the second call begins depends on the number of rows
        first = self._cut(few[:1], np.cumsum(self.rows(most, 1), axis=1))
        return [n for n in first if self._fits(n, few) and self._fits(n, counts)]

    def _cut(self, counts: Sequence[int], drawn: Int[Array, "calls n"]) -> list[int]:
        return (1 + np.flatnonzero((drawn == np.array(counts)[:, None]).all(axis=0))).tolist()

    def _fits(self, n: int, counts: Sequence[int]) -> bool:
        return bool((self.rows(n, len(counts)).sum(axis=1) == counts).all())


_AT_FIRST = 3
"""Calls that are looked at first: they leave few numbers of rows."""


GENERATORS: None = None
"""How `hist` draws, and `approx` since 2.0."""
EXACT, EXACT_ONCE, APPROX_ONCE = (0, 1), (1, 1), (1, 0)
"""How `exact` draws, and how `exact` and `approx` did before 2.0; see `Draw`."""


def words(seed: int, many: int) -> UInt[Array, " many"]:
    """Return the first words of the library's twister."""
    generator = np.random.MT19937()
    generator._legacy_seeding(seed % 2**32)  # as `std::mt19937` takes a seed
    return np.asarray(generator.random_raw(many), dtype=np.uint64)


def uniform(drawn: UInt[Array, "*n even"]) -> Float[Array, "*n half"]:
    """Return the number between 0 and 1 that the standard library of C++ makes of two words each."""
    numbers = drawn.astype(np.float64)
    return np.asarray((numbers[..., ::2] + numbers[..., 1::2] * _WORD) / (_WORD * _WORD))


def _powers(n: int) -> UInt[Array, " n"]:
    return np.cumprod(np.full(n, _FACTOR, dtype=np.uint64))


def guesses(drawn: float, n: int | None, seed: int | None, share: float | None) -> list[tuple[float, int, float]]:
    """Return seeds and shares that users write, the likeliest first, each with how likely it is.

    Parameters
    ----------
    drawn
        Rows of a tree.
    n
        Rows of the table; ``None`` where that is not known, so that it may be any share.
    seed, share
        Where they are stated.
    """
    shares = {share: 1.0} if share is not None else _SHARES
    if n is not None and share is None:
        off = {own: abs(n * own - drawn) / np.sqrt(n * own * (1.0 - own)) for own in shares}
        shares = {own: likely for own, likely in shares.items() if off[own] < _FARTHEST}
    seeds = {seed: 1.0} if seed is not None else _SEEDS if drawn <= _MOST_TRIED else {0: _SEEDS[0], 42: _SEEDS[42]}
    found = [(p * q, one, own) for one, p in seeds.items() for own, q in shares.items()]
    return sorted(found, key=lambda each: (-each[0], each[1], each[2]))


_SHARES = {0.8: 0.3, 0.5: 0.2, 0.7: 0.15, 0.9: 0.12, 0.6: 0.08, 0.75: 0.06, 0.85: 0.03, 0.95: 0.02, 0.65: 0.02}
_SHARES |= {0.4: 0.02, 0.3: 0.01, 0.632: 0.005, 0.25: 0.005, 0.2: 0.005, 0.55: 0.005, 0.1: 0.002}
"""How often users write a share, about."""
_FARTHEST = 4.0
"""Standard deviations that a number of drawn rows may lie from what is expected of it."""
_SEEDS = dict.fromkeys((*range(1, 21), 100, 123, 1234, 12345, 1337, *range(2018, 2027)), 0.005) | {0: 0.6, 42: 0.2}
"""How often users write a seed, about; 0 is the library's default."""
_MOST_TRIED = 5_000
"""Drawn rows up to which all seeds are tried."""
LIKELY_SEEDS = (0, 42, 1)
"""Those that are tried where much else is not known either."""
