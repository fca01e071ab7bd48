"""How many rows the leaves of the first round have, and between which targets all of theirs lie."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.families.xgboost.trees.gradient_sums import sums_of
from retrodict.families.xgboost.trees.read import Trees
from retrodict.families.xgboost.trees.step import Step
from retrodict.matching.assumed_levels import AssumedLevels
from retrodict.matching.losses import LossKind

Array = np.ndarray

_SPAN = 1.0
"""How far beyond the means of leaves squared error's targets are looked for, in units of how far apart these are."""
_TIMES = 4.0
"""How far beyond the greatest mean of a leaf counts and sizes are looked for: as many times as much."""
_FEWEST = 1e-3
"""Of a row, what a leaf has at least."""


def of_first_round(read: Trees, step: Step) -> tuple[Float[Array, " leaves"], Float[Array, " leaves"]]:
    """Return how many rows leaves of the first round have, and the sums of their targets.

    All rows had one score, so that gradients and hessians are two equations in these two numbers.

    Parameters
    ----------
    read
        What predictions need.
    step
        How leaf values were made.
    """
    assert read.loss is not None
    assert read.learner.groups is not None
    rows, targets = [np.empty(0)], [np.empty(0)]
    scores = np.tile(read.start, (2, 1))
    for i in read.learner.first_trees:
        tree = read.learner.trees[i]
        sums, _, states = sums_of(tree, step)
        at = tree.leaf & states
        output = int(read.learner.groups[i])
        own = np.array([output + 1.0, output]) if read.loss.kind == LossKind.SOFTMAX else np.array([0.0, 1.0])
        g, h = read.loss.terms(scores, output, own)
        system = np.array([[g[0], g[1] - g[0]], [h[0], h[1] - h[0]]])
        if abs(np.linalg.det(system)) > 0:
            found = np.linalg.solve(system, np.stack([sums[at], tree.hessian[at].astype(np.float64)]))
            rows.append(found[0])
            targets.append(found[1])
    return np.concatenate(rows), np.concatenate(targets)


def rows_of_first_round(read: Trees, step: Step) -> int | None:
    """Return how many rows the first round has; ``None`` where its leaves do not tell, or of no whole rows."""
    rows, _ = of_first_round(read, step)
    learner = read.learner
    leaves = sum(int(learner.trees[i].leaf.sum()) for i in learner.first_trees)
    whole = np.rint(rows)
    if len(rows) < leaves or not len(rows) or (np.abs(rows - whole) > _WHOLE * np.maximum(rows, 1.0)).any():
        return None
    return int(whole.sum()) // len(learner.first_trees)


_WHOLE = 1e-3
"""How far from whole numbers of rows may be: they are differences of sums of 32 bits."""


def levels_of(read: Trees, step: Step | None) -> AssumedLevels:
    """Return what is assumed of a regressor's target, from the means of the leaves of the first round.

    Parameters
    ----------
    read
        What predictions need.
    step
        How leaf values were made; ``None`` where that is not known, and no target follows.
    """
    if read.loss is None or step is None:
        return AssumedLevels(np.array([float(read.start[0])]), 1.0, 1.0)
    rows, sums = of_first_round(read, step)
    kept = rows > _FEWEST
    return _between(read, np.append(sums[kept] / rows[kept], read.learner.base[0]))


def levels_by_values(read: Trees, rate: float) -> AssumedLevels:
    """Return what is assumed of a regressor's target, from leaf values alone; see `levels_of`.

    Parameters
    ----------
    read
        What predictions need.
    rate
        What leaf values were multiplied by.
    """
    assert read.loss is not None
    base = float(read.learner.base[0])
    steps = [read.values(i)[read.trees[i].leaf] / rate * _PENALIZED for i in read.learner.first_trees]
    moved = np.concatenate([np.zeros(1), *steps])
    # a step of a score, not of the target, where the target is its exponential
    return _between(read, base + moved if read.loss.kind == LossKind.SQUARED else base * (1.0 + np.abs(moved)))


_PENALIZED = 2.0
"""How many times as far a leaf's mean lies as its value says, for the penalty on a leaf of a row or two."""


def _between(read: Trees, means: Float[Array, " m"]) -> AssumedLevels:
    """Return what is assumed of a target, from the means of leaves."""
    assert read.loss is not None
    start = float(read.start[0])
    if read.loss.kind == LossKind.SQUARED:
        # trees that fit well sum up to the targets, and first leaves hold means of some
        leaves = [read.values(i)[tree.leaf] for i, tree in enumerate(read.trees)]
        span = max(float(np.ptp(means)), float(np.finfo(np.float32).eps))
        low = min(float(means.min()) - _SPAN * span, start + sum(float(own.min()) for own in leaves))
        high = max(float(means.max()) + _SPAN * span, start + sum(float(own.max()) for own in leaves))
        return AssumedLevels(np.array([low, high]), span, 1.0)
    high = _TIMES * max(float(means.max()), 1.0)
    gradient, hessian = read.loss.terms(np.full((1, 1), start), 0, np.array([float(means.max())]))
    base, _ = read.loss.terms(np.full((1, 1), start), 0, np.zeros(1))
    return AssumedLevels(np.array([0.0, high]), float(max(abs(gradient[0]), abs(base[0]))), float(hessian[0]))
