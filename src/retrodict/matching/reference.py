"""The mismatch of a table, recomputed from the contract alone: what every faster engine is checked against."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.matching.problem import Problem

Array = np.ndarray


def reached(problem: Problem, codes: Int[Array, "n d"]) -> Bool[Array, "nodes n"]:
    """Return which rows pass through which nodes, whatever tree drew them."""
    out = np.zeros((len(problem.feature), len(codes)), dtype=bool)
    waiting = list(problem.roots)
    out[problem.roots] = True
    while waiting:
        node = waiting.pop()
        feature = problem.feature[node]
        if feature < 0:
            continue
        right = (problem.low[node] < codes[:, feature]) & (codes[:, feature] <= problem.high[node])
        for child, side in ((problem.left[node], ~right), (problem.right[node], right)):
            out[child] = out[node] & side
            waiting.append(child)
    return out


def node_sums(
    problem: Problem, codes: Int[Array, "n d"], labels: Int[Array, " n"]
) -> tuple[Float[Array, " nodes"], Float[Array, "nodes C"]]:
    """Return each node's `seen` and `mass` for a table.

    Parameters
    ----------
    problem
        The trees.
    codes
        Shape (n, d).
    labels
        Classes, or indices of `levels`, shape (n,).
    """
    here = reached(problem, codes)
    what = np.eye(problem.classes)[labels] if problem.classes else problem.levels[labels][:, None]
    seen, mass = np.zeros(len(here)), np.zeros_like(problem.mass)
    for tree, (start, stop) in enumerate(spans(problem)):
        drawn = here[start:stop] * problem.draws[tree]
        seen[start:stop] = (drawn > 0).sum(axis=1)
        mass[start:stop] = drawn @ what
    return seen, mass


def energy(problem: Problem, codes: Int[Array, "n d"], labels: Int[Array, " n"]) -> float:
    """Return the mismatch between a table and the node counts; zero exactly where all of them are met.

    It is the sum over nodes of ``(seen - stated)^2 / (stated + 1)``, and over the classes of trees with known labels of
    ``(mass - stated)^2 / (stated + 1)`` (for a regressor: over ``stated seen + 1``). `seen` is left out where it is the
    sum of class counts: in a classifier's tree with known labels that drew each row once.
    """
    seen, mass = node_sums(problem, codes, labels)
    total = 0.0
    for tree, (start, stop) in enumerate(spans(problem)):
        own = slice(start, stop)
        stated = problem.seen[own]
        labelled = bool(problem.labelled[tree])
        if not (labelled and problem.classes and (problem.draws[tree] == 1).all()):
            total += float(((seen[own] - stated) ** 2 / (stated + 1.0)).sum())
        if labelled:
            weight = problem.mass[own] if problem.classes else stated[:, None]
            total += float(((mass[own] - problem.mass[own]) ** 2 / (weight + 1.0)).sum())
    return total


def spans(problem: Problem) -> list[tuple[int, int]]:
    """Return the first node of each tree and the one after its last."""
    ends = [*problem.roots[1:].tolist(), len(problem.feature)]
    return list(zip(problem.roots.tolist(), ends, strict=True))
