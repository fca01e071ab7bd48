"""Find the start that the leaf values of first trees hold: a share of rows, which makes whole numbers of all of them.

Before its first tree all rows of a label have one gradient and one hessian. A leaf of ``m`` rows, ``b`` of them of the
class, then has the value ``start - rate * (m g0 + b (g1 - g0)) / (m h + penalty)``, and the start is the score of the
share ``k / n`` of the class. One right ``k / n`` gives a whole ``b`` for some whole ``m`` in every leaf; a wrong one
misses in the first leaf or the second, since values have fifteen digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from numba import njit

from retrodict import time_limit
from retrodict.matching.inferring.steps import Steps
from retrodict.matching.losses import Loss, LossKind

Array = np.ndarray

_WHOLE = 1e-8
"""How far from whole a number of rows may be, of values to fifteen digits."""
_MOST_ROWS = (150, 400)
"""Rows that are tried where nothing says how many there are: all rates and penalties with few of them first, since the
cost is that of their cube, and the most with the first penalty alone. A start is the share of few rows as well, where
numbers have a common divisor; where it is of more, first trees are left out."""

_MOST_STATED = 20_000
"""Rows that are stated of a table whose start is looked for: the cost is that of their square, seconds."""


@dataclass(frozen=True, eq=False)
class HeldStart:
    """Leaf values of the first trees, which hold the start as well.

    Parameters
    ----------
    values
        Of each output's first tree: its leaves' values.
    loss
        Of classes: one output for two, or one a class.
    rounding
        What values may be off by, as a share of them.
    """

    values: tuple[Float[Array, " leaves"], ...] = field(repr=False)
    loss: Loss
    rounding: float = 0.0

    def starts(self, rate: float, penalty: float, sizes: Iterable[int]) -> Iterator[Steps]:
        """Yield settings whose start makes whole numbers of all leaves, of the fewest rows first.

        Parameters
        ----------
        rate, penalty
            See `Steps`.
        sizes
            Numbers of rows that the table, or a part of it with the same shares, may have.
        """
        for n in sizes:
            shares = [self._shares(values, rate, penalty, n) for values in self.values]
            if len(shares) == 1:
                yield from (Steps(rate, penalty, (_log_odds(k, n),), n) for k in shares[0].tolist())
            elif all(len(own) for own in shares) and sum(int(own[0]) for own in shares) == n:
                yield Steps(rate, penalty, tuple(float(np.log(own[0] / n)) for own in shares), n)

    def _shares(self, values: Array, rate: float, penalty: float, n: int) -> Array:
        """Return the numbers of rows of a class that fit, among n."""
        counts = np.arange(1, n)
        share = counts / n
        if len(self.values) == 1 or self.loss.kind == LossKind.ONE_VS_REST:
            start = np.log(counts / (n - counts))
        else:
            start = np.log(share)
        fits = _bounded(values, start, rate, penalty, share)
        g, h = self._terms(share[fits], start[fits])
        whole = _whole(np.asarray(values, np.float64), start[fits], g, h, rate, penalty, n, self.rounding)
        return counts[fits][whole]

    def _terms(self, share: Array, start: Array) -> tuple[Array, Array]:
        """Return gradients without and with the class, shape (2, k), and hessians, shape (k,)."""
        if self.loss.kind == LossKind.SOFTMAX:
            scores, labels = np.log(np.column_stack([share, 1.0 - share])), (1.0, 0.0)
        else:
            scores = start[:, None]
            labels = (0.0, 1.0) if self.loss.kind == LossKind.LOGISTIC else (1.0, 0.0)
        pairs = [self.loss.terms(scores, 0, np.full(len(share), label)) for label in labels]
        return np.stack([pairs[0][0], pairs[1][0]]), pairs[0][1]


def _log_odds(k: int, n: int) -> float:
    return float(np.log(k / (n - k)))


def _bounded(values: Array, start: Array, rate: float, penalty: float, share: Array) -> Array:
    """Return which starts leave shares of the class between 0 and 1 in all leaves, as far as a penalty shows it."""
    if penalty:
        return np.ones(len(start), dtype=bool)
    slack = 1e-6  # of gradients rounded to 32 bits
    most = rate / np.minimum(share, 1.0 - share) * (1.0 + slack)
    return np.asarray((np.abs(values[:, None] - start) <= most).all(axis=0))


def fewest(held: HeldStart, rates: Sequence[float], penalties: Sequence[float], rows: int | None) -> Iterator[Steps]:
    """Yield the settings of the fewest rows of each rate and penalty that fit the first trees; defaults first.

    Parameters
    ----------
    held
        The first trees' values.
    rates, penalties
        What is tried.
    rows
        How many rows the table has, where that is known; a part of it with the same shares shows its start else.
    """
    if rows is not None and rows > _MOST_STATED:
        return
    ends = (*_MOST_ROWS,) if rows is None else (rows,)
    for before, last in zip((1, *ends), ends, strict=False):
        sizes = range(before + 1, last + 1) if rows is None else (rows,)
        for penalty in penalties[:1] if rows is None and last == _MOST_ROWS[-1] else penalties:
            for rate in rates:
                time_limit.check("the start that first trees hold was found")
                steps = next(held.starts(rate, penalty, sizes), None)
                if steps is not None:
                    yield steps


@njit(cache=True, nogil=True)
def _whole(
    values: Array, start: Array, g: Array, h: Array, rate: float, penalty: float, n: int, rounding: float
) -> Array:
    out = np.ones(len(start), np.bool_)
    for i in range(len(start)):
        apart = g[1, i] - g[0, i]
        for value in values:
            step = (start[i] - value) / rate
            per_row = (step * h[i] - g[0, i]) / apart
            fixed = step * penalty / apart
            off = abs(value) * rounding / (rate * abs(apart))
            found = False
            for m in range(1, n + 1):
                b = m * per_row + fixed
                slack = _WHOLE + off * (m * h[i] + penalty)
                if b > -slack and b < m + slack and abs(b - np.rint(b)) <= slack:
                    found = True
                    break
            if not found:
                out[i] = False
                break
    return out
