"""The mismatch of a table, recomputed from the contract alone: what every faster search is checked against."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.matching.problem import Noise, Problem, Trees

Array = np.ndarray


def reached(trees: Trees, codes: Int[Array, "n d"]) -> Bool[Array, "nodes n"]:
    """Return which rows pass through which nodes, whatever tree drew them."""
    out = np.zeros((len(trees.feature), len(codes)), dtype=bool)
    waiting = list(trees.roots)
    out[trees.roots] = True
    while waiting:
        node = waiting.pop()
        feature = trees.feature[node]
        if feature < 0:
            continue
        right = (trees.low[node] < codes[:, feature]) & (codes[:, feature] <= trees.high[node])
        for child, side in ((trees.left[node], ~right), (trees.right[node], right)):
            out[child] = out[node] & side
            waiting.append(child)
    return out


def node_sums(
    problem: Problem, codes: Int[Array, "n d"], labels: Int[Array, " n"]
) -> tuple[Float[Array, " nodes"], Float[Array, "nodes C"]]:
    """Return each node's count and sums for a table.

    Parameters
    ----------
    problem
        The trees and their targets.
    codes
        Shape (n, d).
    labels
        Classes, or indices of `levels`, shape (n,).
    """
    trees, targets = problem.trees, problem.targets
    here = reached(trees, codes)
    what = np.eye(targets.classes)[labels] if targets.classes else targets.levels[labels][:, None]
    counts, sums = np.zeros(len(here)), np.zeros_like(targets.sums)
    for tree, (start, stop) in enumerate(trees.spans):
        drawn = here[start:stop] * trees.multiplicities[tree]
        counts[start:stop] = (drawn > 0).sum(axis=1)
        sums[start:stop] = drawn @ what
    return counts, sums


def energy(problem: Problem, codes: Int[Array, "n d"], labels: Int[Array, " n"]) -> float:
    """Return the mismatch between a table and the node counts; zero exactly where all of them are met.

    It is the sum over nodes of ``(count - stated)^2 / (stated + 1)``, and over the classes of trees with known labels
    of ``(sum - stated)^2 / (stated + 1)`` (for a regressor: over ``stated count + 1``). Counts are left out where they
    are the sum of class counts: in a classifier's tree with known labels that drew each row once. Under noise it is
    minus the logarithm of the likelihood of what nodes state, above what it would be if that were what they counted.
    """
    trees, targets = problem.trees, problem.targets
    counts, sums = node_sums(problem, codes, labels)
    if problem.noise is not None:
        return _noisy_energy(problem.noise, problem, counts, sums)
    total = 0.0
    for tree, (start, stop) in enumerate(trees.spans):
        own = slice(start, stop)
        stated = trees.counts[own]
        labelled = bool(targets.labelled[tree])
        if not (labelled and targets.classes and (trees.multiplicities[tree] == 1).all()):
            total += float(((counts[own] - stated) ** 2 / (stated + 1.0)).sum())
        if labelled:
            scale = targets.sums[own] if targets.classes else stated[:, None]
            total += float(((sums[own] - targets.sums[own]) ** 2 / (scale + 1.0)).sum())
    return total


def _noisy_energy(
    noise: Noise, problem: Problem, counts: Float[Array, " nodes"], sums: Float[Array, "nodes C"]
) -> float:
    trees, targets = problem.trees, problem.targets
    tree = np.searchsorted(trees.roots, np.arange(len(counts)), side="right") - 1
    off_counts = (counts - trees.counts)[noise.counted]
    off_sums = (sums - targets.sums)[noise.summed & targets.labelled[tree]]
    drawn = np.abs(np.concatenate([off_counts, off_sums.ravel()]))
    return float((_log_chance(noise, np.zeros(1)) - _log_chance(noise, drawn)).sum())


def _log_chance(noise: Noise, size: Float[Array, " k"]) -> Float[Array, " k"]:
    """Return the logarithm of the chance, or density, of draws of such sizes, up to a constant."""
    if noise.kind == "gaussian":
        return np.asarray(-0.5 * (size / noise.scale) ** 2)
    if noise.kind in ("laplace", "geometric"):
        return np.asarray(-size / noise.scale)
    # What becomes a whole number: all between it and the next one from zero, or half a step to either side.
    start = size if noise.kind == "truncated" else size - 0.5
    one_side = 0.5 * (np.exp(-np.maximum(start, 0.0) / noise.scale) - np.exp(-(start + 1.0) / noise.scale))
    return np.asarray(np.log(np.where(size == 0.0, 2.0, 1.0) * one_side))
