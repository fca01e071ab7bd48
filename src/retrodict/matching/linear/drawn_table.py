"""Tables whose draws are known, solved place by place."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.matching.equations import Equations
from retrodict.matching.linear.drawing import Draws
from retrodict.matching.linear.generation import ENOUGH, WHOLE, WORTH, share_gone
from retrodict.matching.linear.least_squares import Pool
from retrodict.matching.linear.listing import Listed
from retrodict.matching.linear.slack import EXACT, energy, energy_of

Array = np.ndarray

_ENTRANTS, _ROUNDS, _ALL_ROUNDS = 600, 3, 1_000
"""Columns that are offered at a time, and times that columns enter; see `generation`."""
_CAPACITY = 6_000
"""Columns of the pool beside those of the solution, at most."""


@dataclass(frozen=True, eq=False)
class DrawnTable:
    """A table in the order of its places.

    Parameters
    ----------
    codes
        Shape (n, d).
    labels
        As the loss takes them, shape (n,).
    sure
        Whether each label is the only one that the solution has there, shape (n,).
    misfit
        Of the solution in fractions, beyond rounding.
    rounds, optimal
        See `Solution`.
    """

    codes: Int[Array, "n d"]
    labels: Float[Array, " n"]
    sure: Bool[Array, " n"]
    misfit: float
    rounds: int
    optimal: bool


def drawn_table(
    equations: Equations,
    listed: Listed,
    seconds: float = np.inf,
    progress: Callable[[float, float], None] = lambda share, misfit: None,
    state: bytes | None = None,
    checkpoint: Callable[[Callable[[], bytes], bool], None] = lambda make, now: None,
) -> DrawnTable:
    """Return the table whose rows, where they were drawn, meet the equations.

    Parameters
    ----------
    equations
        With multiplicities.
    listed
        All possible rows.
    seconds, progress, state, checkpoint
        See `solve`.
    """
    started = time.perf_counter()
    draws = Draws(equations, listed)
    totals = draws.blocks.totals * np.sqrt(draws.blocks.weights)
    pool, first = Pool(totals, len(draws.blocks.tree) + 1), float((totals**2).sum())
    keys, rounds, optimal = np.empty(0, dtype=np.int64), 0, False
    if state is not None:
        with np.load(io.BytesIO(state), allow_pickle=False) as kept:
            keys, rounds, optimal = kept["keys"], int(kept["rounds"]), bool(kept["optimal"])
            pool.restore(draws.columns(keys), kept)
            draws.restore(kept)

    def make() -> bytes:
        out = io.BytesIO()
        own = {"keys": keys, "rounds": np.array(rounds), "optimal": np.array(optimal)}
        arrays: dict[str, Any] = {**own, **pool.state(), **draws.state()}
        np.savez(out, allow_pickle=False, **arrays)
        return out.getvalue()

    while not optimal and time.perf_counter() - started < seconds:
        rounds += 1
        before = pool.misfit
        new = draws.best(pool.residual, WORTH * float(np.sqrt(before)), _ENTRANTS, keys)
        if len(new):
            stay = pool.crowded(len(new), _CAPACITY)
            if stay is not None:
                pool.keep(stay)
                keys = keys[stay]
            pool.add(draws.columns(new))
            keys = np.concatenate([keys, new])
        pool.solve(_ROUNDS if len(new) else _ALL_ROUNDS, ENOUGH * first)
        optimal = pool.misfit <= ENOUGH * first or (not len(new) and pool.misfit >= before)
        if not optimal and not equations.mixed and _nearly_whole(pool.x):
            own = keys[pool.x > 0]
            optimal = energy_of(equations, *_placed(draws, own, pool.x[pool.x > 0])[:2]) <= EXACT
        checkpoint(make, False)
        progress(share_gone(pool.misfit, first), pool.misfit)
    inside = pool.x > 0
    codes, labels, sure = _placed(draws, keys[inside], pool.x[inside])
    misfit = energy(draws.blocks, pool.some(np.flatnonzero(inside)), pool.x[inside])
    return DrawnTable(codes, labels, sure, misfit, rounds, optimal)


def _nearly_whole(x: Array) -> bool:
    return bool(np.abs(x - np.rint(x)).max(initial=0.0) <= WHOLE) and len(x) > 0


def _placed(draws: Draws, keys: Array, x: Array) -> tuple[Array, Array, Array]:
    """Return the rows that the solution has most of at each place, their labels, and whether it has no other there."""
    equations = draws.equations
    group, label, state = draws.parts(keys)
    many = len(draws.listed.states)
    rows, which = np.unique(group * many + state, return_inverse=True)
    sums = np.bincount(which, x, len(rows))
    means = np.bincount(which, x * equations.labels[label], len(rows)) / np.maximum(sums, _TINY)
    if not equations.mixed:  # the label that there is most of
        order = np.lexsort((label, -x))
        firsts = order[np.unique(which[order], return_index=True)[1]]
        means = equations.labels[label[firsts]]
    n = len(draws.group)
    codes, labels = np.zeros((n, len(equations.table.sizes)), dtype=np.int32), np.full(n, equations.labels[0])
    sure = np.zeros(n, dtype=bool)
    for g in range(len(draws.sizes)):
        places = np.flatnonzero(draws.group == g)
        own = np.flatnonzero(rows // many == g)
        if not len(own):
            continue
        own = own[np.argsort(-sums[own], kind="stable")]
        times = np.maximum(np.rint(sums[own]).astype(np.int64), 0)
        filled = np.repeat(own, times)[: len(places)]
        filled = np.concatenate([filled, np.resize(own, len(places) - len(filled))])
        codes[places], labels[places] = draws.listed.states.codes[rows[filled] % many], means[filled]
        sure[places] = len(own) == 1
    return codes, labels, sure


_TINY = 1e-300
