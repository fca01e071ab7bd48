"""The first trees of a model, on which settings are tried: a table either fits all their leaf values, or none does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from retrodict import time_limit
from retrodict.disclosures import Disclosures
from retrodict.matching.blocks import blocks_of
from retrodict.matching.boosting import BoostedTree, Boosting
from retrodict.matching.equations import Equations
from retrodict.matching.inferring.steps import Steps
from retrodict.matching.linear.generation import Relaxed, relaxed
from retrodict.matching.linear.states import count_rows
from retrodict.matching.linear_reading import linear_reading_of
from retrodict.schema import Schema

Array = np.ndarray

UNIT = 1_000
"""The number of rows that stands in where it is not known and the penalty is 0: every multiple of a table fits then."""
FITS = 1e-6
"""The misfit of an equation, as a share of what its leaf may hold, up to which settings fit: right ones come to 1e-8
and less, where leaf values have 24 bits, and wrong ones to 1e-3."""
_LEAVES = 60
"""Leaves that the first trees should have together: they mostly part right settings from wrong ones."""
_TURNS = 3
"""Turns, at least: all rows have one score before the first, and several settings explain its values."""
_STATES = 30_000
"""Possible rows that these trees may tell apart, at most: each guess takes some tens of milliseconds then."""
_SECONDS = 30.0
"""For one guess, at most; it is the limit of slow machines alone, since rounds are counted."""
_WHAT = "it was found how leaf values were made"
"""What is stopped where time is up."""
_ROUNDS = 40
"""Times that possible rows are priced for one guess, at most: right ones are found within ten, where few trees are
looked at."""
_ENOUGH = 1e-2
"""Of the squared misfit that fits, what is as good as none."""


@dataclass(frozen=True)
class Tried:
    """Settings that were tried.

    Parameters
    ----------
    steps
        They.
    misfit
        The root mean square of what no table explains under them, an equation, as a share of the rows of a leaf.
    sure
        Whether no table fits better; ``False`` where the search was cut short.
    size
        How many rows the table has that fits best.
    """

    steps: Steps
    misfit: float
    sure: bool = True
    size: float = 0.0

    @property
    def fits(self) -> bool:
        """Whether leaf values fit one another under them."""
        return self.misfit <= FITS


@dataclass
class Trial:
    """The first trees of a model.

    Parameters
    ----------
    schema, found
        Of the model.
    build
        Returns its trees as they were grown under some settings.
    turns
        How many turns are looked at; 0 before any was.
    grouped
        Whether columns are taken as one category by their names, where no leaf of any tree contradicts.
    """

    schema: Schema
    found: Disclosures
    build: Callable[[Steps], Boosting]
    turns: int = 0
    grouped: bool = True
    _groups: tuple[frozenset[str], ...] | None = field(default=None, repr=False)
    _equations: Equations | None = field(default=None, repr=False)
    _known: dict[tuple[int, Steps], Tried] = field(default_factory=dict, repr=False)

    def tried(self, steps: Steps) -> Tried:
        """Return how well leaf values fit one another under some settings."""
        key = (self.turns, steps)
        if key not in self._known:
            time_limit.check(_WHAT)
            self._known[key] = self._tried(self.equations(steps), steps)
        return self._known[key]

    def widen(self) -> bool:
        """Look at twice as many turns from now on; return whether there are so many, of few enough possible rows."""
        boosting = self.build(self._any)
        more = 2 * self.turns
        if more > _turns(boosting):
            return False
        equations = self._read(boosting, more)
        if count_rows(equations) > _STATES:
            return False
        self.turns, self._equations = more, equations
        return True

    def regroup(self, grouped: bool) -> bool:
        """Take columns as one category by their names, or not; return whether that makes a difference."""
        if grouped == self.grouped:
            return True
        if not grouped and self._groups == ():
            return False
        self.grouped, self.turns, self._equations = grouped, 0, None
        self._known.clear()
        return True

    def equations(self, steps: Steps) -> Equations:
        """Return the equations of the first trees under some settings."""
        boosting = self.build(scaled(steps))
        if self._equations is None:
            self._any = steps
            self.turns = self._enough(boosting)
            self._equations = self._read(boosting, self.turns)
        return as_under(self._equations, boosting, self.turns)

    def _tried(self, equations: Equations, steps: Steps) -> Tried:
        rows = scaled(steps).rows
        enough = 0.0 if rows is None else _ENOUGH * _allowed(equations, float(rows))
        found = relaxed(
            equations, min(_SECONDS, time_limit.left()), enough=_rounding(equations) + enough, rounds=_ROUNDS
        )
        return Tried(steps, misfit_of(equations, found), found.optimal, float(found.x.sum()))

    def _enough(self, boosting: Boosting) -> int:
        leaves = np.zeros(_turns(boosting), dtype=np.int64)
        for each in boosting.trees:
            leaves[each.turn] += int(each.tree.leaf.sum())
        turns = min(max(int(np.searchsorted(np.cumsum(leaves), _LEAVES)) + 1, _TURNS), len(leaves))
        while turns > 1 and count_rows(self._read(boosting, turns)) > _STATES:
            turns -= 1
        return turns

    def _read(self, boosting: Boosting, turns: int) -> Equations:
        if self._groups is None:
            whole = linear_reading_of(self.schema, boosting, self.found)
            names = [axis.name for axis in whole.codebook.axes]
            self._groups = tuple(frozenset(names[i] for i in own) for own in whole.equations.exclusive)
        reading = linear_reading_of(self.schema, replace(boosting, trees=first_turns(boosting, turns)), self.found)
        names = [axis.name for axis in reading.codebook.axes]
        kept = tuple(
            own
            for own in reading.equations.exclusive
            if self.grouped and any({names[i] for i in own} <= group for group in self._groups)
        )
        return replace(reading.equations, exclusive=kept)


def scaled(steps: Steps) -> Steps:
    """Return settings with a number of rows, where these alone leave the scale open."""
    return replace(steps, rows=UNIT) if steps.rows is None and steps.penalty == 0.0 else steps


def first_turns(boosting: Boosting, turns: int) -> tuple[BoostedTree, ...]:
    """Return the trees of the first turns."""
    return tuple(each for each in boosting.trees if each.turn < turns)


def as_under(equations: Equations, boosting: Boosting, turns: int) -> Equations:
    """Return equations with what other settings change of them: values, totals, the start and the loss.

    Parameters
    ----------
    equations
        Of the first turns.
    boosting
        The same trees under the other settings.
    turns
        How many turns.
    """
    trees = first_turns(boosting, turns)
    values = np.concatenate([np.where(each.tree.leaf, each.values, 0.0) for each in trees])
    return replace(
        equations,
        table=replace(equations.table, n=boosting.rows or 0),
        routes=replace(equations.routes, value=values),
        blocks=blocks_of(trees, boosting.typical),
        loss=boosting.loss,
        start=np.asarray(boosting.start, dtype=np.float64),
    )


def misfit_of(equations: Equations, found: Relaxed) -> float:
    """Return what a solution leaves of an equation, as a share of the rows of a leaf, beyond rounding.

    A share, since with an unknown number of rows hardly any rows leave hardly any misfit.
    """
    left = max(0.0, found.misfit - _rounding(equations))
    return float(FITS * np.sqrt(left / max(_allowed(equations, float(found.x.sum())), _TINY)))


def _allowed(equations: Equations, rows: float) -> float:
    """Return the misfit up to which settings fit, beyond rounding, of a table of so many rows."""
    blocks = equations.blocks
    a_leaf = rows * len(blocks.tree) / max(1, len(blocks.totals))
    return max(1, blocks.equations) * (FITS * a_leaf) ** 2


def _rounding(equations: Equations) -> float:
    """Return the misfit that rounding of what is stated lets a right table have, about."""
    blocks = equations.blocks
    return float((blocks.weights * blocks.rounding**2).sum())


_TINY = 1e-30


def _turns(boosting: Boosting) -> int:
    return max(each.turn for each in boosting.trees) + 1
