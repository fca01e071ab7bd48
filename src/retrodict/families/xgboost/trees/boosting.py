"""Boosters as equations about their training tables, from what files state or from leaf values alone."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

import numpy as np

from retrodict.families.xgboost.counts import Counted
from retrodict.families.xgboost.trees.losses import DELTA
from retrodict.families.xgboost.trees.read import Trees
from retrodict.families.xgboost.trees.sampling import Sampled
from retrodict.families.xgboost.trees.step import Step
from retrodict.families.xgboost.trees.sums import noisy, stated_sums
from retrodict.families.xgboost.trees.targets import levels_by_values, levels_of
from retrodict.matching.assumed_levels import AssumedLevels
from retrodict.matching.boosting import BoostedTree, Boosting, Statement
from retrodict.matching.inferring.steps import Steps, step_statements
from retrodict.matching.losses import LossKind, PlainLoss

Array = np.ndarray


def by_sums(
    read: Trees,
    step: Step | None,
    found: Counted | None,
    classes: tuple[Hashable, ...],
    seen: Sampled,
) -> Boosting:
    """Return the equations of all that a file states.

    Parameters
    ----------
    read
        What predictions need.
    step
        How leaf values were made; ``None`` where that is not known, and hessians alone are equations.
    found
        Counts of trees whose hessians are counts.
    classes
        As they were called in the table; empty for a regressor.
    seen
        How many rows the table has, and which of them each tree saw.
    """
    levels = None if classes else levels_of(read, step)
    spread = 0.0 if levels is None else float(np.ptp(levels.ends))
    counts = {} if found is None else dict(zip(found.trees, found.counts, strict=True))
    statements = [
        stated_sums(
            read.learner.trees[i], tree, step if read.loss else None, counts.get(i), spread, read.shares is not None
        )
        for i, tree in enumerate(read.trees)
    ]
    if seen.share < 1.0:
        statements = [tuple(noisy(each, seen.share) for each in own) for own in statements]
    return _boosting(read, statements, classes, levels, seen.rows, seen.draws)


def by_values(read: Trees, steps: Steps, classes: tuple[Hashable, ...]) -> Boosting:
    """Return the equations that leaf values make by themselves.

    Parameters
    ----------
    read
        What predictions need.
    steps
        How leaf values were made; its start is not read, since predictions need it, and files state it.
    classes
        As they were called in the table; empty for a regressor.
    """
    with np.errstate(over="ignore", under="ignore"):  # any rate may be tried, and the library keeps 32 bits of it
        penalty = float(np.float32(steps.penalty))
        rate = float(np.float32(np.float32(steps.rate) / np.float32(read.learner.parallel)))
    statements = []
    for i, tree in enumerate(read.trees):
        own = read.learner.trees[i]
        values = own.condition[~own.pruned].astype(np.float64)  # before `dart` weighs it
        made = step_statements(tree, values, rate, penalty, steps.rows if i == 0 else None)
        cut = np.abs(values / rate) > _cap_of(read) * _ALMOST
        statements.append((replace(made[0], totals=np.where(cut, np.nan, made[0].totals)), *made[1:]))
    levels = None if classes else levels_by_values(read, rate)
    return _boosting(read, statements, classes, levels, steps.rows, None)


def _cap_of(read: Trees) -> float:
    """Return how far a leaf's value can be from zero before the rate, as the objective states it."""
    assert read.loss is not None
    if read.loss.kind != LossKind.POISSON:
        return np.inf
    cap = read.learner.setting("poisson_regression_param", "max_delta_step", DELTA)
    return cap if cap > 0 else np.inf


_ALMOST = 1.0 - 1e-6
"""Values that are cut off are as great as the cap, to 32 bits."""


def _boosting(
    read: Trees,
    statements: list[tuple[Statement, ...]],
    classes: tuple[Hashable, ...],
    levels: AssumedLevels | None,
    rows: int | None,
    draws: Array | None,
) -> Boosting:
    assert read.learner.groups is not None
    trees = tuple(
        BoostedTree(
            tree,
            read.values(i),
            int(read.learner.groups[i]),
            read.turn(i),
            statements[i],
            None if draws is None else draws[i],
        )
        for i, tree in enumerate(read.trees)
    )
    loss = read.loss or PlainLoss(LossKind.SQUARED)
    return Boosting(
        read.place,
        trees,
        loss,
        read.start,
        classes,
        np.empty(0) if levels is None else levels.ends,
        rows,
        single=True,
        typical=None if levels is None else levels.typical,
        known=read.known,
        shares=read.shares,
    )
