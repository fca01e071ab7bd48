"""Labels that the roots of the trees give away before any cell is known."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import lsq_linear

from retrodict.matching.problem import Problem

Array = np.ndarray

_SOLVABLE = 2.2


def root_labels(problem: Problem) -> Int[Array, " n"] | None:
    """Return the rows' label codes where the roots' sums determine them, or ``None``.

    Each tree's root states, for each class, a sum of its rows' known draws. These are linear equations in indicators
    between 0 and 1, whose bounded least-squares solution is the truth where there are about half as many equations as
    rows, a phase transition known for binary vectors (Donoho & Tanner, Philosophical Transactions of the Royal Society
    A 367:4273, 2009). The rounded solution must meet every equation. Where all trees saw all rows alike, rows have no
    order, and any that gives the classes their counts is the table's up to a permutation.
    """
    trees = np.flatnonzero(problem.labelled)
    if not len(trees):
        return None
    draws, stated = problem.draws[trees], problem.mass[problem.roots[trees]]
    if (draws == draws[0, 0]).all():
        return _unordered(problem, stated[0] / max(int(draws[0, 0]), 1))
    if len(trees) * _SOLVABLE < problem.n:
        return None
    weights = draws.astype(np.float64)
    if not problem.classes:
        solution = np.linalg.lstsq(weights, stated[:, 0], rcond=None)[0]
        labels = np.abs(problem.levels[None, :] - solution[:, None]).argmin(axis=1)
        met = np.allclose(weights @ problem.levels[labels], stated[:, 0], atol=1e-6 * max(problem.n, 1))
        return labels if met else None
    shares = np.column_stack([_bounded(weights, stated[:, c]) for c in range(problem.classes)])
    labels = shares.argmax(axis=1)
    met = np.array_equal(weights @ np.eye(problem.classes)[labels], stated)
    return labels if met else None


def _bounded(weights: Float[Array, "T n"], stated: Float[Array, " T"]) -> Float[Array, " n"]:
    return np.asarray(lsq_linear(weights, stated, bounds=(0.0, 1.0), method="bvls", max_iter=2_000).x)


def _unordered(problem: Problem, counts: Float[Array, " C"]) -> Int[Array, " n"] | None:
    if problem.classes:
        labels = np.repeat(np.arange(problem.classes), np.rint(counts).astype(np.int64))
        return labels if len(labels) == problem.n else None
    # Only when no target occurs twice is it known how often each occurs.
    return np.arange(problem.n) if len(problem.levels) == problem.n else None
