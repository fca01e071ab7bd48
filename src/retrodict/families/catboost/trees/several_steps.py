"""Equations of leaf values that are the sum of several steps, once the rows of leaves are known.

Such a value is no linear equation: every step after the first is taken at a score that depends on the leaf's rows. But
counts of rows alone mostly give the rows, without their labels. Rows give a leaf's scores, these and its value the sum
of its labels (see `paths`), and a sum that is whole shows that they are the leaf's rows. Around such rows the value is
a linear equation, which holds as long as they are in the leaf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from retrodict.families.catboost.trees.paths import Paths, Walk, mean_at, paths_to, sums_under
from retrodict.matching.blocks import blocks_of
from retrodict.matching.boosting import GRADIENTS, ROWS, VALUES, BoostedTree, Statement
from retrodict.matching.linear.routing import leaf_values, leaves_of
from retrodict.matching.linear_reading import LABELS_UNTOLD, LinearReading
from retrodict.matching.losses import LossKind, PlainLoss

Array = np.ndarray

_WHOLE = 1e-7
"""How far from a whole number the sum of a leaf's labels may be, as its value gives it, where its rows are known."""
_HALVINGS = 9
"""Times that a step may have been halved."""
_SCHEDULES = 2_000
"""Schedules that are tried, at most: ten steps have 1,024."""
_TESTED = 6
"""Leaves that they are tried on, those of the fewest rows."""


@dataclass(frozen=True, eq=False)
class StepsLoss:
    """What a row adds to the linear equation of its leaf, around the leaf's way through several steps.

    Parameters
    ----------
    walk
        How leaf values were found.
    at, steps, worth
        See `Paths`; shape (T, L, k). All zero where a leaf's way is not known.
    """

    walk: Walk
    at: Float[Array, "T L k"]
    steps: Float[Array, "T L k"]
    worth: Float[Array, "T L k"]
    kind: LossKind = LossKind.OF_LEAVES
    factor: float = 1.0

    def terms(
        self, scores: Float[Array, "n K"], output: int, labels: Float[Array, " n"]
    ) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return the terms of a first step; see `Loss.terms`."""
        kind = LossKind.POISSON if self.walk.exponential else LossKind.LOGISTIC
        return PlainLoss(kind).terms(scores, output, labels)

    def leaf_terms(
        self,
        scores: Float[Array, "n K"],
        output: int,
        labels: Float[Array, " n"],
        moved: Float[Array, "n K"],
        tree: int,
        leaves: Int[Array, " n"],
    ) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """Return what the row's label does not change less its label, and ones; see `LeafLoss`."""
        out = np.empty(len(labels))
        own = np.ascontiguousarray(scores[:, output], dtype=np.float64)
        walk = self.walk
        _terms(walk.exponential, walk.by_rows, own, leaves, self.at[tree], self.steps[tree], self.worth[tree], out)
        return out - labels, np.ones(len(labels))


@njit(cache=True, nogil=True)
def _terms(
    exponential: bool, by_rows: bool, scores: Array, leaves: Array, at: Array, steps: Array, worth: Array, out: Array
) -> None:
    for i in range(len(scores)):
        leaf, total = leaves[i], 0.0
        for j in range(at.shape[1]):
            if worth[leaf, j] != 0.0:
                mean, slope, _ = mean_at(exponential, scores[i] + at[leaf, j])
                total += worth[leaf, j] * (mean + steps[leaf, j] * (1.0 if by_rows else slope))
        out[i] = total


@dataclass(frozen=True, eq=False)
class SeveralSteps:
    """What a table adds to the equations of a model whose leaf values are sums of several steps.

    Parameters
    ----------
    walk, rate
        How leaf values were found.
    many
        How many steps each is the sum of, at most.
    valued
        Of how many trees, from the first, the scores before them are known.
    used
        How many leaves were known to hold the rows that they held in training, at most, when equations were made.
    every
        Whether equations are those of all leaves, whatever rows they hold: nearly right ones lead to right ones.
    schedules
        What steps were multiplied by, of trees of which that was told before and is not one throughout.
    """

    walk: Walk
    rate: float
    many: int
    valued: int
    used: int = 0
    every: bool = False
    schedules: Mapping[int, Array] = field(default_factory=dict, repr=False)

    def __call__(
        self, reading: LinearReading, codes: Int[Array, "n d"], labels: Float[Array, " n"]
    ) -> LinearReading | None:
        """Return the equations with those of leaf values around a table; ``None`` where it adds nothing to them.

        Parameters
        ----------
        reading
            The equations that the table was found by.
        codes, labels
            The table.
        """
        for thorough in (False, True):  # schedules are looked for where nothing else helps
            around = self._around(reading, codes, labels, thorough)
            if around.known > self.used:
                more = replace(self, used=around.known, every=False, schedules=around.schedules)
                return _with(reading, self.walk, around, more)
            if around.met == around.leaves:
                return None
        if self.every:
            return None
        return _with(reading, self.walk, around, replace(self, every=True))

    def _around(self, reading: LinearReading, codes: Array, labels: Array, thorough: bool) -> _Around:
        routes, boosting = reading.equations.routes, reading.boosting
        leaves, values = leaves_of(routes, codes), leaf_values(routes)
        scores = np.full(len(codes), float(boosting.start[0]))
        found = []
        for t, each in enumerate(boosting.trees):
            if each.turn > self.valued:
                break
            count = int(each.tree.leaf.sum())
            size = np.bincount(leaves[t], minlength=count)
            ends = values[t, :count] / self.rate
            stated, scales = _stated(each), self.schedules.get(t, np.ones(self.many))
            right = size > 0 if stated is None else (size > 0) & (size == stated)
            paths, sure = self._under(scales, scores, leaves[t], ends, right, size)
            if thorough and sure.sum() < right.sum():
                other = self._schedule(scores, leaves[t], ends, right, size)
                again = self._under(other, scores, leaves[t], ends, right, size)
                if again[1].sum() > sure.sum():
                    (paths, sure), scales = again, other
            met = sure & (np.abs(np.bincount(leaves[t], labels, minlength=count) - paths.sums) <= _WHOLE)
            totals = -self.walk.penalty * (paths.worth * paths.steps).sum(axis=1)
            found.append(_TreeAround(paths, sure, met, size > 0, totals, scales))
            scores = scores + values[t, leaves[t]]
        return _Around(found)

    def _schedule(self, scores: Array, leaves: Array, ends: Array, right: Array, size: Array) -> Array:
        """Return the schedule under which most of some leaves ask for whole sums."""
        tested = np.flatnonzero(right)
        tested = tested[np.argsort(size[tested], kind="stable")][:_TESTED]
        place = np.full(len(ends), -1)
        place[tested] = np.arange(len(tested))
        rows = place[leaves] >= 0
        schedules = _schedules(self.many)
        sums = sums_under(self.walk, scores[rows], place[leaves[rows]], ends[tested], schedules)
        whole = (np.abs(sums - np.rint(sums)) <= _WHOLE).sum(axis=1)
        return np.asarray(schedules[int(np.argmax(whole))])

    def _under(
        self, scales: Array, scores: Array, leaves: Array, ends: Array, right: Array, size: Array
    ) -> tuple[Paths, Array]:
        """Return the ways of a tree's leaves under one schedule, and which are sure."""
        paths = paths_to(self.walk, scores, leaves, ends, scales)
        whole = np.rint(paths.sums)
        near = np.abs(paths.reached - ends) <= _WHOLE * (1.0 + np.abs(ends))
        inside = (whole >= 0) & (self.walk.exponential | (whole <= size))
        return paths, right & near & inside & (np.abs(paths.sums - whole) <= _WHOLE)


@lru_cache(maxsize=4)
def _schedules(many: int) -> Array:
    """Return what steps may have been multiplied by, shape (S, many); zero for those that were not taken.

    A step that does not lower the loss is halved until it does, and each try is one of the steps. Losses fall by less
    than their rounding once leaves are near to rest, so that this takes place from some step on.
    """
    found: list[list[float]] = []

    def more(taken: list[float], left: int) -> None:
        if taken:
            found.append(taken)
        for halved in range(min(left, _HALVINGS + 1)):
            more([*taken, 0.5**halved], left - halved - 1)

    more([], many)
    likely = sorted(found, key=lambda own: (-len(own), -sum(own)))[:_SCHEDULES]
    return np.array([own + [0.0] * (many - len(own)) for own in likely])


def _stated(each: BoostedTree) -> Array | None:
    """Return the stated number of rows of each leaf."""
    own = next((one.totals for one in each.statements if one.name == ROWS), None)
    return None if own is None or np.isnan(own[each.tree.leaf]).any() else own[each.tree.leaf]


@dataclass(frozen=True, eq=False)
class _TreeAround:
    """What a table makes of one tree.

    Parameters
    ----------
    paths
        Of its leaves.
    sure
        Which leaves hold the rows that they held in training, for all that their values show, shape (L,).
    met
        Which of these hold their labels as well.
    held
        Which leaves hold rows.
    totals
        Of the linear equations, shape (L,).
    scales
        What steps were multiplied by.
    """

    paths: Paths
    sure: Array
    met: Array
    held: Array
    totals: Array
    scales: Array

    def chosen(self, every: bool) -> tuple[Paths, Array]:
        """Return ways, and totals where they are used: of leaves that are sure, or of all that hold rows."""
        return self.paths, np.where(self.held if every else self.sure, self.totals, np.nan)


@dataclass(frozen=True, eq=False)
class _Around:
    """What a table makes of all trees."""

    trees: Sequence[_TreeAround]

    @property
    def schedules(self) -> dict[int, Array]:
        """What steps were multiplied by, of trees where that is not one throughout."""
        return {t: each.scales for t, each in enumerate(self.trees) if (each.scales != 1.0).any()}

    @property
    def known(self) -> int:
        """Of how many leaves the rows are sure."""
        return sum(int(each.sure.sum()) for each in self.trees)

    @property
    def met(self) -> int:
        """Of how many leaves the labels fit as well."""
        return sum(int(each.met.sum()) for each in self.trees)

    @property
    def leaves(self) -> int:
        """How many hold rows."""
        return sum(int(each.held.sum()) for each in self.trees)


def _with(reading: LinearReading, walk: Walk, around: _Around, further: SeveralSteps) -> LinearReading:
    """Return a reading with linear equations of leaf values."""
    boosting = reading.boosting
    shape = (len(boosting.trees), reading.equations.routes.most_leaves, further.many)
    at, steps, worth = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    trees = []
    for t, each in enumerate(boosting.trees):
        said = tuple(one for one in each.statements if one.name != VALUES)
        if t < len(around.trees):
            paths, totals = around.trees[t].chosen(further.every)
            own, k = np.flatnonzero(~np.isnan(totals)), paths.at.shape[1]
            for out, part in ((at, paths.at), (steps, paths.steps), (worth, paths.worth)):
                out[t, own, :k] = part[own]
            of_nodes = np.full(len(each.tree.feature), np.nan)
            of_nodes[each.tree.leaf] = totals
            said += (Statement(VALUES, GRADIENTS, of_nodes),)
        trees.append(replace(each, statements=said))
    made = replace(boosting, trees=tuple(trees), loss=StepsLoss(walk, at, steps, worth))
    equations = replace(reading.equations, loss=made.loss, blocks=blocks_of(made.trees, made.typical))
    notes = tuple(note for note in reading.notes if note.code != LABELS_UNTOLD.code)
    return replace(reading, boosting=made, equations=equations, notes=notes, further=further)
