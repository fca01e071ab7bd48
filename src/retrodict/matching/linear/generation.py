"""Column generation: possible rows are priced, and the best enter a pool, until none would lower the misfit."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.equations import Equations
from retrodict.matching.linear.columns import columns_of
from retrodict.matching.linear.least_squares import Pool
from retrodict.matching.linear.listing import Listed
from retrodict.matching.linear.mixing import mixed
from retrodict.matching.linear.proposing import Proposer
from retrodict.matching.linear.slack import EXACT, energy

Array = np.ndarray

CAPACITY = 4_000
"""Columns of the pool beside those of the solution, at most."""
_ENTRANTS = 300
"""Columns that enter the pool at a time."""
_ROUNDS = 3
"""Times that columns of the pool are let into the solution before all rows are priced again: fewer come and go."""
_ALL_ROUNDS = 1_000
"""The same where all that is left to enter is in the pool."""
ENOUGH = 1e-24
"""Of the squared right side, the misfit that the rounding of 64-bit sums leaves."""
WORTH = 1e-7
"""Of the residual's length, the price from which a column is worth a place: prices have 32 bits."""
_PATIENCE = 60
"""Rounds in which what is offered of rows too many to list must lower the misfit by more than `_HARDLY`."""
_HARDLY = 0.7
WHOLE = 0.25
"""How far a number of rows may be from a whole one for rounding to be tried."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A solution whose numbers of rows may be fractions.

    Parameters
    ----------
    codes, labels
        The rows that it has some of, shapes (m, d) and (m,), labels by their codes.
    x
        How many of each, shape (m,).
    misfit
        The squared length of the weighed residual.
    rounds
        How often all rows were priced.
    optimal
        Whether no possible row would lower the misfit, or all equations are met to their rounding.
    near
        Rows beside those of the solution that had places in the pool: what was nearly taken, shape (p, d).
    near_labels
        Their labels by their codes, shape (p,).
    """

    codes: Int[Array, "m d"]
    labels: Int[Array, " m"]
    x: Float[Array, " m"]
    misfit: float
    rounds: int
    optimal: bool
    near: Int[Array, "p d"] = field(repr=False)
    near_labels: Int[Array, " p"] = field(repr=False)


def relaxed(
    equations: Equations,
    seconds: float = np.inf,
    progress: Callable[[float, float], None] = lambda share, misfit: None,
    *,
    proposer: Proposer | None = None,
    known: tuple[Int[Array, "m d"], Int[Array, " m"]] | None = None,
    state: bytes | None = None,
    checkpoint: Callable[[Callable[[], bytes], bool], None] = lambda make, now: None,
    enough: float = 0.0,
    rounds: int | None = None,
) -> Relaxed:
    """Return the non-negative numbers of rows that fit the equations best.

    Parameters
    ----------
    equations
        What they must fulfil.
    seconds
        Stop after about so long with the best so far.
    progress
        Called with the share of the misfit that is gone, by orders of magnitude, and the misfit.
    proposer
        Offers possible rows; by default all that there are, which must be few enough.
    known
        Rows and labels by their codes that are in the pool from the first, shapes (m, d) and (m,).
    state, checkpoint
        See `solve`.
    enough
        A misfit that is as good as none.
    rounds
        Price all rows at most so often; ``None`` for as often as is needed.
    """
    started = time.perf_counter()
    run = _Run(equations, proposer or Listed(equations), known, enough)
    if state is not None:
        run.restore(state)
    while time.perf_counter() - started < seconds and not run.optimal and not run.stuck and run.rounds != rounds:
        run.round()
        checkpoint(run.state, False)
        progress(run.share, run.pool.misfit)
    return run.result()


def share_gone(misfit: float, first: float) -> float:
    """Return the share of a misfit that is gone, by orders of magnitude.

    Parameters
    ----------
    misfit, first
        Now, and with nothing in the solution.
    """
    left = misfit / first if first > 0.0 else 0.0
    return min(1.0, float(np.log(left) / np.log(ENOUGH))) if 0.0 < left < 1.0 else float(left <= 0.0)


class _Run:
    """A pool, whose columns it is of, and how far it is."""

    def __init__(
        self, equations: Equations, proposer: Proposer, known: tuple[Array, Array] | None, enough: float
    ) -> None:
        self.equations, self.proposer = equations, proposer
        blocks = equations.blocks
        totals = blocks.totals * np.sqrt(blocks.weights)
        self.pool = Pool(totals, len(blocks.tree))
        self.first = float((totals**2).sum())
        self.enough = max(ENOUGH * self.first, enough)
        self.codes = np.empty((0, len(equations.table.sizes)), dtype=np.int32)
        self.keys, self.labels = (np.empty(0, dtype=np.int64) for _ in range(2))
        self.rounds, self.optimal = 0, False
        self._misfits: list[float] = []
        if known is not None:
            self._enter(-1 - np.arange(len(known[0])), *known)
            self.pool.solve(_ALL_ROUNDS, self.enough)  # with these alone first, so that the best of them have places

    @property
    def share(self) -> float:
        """The share of the misfit that is gone, by orders of magnitude."""
        return share_gone(self.pool.misfit, self.first)

    @property
    def stuck(self) -> bool:
        """Whether what is offered, of rows too many to list, hardly lowers the misfit any more."""
        if self.proposer.complete or len(self._misfits) < _PATIENCE:
            return False
        return self.pool.misfit > _HARDLY * self._misfits[0]

    def round(self) -> None:
        """Let the best rows into the pool, and lower the misfit."""
        self.rounds += 1
        self._misfits = [*self._misfits, self.pool.misfit][-_PATIENCE:]
        enough, pool = self.enough, self.pool
        least = WORTH * np.sqrt(pool.misfit)
        own = self.keys >= 0
        offered = self.proposer.best(pool.residual, least, _ENTRANTS, self.keys[own], pool.x[own])
        if len(offered):
            self._make_room(len(offered))
            self._enter(offered.keys, offered.codes, offered.labels)
            pool.solve(_ROUNDS, enough)
            self.optimal = pool.misfit <= enough or self._met()
            return
        before = pool.misfit  # what is left to enter is in the pool
        entered = pool.size > 0 and pool.solve(_ALL_ROUNDS, enough) > 0
        self.optimal = self._met() or not entered or pool.misfit >= before or pool.misfit <= enough

    def _enter(self, keys: Array, codes: Array, labels: Array) -> None:
        self.pool.add(columns_of(self.equations, codes, self.equations.labels[labels]))
        self.keys = np.concatenate([self.keys, keys])
        self.codes = np.concatenate([self.codes, codes])
        self.labels = np.concatenate([self.labels, labels])

    def _make_room(self, many: int) -> None:
        """Let those leave a full pool that would lower the misfit least."""
        kept = self.pool.crowded(many, CAPACITY)
        if kept is None:
            return
        self.keys, self.codes, self.labels = self.keys[kept], self.codes[kept], self.labels[kept]
        self.pool.keep(kept)

    def _met(self) -> bool:
        """Return whether the nearest whole numbers meet all equations to their rounding."""
        inside = self.pool.inside()
        x = self.pool.x[inside]
        if self.equations.mixed:
            return mixed(self.equations, self.codes[inside], self.labels[inside], x, solve=False).energy <= EXACT
        if np.abs(x - np.rint(x)).max(initial=0.0) > WHOLE:
            return False
        return energy(self.equations.blocks, self.pool.some(inside), np.rint(x)) <= EXACT

    def state(self) -> bytes:
        """Return what is needed to go on from here."""
        out = io.BytesIO()
        own = {"keys": self.keys, "codes": self.codes, "labels": self.labels, "rounds": np.array(self.rounds)}
        own["misfits"], own["optimal"] = np.array(self._misfits), np.array(self.optimal)
        arrays: dict[str, Any] = {**own, **self.pool.state(), **self.proposer.state()}
        np.savez(out, allow_pickle=False, **arrays)
        return out.getvalue()

    def restore(self, state: bytes) -> None:
        """Go back to where `state` was taken."""
        with np.load(io.BytesIO(state), allow_pickle=False) as kept:
            arrays = dict(kept)
        self.keys, self.codes, self.labels = (arrays[name] for name in ("keys", "codes", "labels"))
        self.rounds, self._misfits = int(arrays["rounds"]), arrays["misfits"].tolist()
        self.optimal = bool(arrays["optimal"])
        self.pool.restore(columns_of(self.equations, self.codes, self.equations.labels[self.labels]), arrays)
        self.proposer.restore(arrays)

    def result(self) -> Relaxed:
        """Return what was found."""
        pool = self.pool
        inside = pool.x > 0
        order = np.argsort(-pool.slopes, kind="stable") if len(pool.slopes) == pool.size else np.arange(pool.size)
        near = order[~inside[order]]
        return Relaxed(
            self.codes[inside],
            self.labels[inside],
            pool.x[inside].copy(),
            pool.misfit,
            self.rounds,
            self.optimal,
            self.codes[near],
            self.labels[near],
        )
