"""The way of leaf values through several steps, each by the sums of the leaf's rows at what the steps before came to.

With ``y`` a row's label, ``z`` its score, ``m`` the loss's mean of a score and ``d`` what the steps before came to::

    G = sum (y - m(z + d)),  H = sum m'(z + d),  d <- d + scale G / (H + penalty)

Gradients depend on labels by their sum alone. So a leaf whose rows' scores are known has one unknown, that sum, and its
value gives it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numba import njit

Array = np.ndarray

_CLOSE = 1e-13
"""How near to its value a leaf's last step is brought, as a share of the value and one."""
_TRIES = 12
"""Steps of Newton's method for the sum of labels: some four are needed."""


@dataclass(frozen=True)
class Walk:
    """How leaf values were found.

    Parameters
    ----------
    exponential
        Whether means are exponentials of scores, not shares.
    by_rows
        Whether gradients were divided by numbers of rows, not by hessians.
    penalty
        See `Steps`.
    """

    exponential: bool
    by_rows: bool
    penalty: float


@dataclass(frozen=True, eq=False)
class Paths:
    """The ways of one tree's leaves.

    Parameters
    ----------
    sums
        Of the labels of each leaf's rows, shape (L,).
    at
        What the steps before came to, shape (L, k).
    steps
        Before they are scaled, shape (L, k).
    worth
        What a unit of each step's sum of gradients is worth in the leaf's value; they add up to one. Shape (L, k).
    reached
        Where the last step leads, shape (L,).
    """

    sums: Float[Array, " L"]
    at: Float[Array, "L k"]
    steps: Float[Array, "L k"]
    worth: Float[Array, "L k"]
    reached: Float[Array, " L"]


def paths_to(
    walk: Walk,
    scores: Float[Array, " n"],
    leaves: Int[Array, " n"],
    ends: Float[Array, " L"],
    scales: Float[Array, " k"],
) -> Paths:
    """Return the ways that end at given values, with the sums of labels that they ask for.

    Parameters
    ----------
    walk
        How leaf values were found.
    scores
        Of rows before the tree, shape (n,).
    leaves
        The leaf of each, shape (n,).
    ends
        Where the leaves' steps lead, shape (L,).
    scales
        What each step was multiplied by.
    """
    own, firsts = _by_leaf(scores, leaves, len(ends))
    shape = (len(ends), len(scales))
    made = Paths(np.zeros(len(ends)), np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(len(ends)))
    _all(*_told(walk), own, firsts, ends, scales, made.sums, made.reached, made.at, made.steps, made.worth)
    return made


def sums_under(
    walk: Walk,
    scores: Float[Array, " n"],
    leaves: Int[Array, " n"],
    ends: Float[Array, " L"],
    schedules: Float[Array, "S k"],
) -> Float[Array, "S L"]:
    """Return the sums of labels that leaves ask for under each of several schedules; see `paths_to`.

    Parameters
    ----------
    walk, scores, leaves, ends
        As there.
    schedules
        Scales; a step that was not taken has zero.
    """
    own, firsts = _by_leaf(scores, leaves, len(ends))
    out = np.zeros((len(schedules), len(ends)))
    _under(*_told(walk), own, firsts, ends, schedules, out)
    return out


def _told(walk: Walk) -> tuple[bool, bool, float]:
    return walk.exponential, walk.by_rows, walk.penalty


def _by_leaf(scores: Array, leaves: Array, count: int) -> tuple[Array, Array]:
    """Return scores leaf by leaf, and where each leaf's begin."""
    order = np.argsort(leaves, kind="stable")
    return scores[order], np.searchsorted(leaves[order], np.arange(count + 1))


@njit(cache=True, nogil=True)
def mean_at(exponential: bool, score: float) -> tuple[float, float, float]:
    """Return a loss's mean of a score, and its first two derivatives."""
    if exponential:
        own = np.exp(score)
        return own, own, own
    own = 1.0 / (1.0 + np.exp(-score))
    slope = own * (1.0 - own)
    return own, slope, slope * (1.0 - 2.0 * own)


@njit(cache=True, nogil=True)
def _all(
    exponential: bool,
    by_rows: bool,
    penalty: float,
    scores: Array,
    firsts: Array,
    ends: Array,
    scales: Array,
    sums: Array,
    reached: Array,
    at: Array,
    steps: Array,
    worth: Array,
) -> None:
    for leaf in range(len(ends)):
        own = scores[firsts[leaf] : firsts[leaf + 1]]
        if len(own):
            sums[leaf], reached[leaf] = _led(
                exponential, by_rows, penalty, own, ends[leaf], scales, at[leaf], steps[leaf], worth[leaf]
            )


@njit(cache=True, nogil=True)
def _under(
    exponential: bool,
    by_rows: bool,
    penalty: float,
    scores: Array,
    firsts: Array,
    ends: Array,
    schedules: Array,
    out: Array,
) -> None:
    at, steps, worth = np.zeros((3, schedules.shape[1]))
    for leaf in range(len(ends)):
        own = scores[firsts[leaf] : firsts[leaf + 1]]
        if len(own):
            for s in range(len(schedules)):
                out[s, leaf] = _led(exponential, by_rows, penalty, own, ends[leaf], schedules[s], at, steps, worth)[0]


@njit(cache=True, nogil=True)
def _led(
    exponential: bool,
    by_rows: bool,
    penalty: float,
    scores: Array,
    end: float,
    scales: Array,
    at: Array,
    steps: Array,
    worth: Array,
) -> tuple[float, float]:
    """Return the sum of labels with which a leaf's way ends where it should, and where it ends."""
    total, reached = 0.0, 0.0
    for z in scores:  # the sum of labels, if the steps had come to rest
        total += mean_at(exponential, z + end)[0]
    for _ in range(_TRIES):
        reached, slope = _walked(exponential, by_rows, penalty, scores, total, scales, at, steps, worth)
        off = end - reached
        if abs(off) <= _CLOSE * (1.0 + abs(end)) or slope <= 0.0:
            break
        total += off / slope
    return total, reached


@njit(cache=True, nogil=True)
def _walked(
    exponential: bool,
    by_rows: bool,
    penalty: float,
    scores: Array,
    total: float,
    scales: Array,
    at: Array,
    steps: Array,
    worth: Array,
) -> tuple[float, float]:
    """Walk with a sum of labels; return where that leads, and how fast it moves with that sum."""
    d, slope = 0.0, 0.0
    for j in range(len(scales)):
        g, h, bend = total, 0.0, 0.0
        for z in scores:
            mean, first, second = mean_at(exponential, z + d)
            g -= mean
            h += first
            bend += second
        below = (len(scores) if by_rows else h) + penalty
        step = g / below
        at[j], steps[j] = d, step
        kept = 1.0 - scales[j] * (h + (0.0 if by_rows else step * bend)) / below
        for i in range(j):
            worth[i] *= kept
        worth[j] = scales[j] / below
        slope = slope * kept + worth[j]
        d += scales[j] * step
    for j in range(len(scales)):
        worth[j] /= slope
    return d, slope
