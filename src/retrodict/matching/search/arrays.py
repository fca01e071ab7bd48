"""The arrays that the compiled moves work on: what a problem fixes, and what a chain changes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, UInt

from retrodict.matching.problem import Problem, Trees
from retrodict.matching.row_prior import RowPrior
from retrodict.priors.marginals.inverse import normal_mass

Array = np.ndarray

FEATURE, LOW, HIGH, LEFT, RIGHT = range(5)
LABEL, ENTRY, EXCHANGE, WHOLE, COMPONENT = range(5)
SQUARES = -1.0
"""The `Fixed.jump` of energies that are squares of mismatches; where they are sizes, it is above -1/2."""


_UNMET = 1e-30
"""In place of a chance of zero, whose logarithm is infinite."""


class Assumed(NamedTuple):
    """What is assumed of rows: a `RowPrior`, whose names these are.

    `plain` says that codes are independent, and the same for all labels; `many`, that a label has several components.
    `used` counts each feature's slots; `gone` is the missing code of features, or -1; `logs` are the log-chances of
    codes by themselves, whatever the row holds else, shape (K, d, M); `factors` are the lower Cholesky factors of the
    latents' covariances.
    """

    plain: bool
    many: bool
    shares: Float[Array, "L K"]
    tied: Int[Array, " d"]
    means: Float[Array, "K d"]
    precisions: Float[Array, "S d d"]
    factors: Float[Array, "S d d"]
    precision: Int[Array, " K"]
    ends: Float[Array, "E d M+1"]
    scale: Int[Array, " K"]
    slots: Int[Array, "d M"]
    used: Int[Array, " d"]
    gone: Int[Array, " d"]
    missing: Float[Array, "K d"]
    chances: Float[Array, "K d M"]
    logs: Float[Array, "K d M"]


class Fixed(NamedTuple):
    """What a problem fixes.

    `nodes` holds feature, low, high, left and right of each node; `multiplicities` lie row by row, shape (n, T);
    `spans` says how many codes of each feature stand in order of value, the first ones; `weight` weighs the squared
    mismatches of the count and of each sum, shape (nodes, 1 + C); `chances` are the assumed shares of each feature's
    codes, shape (d, most codes), where these are independent; `assumed` says what is assumed where they are not. Under
    noise whose likelihood falls with the size of a mismatch, not with its square, `jump` is what any mismatch costs
    beside its size; else it is `SQUARES`. `held` has a 1 at each cell that is known and stays, labels last, shape
    (n, d + 1), and `holding` tells whether there is any. The others are as in `Problem`.
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
    assumed: Assumed
    jump: float
    held: UInt[Array, "n d+1"]
    holding: bool


class Chain(NamedTuple):
    """What one chain changes.

    `excess` holds each node's count and sums less those that it must reproduce, shape (nodes, 1 + C); `used` the
    features that a row's path through a tree asks for, one bit each (feature mod 64), shape (n, T); `tally` proposals
    and acceptances of labels, entries, exchanges, whole rows and components; `components` and `latents` say where rows
    lie in what is assumed of them.
    """

    codes: Int[Array, "n d"]
    labels: Int[Array, " n"]
    excess: Float[Array, "nodes C+1"]
    used: UInt[Array, "n T"]
    energy: Float[Array, " 1"]
    rng: UInt[Array, " 1"]
    tally: Int[Array, "5 2"]
    components: Int[Array, " n"]
    latents: Float[Array, "n d"]


class Held(NamedTuple):
    """A table that a chain held: its codes and labels, and where rows lie in what is assumed of them."""

    codes: Int[Array, "n d"]
    labels: Int[Array, " n"]
    components: Int[Array, " n"]
    latents: Float[Array, "n d"]


class Scratch(NamedTuple):
    """Room that a chain's moves share."""

    here: Int[Array, " d"]
    there: Int[Array, " d"]
    back: Int[Array, " d"]
    last: Int[Array, " d"]
    gain: Float[Array, " K"]
    chance: Float[Array, " K"]
    stack: Int[Array, "depth 4"]
    shares: Float[Array, " K"]
    weights: Float[Array, " components"]
    latents: Float[Array, "4 d"]
    flips: Float[Array, " d"]
    met: Int[Array, " d"]
    path: Int[Array, " depth"]
    costs: Float[Array, " depth"]
    many: Int[Array, " T"]
    asked: Int[Array, "T depth"]
    parts: Float[Array, "T depth"]
    seen: UInt[Array, " T"]


def fixed_arrays(problem: Problem) -> Fixed:
    """Return the fixed arrays of a problem.

    The weights are 1 / (count + 1), so that leaves and roots both tell: a mismatch of one row in a leaf of one costs
    half, and one of the square root of the count costs about one anywhere. Under noise they make the energy minus the
    logarithm of the likelihood, up to a constant.
    """
    table, trees, targets = problem.table, problem.trees, problem.targets
    nodes = np.column_stack([trees.feature, trees.low, trees.high, trees.left, trees.right])
    tree = np.searchsorted(trees.roots, np.arange(len(nodes)), side="right") - 1
    labelled = targets.labelled[tree]
    once = (trees.multiplicities == 1).all(axis=1)  # the count is the sum of class counts
    implied = targets.labelled & once if targets.classes else np.zeros(len(trees), bool)
    held = np.zeros((table.n, len(table.sizes) + 1), bool) if problem.known is None else problem.known.held
    jump = SQUARES
    if problem.noise is None:
        counts = np.where(implied[tree], 0.0, 1.0 / (trees.counts + 1.0))
        scale = targets.sums if targets.classes else trees.counts[:, None]
        sums = labelled[:, None] / (scale + 1.0)
    else:
        weight, jump = problem.noise.weight, SQUARES if problem.noise.jump is None else problem.noise.jump
        counts = weight * problem.noise.counted
        sums = weight * (labelled & problem.noise.summed)[:, None] * np.ones(targets.sums.shape[1])
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
        assumed_arrays(problem),
        jump,
        held.astype(np.uint8),
        bool(held.any()),
    )


def assumed_arrays(problem: Problem) -> Assumed:
    """Return what is assumed of a problem's rows."""
    table = problem.table
    prior = RowPrior.independent(table.chances, problem.targets) if problem.prior is None else problem.prior
    used, gone = (prior.slots >= 0).sum(axis=1), np.where(prior.tied, table.missing, -1)
    logs = np.full(prior.chances.shape, -np.inf, dtype=np.float32)
    with np.errstate(divide="ignore"):
        logs[:] = np.log(prior.chances)
        for f in np.flatnonzero(prior.tied):
            logs[:, f] = np.log(_alone(prior, int(f), int(gone[f])))
    return Assumed(
        bool(not prior.tied.any() and len(prior.means) == 1),
        bool(((prior.shares > 0).sum(axis=1) > 1).any()),
        np.ascontiguousarray(prior.shares, dtype=np.float64),
        np.ascontiguousarray(prior.tied, dtype=np.uint8),
        np.ascontiguousarray(prior.means, dtype=np.float64),
        np.ascontiguousarray(prior.precisions, dtype=np.float64),
        np.linalg.cholesky(np.linalg.inv(prior.precisions)),
        np.ascontiguousarray(prior.precision, dtype=np.int32),
        np.ascontiguousarray(prior.ends, dtype=np.float64),
        np.ascontiguousarray(prior.scale, dtype=np.int32),
        np.ascontiguousarray(prior.slots, dtype=np.int32),
        used.astype(np.int32),
        gone.astype(np.int32),
        np.ascontiguousarray(prior.missing, dtype=np.float64),
        np.ascontiguousarray(prior.chances, dtype=np.float64),
        logs,
    )


def _alone(prior: RowPrior, f: int, gone: int) -> Float[Array, "K M"]:
    """Return the chances of a tied feature's codes in each component, the row's other features not known."""
    out = np.zeros((len(prior.means), prior.chances.shape[2]))
    sds = np.sqrt(np.linalg.inv(prior.precisions)[prior.precision, f, f])
    ends = (prior.ends[prior.scale, f] - prior.means[:, f, None]) / sds[:, None]
    for m in np.flatnonzero(prior.slots[f] >= 0):
        out[:, prior.slots[f, m]] += normal_mass(ends[:, m], ends[:, m + 1]) * (1.0 - prior.missing[:, f])
    out[:, gone if gone >= 0 else 0] += prior.missing[:, f] if gone >= 0 else 0.0
    return np.maximum(out, _UNMET)


def random_chain(problem: Problem, seed: np.random.SeedSequence, labels: Int[Array, " n"] | None = None) -> Chain:
    """Return a chain whose rows and labels are drawn from what is assumed of them; its counts are not summed yet.

    Parameters
    ----------
    problem, seed
        Of the chain.
    labels
        The rows' label codes where they are known, shape (n,).
    """
    table, targets = problem.table, problem.targets
    rng = np.random.default_rng(seed)
    columns = [rng.choice(k, size=table.n, p=c) for k, c in zip(table.sizes, table.chances, strict=True)]
    codes = np.column_stack(columns) if columns else np.zeros((table.n, 0))
    drawn = rng.choice(targets.size, size=table.n, p=targets.chances)
    known = drawn if labels is None else np.asarray(labels)
    if problem.known is not None:
        known = np.where(problem.known.labels >= 0, problem.known.labels, known)
    components, latents = np.zeros(table.n, dtype=np.int32), np.zeros((table.n, len(table.sizes)))
    if problem.prior is not None:
        codes, components, latents = problem.prior.sample(known, table.missing, rng)
    if problem.known is not None:
        codes = np.where(problem.known.codes >= 0, problem.known.codes, codes)
    # Whole counts are exact in 32 bits, which keeps the nodes of large forests in the cache.
    dtype = np.float32 if targets.classes and problem.noise is None else np.float64
    return Chain(
        np.ascontiguousarray(codes, dtype=np.int32),
        known.astype(np.int32),
        np.zeros((len(targets.sums), 1 + targets.sums.shape[1]), dtype=dtype),
        np.zeros((table.n, len(problem.trees)), dtype=np.uint64),
        np.zeros(1),
        rng.integers(1, 2**63, size=1, dtype=np.uint64),
        np.zeros((5, 2), dtype=np.int64),
        components,
        np.ascontiguousarray(latents),
    )


def scratch(problem: Problem) -> Scratch:
    """Return room for one chain's moves."""
    sizes = problem.table.sizes
    d, most = len(sizes), max(max(sizes, default=1), problem.targets.size, 1)
    a, b, c, e = np.zeros((4, d), dtype=np.int32)
    gain, chance = np.zeros((2, most + 1))
    depth = _depth(problem.trees) + 2
    stack = np.zeros((depth, 4), dtype=np.int32)
    components = 1 if problem.prior is None else len(problem.prior.means)
    trees = len(problem.trees)
    return Scratch(
        a,
        b,
        c,
        e,
        gain,
        chance,
        stack,
        np.zeros(most + 1),
        np.zeros(components),
        np.zeros((4, d)),
        np.zeros(d),
        np.zeros(d, dtype=np.int32),
        np.zeros(depth, dtype=np.int32),
        np.zeros(depth),
        np.zeros(trees, dtype=np.int32),
        np.zeros((trees, depth), dtype=np.int32),
        np.zeros((trees, depth)),
        np.zeros(trees, dtype=np.uint64),
    )


def _depth(trees: Trees) -> int:
    depth = np.zeros(len(trees.feature), dtype=np.int64)
    for v in np.flatnonzero(trees.left >= 0):  # children lie behind their parents
        depth[trees.left[v]] = depth[trees.right[v]] = depth[v] + 1
    return int(depth.max(initial=0))
