"""The arrays that the compiled moves work on: what a problem fixes, and what a chain changes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, UInt

from retrodict.matching.problem import Problem

Array = np.ndarray

FEATURE, LOW, HIGH, LEFT, RIGHT = range(5)


class Forest(NamedTuple):
    """What a problem fixes.

    `nodes` holds feature, low, high, left and right of each node; `weight` the weights of the squared mismatches of the
    rows seen and of each mass, shape (nodes, 1 + C); `chances` the assumed shares of each feature's codes, shape
    (d, most codes).
    """

    nodes: Int[Array, "nodes 5"]
    roots: Int[Array, " T"]
    draws: Int[Array, "n T"]
    cells: Int[Array, " d"]
    spans: Int[Array, " d"]
    levels: Float[Array, " m"]
    weight: Float[Array, "nodes C+1"]
    chances: Float[Array, "d K"]
    label_chances: Float[Array, " c"]


class Chain(NamedTuple):
    """What one chain changes.

    `sums` holds each node's counts less those it must reproduce, shape (nodes, 1 + C); `used` the features that a row's
    path through a tree asks for, one bit each (feature mod 64), shape (n, T); `tally` proposals and acceptances of
    labels, cells, exchanges and whole rows.
    """

    codes: Int[Array, "n d"]
    labels: Int[Array, " n"]
    sums: Float[Array, "nodes C+1"]
    used: UInt[Array, "n T"]
    energy: Float[Array, " 1"]
    rng: UInt[Array, " 1"]
    tally: Int[Array, "4 2"]


class Scratch(NamedTuple):
    """Room that a chain's moves share."""

    here: Int[Array, " d"]
    there: Int[Array, " d"]
    back: Int[Array, " d"]
    last: Int[Array, " d"]
    gain: Float[Array, " K"]
    chance: Float[Array, " K"]
    stack: Int[Array, "depth 4"]


def forest(problem: Problem) -> Forest:
    """Return the fixed arrays of a problem.

    The weights are 1 / (count + 1), so that leaves and roots both tell: a mismatch of one row in a leaf of one costs
    half, and one of the square root of the count costs about one anywhere.
    """
    nodes = np.column_stack([problem.feature, problem.low, problem.high, problem.left, problem.right])
    tree = np.searchsorted(problem.roots, np.arange(len(nodes)), side="right") - 1
    labelled = problem.labelled[tree]
    implied = problem.labelled & (problem.draws == 1).all(axis=1) if problem.classes else np.zeros(problem.trees, bool)
    seen = np.where(implied[tree], 0.0, 1.0 / (problem.seen + 1.0))
    scale = problem.mass if problem.classes else problem.seen[:, None]
    mass = labelled[:, None] / (scale + 1.0)
    chances = np.zeros((len(problem.cells), max(problem.cells, default=1)))
    for f, shares in enumerate(problem.chances):
        chances[f, : len(shares)] = shares
    # A span is the number of codes that stand in order of value; listed features have none.
    spans = np.where(problem.ordered, problem.cells - (problem.missing >= 0), 0)
    return Forest(
        np.ascontiguousarray(nodes, dtype=np.int32),
        np.ascontiguousarray(problem.roots, dtype=np.int32),
        np.ascontiguousarray(problem.draws.T, dtype=np.int16),
        np.ascontiguousarray(problem.cells, dtype=np.int32),
        np.ascontiguousarray(spans, dtype=np.int32),
        np.ascontiguousarray(problem.levels, dtype=np.float64),
        np.ascontiguousarray(np.column_stack([seen, mass]), dtype=np.float32),
        chances,
        np.ascontiguousarray(problem.label_chances, dtype=np.float64),
    )


def blank(problem: Problem, seed: np.random.SeedSequence) -> Chain:
    """Return a chain whose rows and labels are drawn from what is assumed of them; its counts are not summed yet."""
    rng = np.random.default_rng(seed)
    columns = [rng.choice(k, size=problem.n, p=c) for k, c in zip(problem.cells, problem.chances, strict=True)]
    codes = np.column_stack(columns) if columns else np.zeros((problem.n, 0))
    labels = rng.choice(problem.labels, size=problem.n, p=problem.label_chances)
    # Whole counts are exact in 32 bits, which keeps the nodes of large forests in the cache.
    dtype = np.float32 if problem.classes else np.float64
    return Chain(
        np.ascontiguousarray(codes, dtype=np.int32),
        labels.astype(np.int32),
        np.zeros((len(problem.seen), 1 + problem.mass.shape[1]), dtype=dtype),
        np.zeros((problem.n, problem.trees), dtype=np.uint64),
        np.zeros(1),
        rng.integers(1, 2**63, size=1, dtype=np.uint64),
        np.zeros((4, 2), dtype=np.int64),
    )


def scratch(problem: Problem) -> Scratch:
    """Return room for one chain's moves."""
    d, most = len(problem.cells), max(max(problem.cells, default=1), problem.labels, 1)
    a, b, c, e = np.zeros((4, d), dtype=np.int32)
    gain, chance = np.zeros((2, most + 1))
    depth = _depth(problem) + 2
    return Scratch(a, b, c, e, gain, chance, np.zeros((depth, 4), dtype=np.int32))


def _depth(problem: Problem) -> int:
    depth = np.zeros(len(problem.feature), dtype=np.int64)
    for v in np.flatnonzero(problem.left >= 0):  # children lie behind their parents
        depth[problem.left[v]] = depth[problem.right[v]] = depth[v] + 1
    return int(depth.max(initial=0))
