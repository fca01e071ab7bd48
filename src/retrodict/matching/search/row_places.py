"""Moves of whole rows to the places where multiplicities want them.

How often trees drew them tells rows apart, so that a right row in another's place costs nearly as much as a wrong one,
and a table of a thousand rows has half a million pairs that could change places. To first order all of them are a
product of two matrices: what the trees that drew a place would gain from a row is the sum, over the trees, of its
multiplicity times the slope of the energy along the row's path. Partners are drawn by that estimate, and taken or not
by the exact energy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from retrodict.matching.search.arrays import FEATURE, SQUARES, WHOLE, Chain, Fixed, Scratch
from retrodict.matching.search.node_counts import child
from retrodict.matching.search.random_numbers import uniform
from retrodict.matching.search.row_law import log_row
from retrodict.matching.search.row_visits import HOPELESS
from retrodict.matching.search.whole_rows import enter, leave, replacing

Array = np.ndarray

_MOST_ROWS = 2_000
"""Rows compared at a time: each of the matrices over their pairs then takes 16 MB."""
_BLOCK = 256
"""Rows whose partners are drawn at a time: what is summed for them then fits a cache."""


@dataclass(frozen=True, eq=False)
class Estimates:
    """First-order energies of moves between rows, in the order of the rows compared, shape (m, m).

    `swaps` is of two rows that change places, `copies` of the first becoming like the second.
    """

    swaps: Float[Array, "m m"]
    copies: Float[Array, "m m"]


def change_places(fixed: Fixed, chain: Chain, room: Scratch, temperature: float, labels_known: bool) -> None:
    """Let rows change places, and become like one another, at a temperature; at most 2,000 rows at a time.

    Partners are proposed by an estimate that the move itself changes, so that this is a search and not a sampler: at a
    constant temperature it favours low energies more than Boltzmann's law.

    Parameters
    ----------
    labels_known
        Whether labels are known; rows then find partners of their own label alone.
    """
    rng = np.random.default_rng(int(chain.rng[0]))  # by the chain's state, which a checkpoint keeps
    rows = rng.permutation(len(chain.codes))[:_MOST_ROWS]
    found = estimate(fixed, chain, rows)
    labels = chain.labels[rows] if labels_known else None
    swaps = _partners(found.swaps, labels, temperature, rng)
    copies = _partners(found.copies, labels, temperature, rng)
    _propose(fixed, chain, room, rows, swaps, copies, temperature)


def estimate(fixed: Fixed, chain: Chain, rows: Int[Array, " m"]) -> Estimates:
    """Estimate the energies of all moves between `rows`.

    The energy is a sum of squares, so its change is a slope and a curvature. The slope is exact; of the curvature what
    two rows' paths share is left out, which are the nodes near the roots, where it is small.
    """
    drew = fixed.multiplicities[rows].astype(np.float32)
    places = np.hstack([np.sign(drew), drew])  # counts grow by one a row drawn, sums by its multiplicity
    slopes, curvatures = np.empty_like(places), np.empty_like(places)
    _slopes(fixed, chain, rows, slopes, curvatures)
    curved = places * curvatures
    leaving = (places * (slopes - curved)).sum(axis=1)
    copies = np.hstack([places, places * places]) @ np.hstack([slopes, curvatures]).T  # [place, row]
    copies -= leaving[:, None]
    swaps = (-2 * curved) @ places.T
    swaps += copies
    swaps = swaps + swaps.T
    return Estimates(swaps, copies)


@njit(cache=True)
def _slope(jump: float, b: float) -> float:
    """Return half the slope of a mismatch's energy, its square or its size."""
    if jump <= SQUARES:
        return b
    return 0.5 * ((b > 0.0) - (b < 0.0))


@njit(cache=True)
def _curvature(jump: float, b: float) -> float:
    """Return the curvature: sizes have none but where they are zero, from where a row either way costs the same."""
    return 1.0 if jump <= SQUARES or b == 0.0 else 0.0


@njit(cache=True, nogil=True)
def _slopes(fixed: Fixed, chain: Chain, rows: Any, slopes: Any, curvatures: Any) -> None:
    """Fill both with the slopes and curvatures along rows' paths: of the counts of all trees, then of the sums."""
    nodes, roots, levels, weight, jump = fixed.nodes, fixed.roots, fixed.levels, fixed.weight, fixed.jump
    codes, excess = chain.codes, chain.excess
    trees = len(roots)
    for a in range(len(rows)):
        i = rows[a]
        label = chain.labels[i]
        k, x = (1, levels[label]) if len(levels) > 0 else (1 + label, 1.0)
        for t in range(trees):
            v = roots[t]
            of_counts, of_sums, bent_counts, bent_sums = 0.0, 0.0, 0.0, 0.0
            while True:
                of_counts += weight[v, 0] * _slope(jump, excess[v, 0])
                of_sums += weight[v, k] * _slope(jump, excess[v, k])
                bent_counts += weight[v, 0] * _curvature(jump, excess[v, 0])
                bent_sums += weight[v, k] * _curvature(jump, excess[v, k])
                f = nodes[v, FEATURE]
                if f < 0:
                    break
                v = child(nodes, v, codes[i, f])
            slopes[a, t] = 2 * of_counts
            slopes[a, trees + t] = 2 * of_sums * x
            curvatures[a, t] = bent_counts
            curvatures[a, trees + t] = bent_sums * x * x


def _partners(
    costs: Float[Array, "m m"], labels: Int[Array, " m"] | None, temperature: float, rng: np.random.Generator
) -> Int[Array, " m"]:
    """Draw each row a partner by the Boltzmann factors of estimates; -1 where the best has no hope to be taken."""
    np.fill_diagonal(costs, np.inf)
    if labels is not None:
        costs[labels[:, None] != labels[None, :]] = np.inf
    lowest, out, u = costs.min(axis=1), np.full(len(costs), -1), rng.random((len(costs), 1))
    able = np.flatnonzero(lowest < HOPELESS * temperature)
    for at in range(0, len(able), _BLOCK):
        part = able[at : at + _BLOCK]
        ends = np.cumsum(np.exp((lowest[part, None] - costs[part]) / np.float32(temperature)), axis=1)
        out[part] = np.minimum((ends <= u[part] * ends[:, -1:]).sum(axis=1), len(costs) - 1)
    return out


@njit(cache=True, nogil=True)
def _propose(fixed: Fixed, chain: Chain, room: Scratch, rows: Any, swaps: Any, copies: Any, temperature: float) -> None:
    """Propose each row a swap and a copy, with the partners found for them."""
    rng = chain.rng
    for a in range(2 * len(rows)):
        copying, at = a % 2 == 1, a // 2
        b = copies[at] if copying else swaps[at]
        if b < 0:
            continue
        i = rows[at]
        own = chain.labels[i]
        j = rows[b]
        other = chain.labels[j]
        mine, theirs = other, own
        if _stays(fixed, i, j, len(room.here)):
            mine, theirs = own, other
        same = mine == own
        for f in range(len(room.here)):
            x, y = chain.codes[i, f], chain.codes[j, f]
            room.here[f], room.there[f], room.back[f], room.last[f] = y, x, x, y
            if _stays(fixed, i, j, f):
                room.here[f], room.there[f] = x, y
            same = same and x == room.here[f]
        if same:
            continue
        chain.tally[WHOLE, 0] += 1
        if copying:
            e = replacing(fixed, chain, i, room.here, mine)
            if _taken(rng, e - temperature * _likelier(fixed, chain, i, j), temperature):
                leave(fixed, chain, i)
                enter(fixed, chain, i, room.here, mine)
                chain.components[i], chain.latents[i] = chain.components[j], chain.latents[j]
                chain.energy[0] += e
                chain.tally[WHOLE, 1] += 1
            continue
        e = leave(fixed, chain, i) + leave(fixed, chain, j)
        e += enter(fixed, chain, i, room.here, mine) + enter(fixed, chain, j, room.there, theirs)
        if _taken(rng, e, temperature):
            chain.components[i], chain.components[j] = chain.components[j], chain.components[i]
            for f in range(len(room.here)):
                chain.latents[i, f], chain.latents[j, f] = chain.latents[j, f], chain.latents[i, f]
            chain.energy[0] += e
            chain.tally[WHOLE, 1] += 1
        else:
            leave(fixed, chain, i)
            leave(fixed, chain, j)
            enter(fixed, chain, i, room.back, own)
            enter(fixed, chain, j, room.last, other)


@njit(cache=True)
def _stays(fixed: Fixed, i: int, j: int, f: int) -> bool:
    """Whether a cell of either row is known, so that the two do not exchange it."""
    return bool(fixed.holding and (fixed.held[i, f] or fixed.held[j, f]))


@njit(cache=True)
def _likelier(fixed: Fixed, chain: Chain, i: int, j: int) -> float:
    """Return how much likelier row `j` is than row `i` under the prior, as a logarithm."""
    if fixed.assumed.plain:
        return 0.0
    codes, latents, labels, at = chain.codes, chain.latents, chain.labels, chain.components
    there = log_row(fixed.assumed, labels[j], at[j], codes[j], latents[j])
    return there - log_row(fixed.assumed, labels[i], at[i], codes[i], latents[i])


@njit(cache=True)
def _taken(rng: Any, e: float, temperature: float) -> bool:
    return e <= 0.0 or uniform(rng) < math.exp(-e / temperature)
