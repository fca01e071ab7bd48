"""Labels that the roots of the trees give away before any entry is known."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import lsq_linear

from retrodict.matching.problem import Problem, Targets

Array = np.ndarray

_ROWS_AN_EQUATION = 2.2
"""Up to so many rows for each equation, bounded least squares finds indicators; beyond, it hardly ever does."""
_STEPS = 2_000
"""Of the solver, at most; each frees or binds one unknown."""
_EXACT = 1e-6
"""Of a row, in standardised targets: how far rounding may move a root's sum."""


def root_labels(problem: Problem) -> Int[Array, " n"] | None:
    """Return the rows' label codes where the roots' sums determine them, or ``None``.

    Each tree's root states, for each class, a sum of its rows' known multiplicities. These are linear equations in
    indicators between 0 and 1, whose bounded least-squares solution is the truth where there are about half as many
    equations as rows, a phase transition known for binary vectors (Donoho & Tanner, Philosophical Transactions of the
    Royal Society A 367:4273, 2009). The rounded solution must meet every equation. Where all trees saw all rows alike,
    rows have no order, and any that gives the classes their counts is the table's up to a permutation, unless something
    is known of single rows. Roots that are off by noise determine none.
    """
    if problem.noise is not None:
        return None
    own = problem.targets
    trees = np.flatnonzero(own.labelled)
    if not len(trees):
        return None
    n, drawn, stated = problem.table.n, problem.trees.multiplicities[trees], own.sums[problem.trees.roots[trees]]
    if (drawn == drawn[0, 0]).all():
        if problem.known is not None:
            return None
        return _unordered(own, n, stated[0] / max(int(drawn[0, 0]), 1))
    if len(trees) * _ROWS_AN_EQUATION < n:
        return None
    weights = drawn.astype(np.float64)
    if not own.classes:
        solution = np.linalg.lstsq(weights, stated[:, 0], rcond=None)[0]
        labels = np.abs(own.levels[None, :] - solution[:, None]).argmin(axis=1)
        met = np.allclose(weights @ own.levels[labels], stated[:, 0], atol=_EXACT * max(n, 1))
        return labels if met else None
    shares = np.column_stack([_bounded(weights, stated[:, c]) for c in range(own.classes)])
    labels = shares.argmax(axis=1)
    met = np.array_equal(weights @ np.eye(own.classes)[labels], stated)
    return labels if met else None


def _bounded(weights: Float[Array, "T n"], stated: Float[Array, " T"]) -> Float[Array, " n"]:
    return np.asarray(lsq_linear(weights, stated, bounds=(0.0, 1.0), method="bvls", max_iter=_STEPS).x)


def _unordered(own: Targets, n: int, counts: Float[Array, " C"]) -> Int[Array, " n"] | None:
    if own.classes:
        labels = np.repeat(np.arange(own.classes), np.rint(counts).astype(np.int64))
        return labels if len(labels) == n else None
    # Only when no target occurs twice is it known how often each occurs.
    return np.arange(n) if len(own.levels) == n else None
