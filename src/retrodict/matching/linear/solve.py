"""Solve the equations about a training table for the table."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.errors import ModelError
from retrodict.matching.affordable import check_rows
from retrodict.matching.equations import Equations
from retrodict.matching.linear.alike import alike
from retrodict.matching.linear.certificate import certain
from retrodict.matching.linear.columns import columns_of
from retrodict.matching.linear.drawn_table import drawn_table
from retrodict.matching.linear.generation import Relaxed, relaxed
from retrodict.matching.linear.listing import Listed
from retrodict.matching.linear.slack import EXACT, energy, energy_of
from retrodict.matching.linear.solution import Solution
from retrodict.matching.linear.states import MOST_ROWS, count_rows, listed_states
from retrodict.matching.linear.whole_numbers import made_whole, whole_rows
from retrodict.matching.linear.wide import solved_wide
from retrodict.matching.tolerances import CONTRADICTED

Array = np.ndarray

MOST_PLACES = 20_000
"""Rows of a table whose trees drew rows: all are priced at each place, some thousand possible rows at a time."""
MOST_PRICES = 300_000_000_000
"""Places times possible rows times trees: the work of one round, some tens of seconds."""

Checkpoint = Callable[[Callable[[], bytes], bool], None]
"""Called with what makes the state, and whether it must be kept at once."""


def solve(
    equations: Equations,
    seed: np.random.SeedSequence,
    *,
    seconds: float = np.inf,
    workers: int | None = None,
    progress: Callable[[float, float], None] = lambda share, energy: None,
    known: Int[Array, "m d"] | None = None,
    state: bytes | None = None,
    checkpoint: Checkpoint = lambda make, now: None,
) -> Solution:
    """Return the table.

    Parameters
    ----------
    equations
        What it must fulfil.
    seed
        The same seed gives the same table.
    seconds
        Stop after about so long and keep the best; a run that this stops is not repeatable.
    workers
        Threads; by default all cores. They never change the table.
    progress
        Called with the share of the work done, as far as can be told, and the misfit.
    known
        Rows that the table is likely to have, shape (m, d): where rows can be listed, the search begins with these.
    state
        What `checkpoint` kept of an earlier run with the same equations and seed, to go on from.
    checkpoint
        Called after each round with a function that returns the state, and whether it must be kept at once.
    """
    started = time.perf_counter()

    def left() -> float:
        return max(seconds - (time.perf_counter() - started), 0.0)

    if equations.multiplicities is not None:
        return _in_places(equations, seconds, workers, progress, state, checkpoint)
    states = listed_states(equations, MOST_ROWS)
    proposer = None if states is None else Listed(equations, workers, states)
    if proposer is None:
        found = solved_wide(equations, seed, left(), workers, progress, state, checkpoint)
    else:
        near = None if known is None else _with_every_label(equations, known)
        found = relaxed(equations, left(), progress, proposer=proposer, known=near, state=state, checkpoint=checkpoint)
    misfit = energy(equations.blocks, columns_of(equations, found.codes, equations.labels[found.labels]), found.x)
    # of equations that contradict one another no whole numbers are looked for
    codes, labels, sure = _table(equations, found, 0.0 if found.optimal and misfit > CONTRADICTED else left())
    reached = energy_of(equations, codes, labels)
    unique = None
    if proposer is not None and found.optimal:  # of a table that does not meet the equations nothing is shown
        unique = certain(equations, proposer, codes, labels, left()) if reached <= EXACT else np.zeros(len(codes), bool)
    like = alike(equations, codes)
    return Solution(
        like.codes,
        labels,
        reached,
        misfit,
        found.rounds,
        time.perf_counter() - started,
        found.optimal,
        equations.blocks.equations,
        unique,
        like.agreement,
        sure.astype(np.float64),
    )


def _with_every_label(equations: Equations, codes: Array) -> tuple[Int[Array, "m d"], Int[Array, " m"]]:
    """Return the different rows of a table, each with every label: it may have been found before labels were told."""
    rows = np.unique(codes, axis=0)
    many = len(equations.labels)
    return np.repeat(rows, many, axis=0).astype(np.int32), np.tile(np.arange(many), len(rows))


def _in_places(
    equations: Equations,
    seconds: float,
    workers: int | None,
    progress: Callable[[float, float], None],
    state: bytes | None,
    checkpoint: Checkpoint,
) -> Solution:
    """Return the table of equations whose trees drew rows; see `solve`."""
    started = time.perf_counter()
    possible = count_rows(equations)
    if possible > MOST_ROWS:
        raise ModelError(
            f"trees that drew rows are solved for tables of at most {MOST_ROWS:,} possible rows, this one has "
            f"{possible:,}; rebuild from counts instead"
        )
    listed = Listed(equations, workers)
    each = len(listed.states) * len(equations.routes)
    if equations.table.n > MOST_PLACES or equations.table.n * each > MOST_PRICES:
        raise ModelError(
            f"trees that drew rows are solved place by place, and {equations.table.n:,} rows of {len(listed.states):,} "
            f"possible ones under {len(equations.routes):,} trees are too many; rebuild from counts instead"
        )
    found = drawn_table(equations, listed, seconds, progress, state, checkpoint)
    like = alike(equations, found.codes)
    return Solution(
        like.codes,
        found.labels,
        energy_of(equations, found.codes, found.labels),
        found.misfit,
        found.rounds,
        time.perf_counter() - started,
        found.optimal,
        equations.blocks.equations,
        None,
        like.agreement,
        found.sure.astype(np.float64),
    )


def _table(
    equations: Equations, found: Relaxed, seconds: float
) -> tuple[Int[Array, "n d"], Float[Array, " n"], Bool[Array, " n"]]:
    """Return rows as often as the solution has them, their labels, and whether these are the only ones that fit."""
    if equations.mixed:
        check_rows(equations, float(found.x.sum()))
        rows = whole_rows(equations, found, seconds)
        codes, targets, sure = (np.repeat(each, rows.times, axis=0) for each in (rows.codes, rows.targets, rows.sure))
        return codes, targets, sure
    check_rows(equations, float(found.x.sum()))
    whole = made_whole(equations, found, seconds)
    codes = np.repeat(whole.codes, whole.times, axis=0)
    labels = np.repeat(equations.labels[whole.labels], whole.times)
    return codes, labels, _labels_told(equations, codes, labels)


def _labels_told(equations: Equations, codes: Int[Array, "n d"], labels: Float[Array, " n"]) -> Bool[Array, " n"]:
    """Return whether any equation would be another with another label, row by row: counts tell none."""
    told = np.ones(len(labels), dtype=bool)
    own = columns_of(equations, codes, labels).entries
    for label in equations.labels.tolist():
        other = columns_of(equations, codes, np.full(len(labels), label)).entries
        told &= (label == labels) | (np.abs(other - own) > _SAME).any(axis=(0, 1))
    return told


_SAME = 1e-6
"""How far entries of columns may be apart, in rows, that are the same."""
