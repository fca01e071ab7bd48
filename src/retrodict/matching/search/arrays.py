"""The arrays that the compiled moves work on: what a problem fixes, and what a chain changes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, UInt

from retrodict.matching.problem import Problem, Trees

Array = np.ndarray

FEATURE, LOW, HIGH, LEFT, RIGHT = range(5)


class Fixed(NamedTuple):
    """What a problem fixes.

    `nodes` holds feature, low, high, left and right of each node; `multiplicities` lie row by row, shape (n, T);
    `spans` says how many codes of each feature stand in order of value, the first ones; `weight` weighs the squared
    mismatches of the count and of each sum, shape (nodes, 1 + C); `chances` are the assumed shares of each feature's
    codes, shape (d, most codes). The others are as in `Problem`.
    """

    nodes: Int[Array, "nodes 5"]
    roots: Int[Array, " T"]
    multiplicities: Int[Array, "n T"]
    sizes: Int[Array, " d"]
    spans: Int[Array, " d"]
    levels: Float[Array, " m"]
    weight: Float[Array, "nodes C+1"]
    chances: Float[Array, "d K"]
    label_chances: Float[Array, " c"]


class Chain(NamedTuple):
    """What one chain changes.

    `excess` holds each node's count and sums less those that it must reproduce, shape (nodes, 1 + C); `used` the
    features that a row's path through a tree asks for, one bit each (feature mod 64), shape (n, T); `tally` proposals
    and acceptances of labels, entries, exchanges and whole rows.
    """

    codes: Int[Array, "n d"]
    labels: Int[Array, " n"]
    excess: Float[Array, "nodes C+1"]
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


def fixed_arrays(problem: Problem) -> Fixed:
    """Return the fixed arrays of a problem.

    The weights are 1 / (count + 1), so that leaves and roots both tell: a mismatch of one row in a leaf of one costs
    half, and one of the square root of the count costs about one anywhere.
    """
    table, trees, targets = problem.table, problem.trees, problem.targets
    nodes = np.column_stack([trees.feature, trees.low, trees.high, trees.left, trees.right])
    tree = np.searchsorted(trees.roots, np.arange(len(nodes)), side="right") - 1
    labelled = targets.labelled[tree]
    once = (trees.multiplicities == 1).all(axis=1)  # the count is the sum of class counts
    implied = targets.labelled & once if targets.classes else np.zeros(len(trees), bool)
    counts = np.where(implied[tree], 0.0, 1.0 / (trees.counts + 1.0))
    scale = targets.sums if targets.classes else trees.counts[:, None]
    sums = labelled[:, None] / (scale + 1.0)
    chances = np.zeros((len(table.sizes), max(table.sizes, default=1)))
    for f, shares in enumerate(table.chances):
        chances[f, : len(shares)] = shares
    spans = np.where(table.ordered, table.sizes - (table.missing >= 0), 0)
    return Fixed(
        np.ascontiguousarray(nodes, dtype=np.int32),
        np.ascontiguousarray(trees.roots, dtype=np.int32),
        np.ascontiguousarray(trees.multiplicities.T, dtype=np.int16),
        np.ascontiguousarray(table.sizes, dtype=np.int32),
        np.ascontiguousarray(spans, dtype=np.int32),
        np.ascontiguousarray(targets.levels, dtype=np.float64),
        np.ascontiguousarray(np.column_stack([counts, sums]), dtype=np.float32),
        chances,
        np.ascontiguousarray(targets.chances, dtype=np.float64),
    )


def random_chain(problem: Problem, seed: np.random.SeedSequence) -> Chain:
    """Return a chain whose rows and labels are drawn from what is assumed of them; its counts are not summed yet."""
    table, targets = problem.table, problem.targets
    rng = np.random.default_rng(seed)
    columns = [rng.choice(k, size=table.n, p=c) for k, c in zip(table.sizes, table.chances, strict=True)]
    codes = np.column_stack(columns) if columns else np.zeros((table.n, 0))
    labels = rng.choice(targets.size, size=table.n, p=targets.chances)
    # Whole counts are exact in 32 bits, which keeps the nodes of large forests in the cache.
    dtype = np.float32 if targets.classes else np.float64
    return Chain(
        np.ascontiguousarray(codes, dtype=np.int32),
        labels.astype(np.int32),
        np.zeros((len(targets.sums), 1 + targets.sums.shape[1]), dtype=dtype),
        np.zeros((table.n, len(problem.trees)), dtype=np.uint64),
        np.zeros(1),
        rng.integers(1, 2**63, size=1, dtype=np.uint64),
        np.zeros((4, 2), dtype=np.int64),
    )


def scratch(problem: Problem) -> Scratch:
    """Return room for one chain's moves."""
    sizes = problem.table.sizes
    d, most = len(sizes), max(max(sizes, default=1), problem.targets.size, 1)
    a, b, c, e = np.zeros((4, d), dtype=np.int32)
    gain, chance = np.zeros((2, most + 1))
    depth = _depth(problem.trees) + 2
    return Scratch(a, b, c, e, gain, chance, np.zeros((depth, 4), dtype=np.int32))


def _depth(trees: Trees) -> int:
    depth = np.zeros(len(trees.feature), dtype=np.int64)
    for v in np.flatnonzero(trees.left >= 0):  # children lie behind their parents
        depth[trees.left[v]] = depth[trees.right[v]] = depth[v] + 1
    return int(depth.max(initial=0))
