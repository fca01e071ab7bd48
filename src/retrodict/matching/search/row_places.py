"""Moves of whole rows to the places where the draws want them.

Draws tell rows apart, so that a right row in another's place costs nearly as much as a wrong one, and a table of a
thousand rows has half a million pairs that could change places. To first order all of them are a product of two
matrices: what the trees that drew a place would gain from a row is the sum, over the trees, of its draws times the
slope of the energy along the row's path. Partners are drawn by that estimate, and taken or not by the exact energy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from retrodict.matching.search.arrays import FEATURE, Chain, Forest, Scratch
from retrodict.matching.search.moves import WHOLE, uniform
from retrodict.matching.search.node_counts import child
from retrodict.matching.search.whole_rows import enter, leave, replacing

Array = np.ndarray

_MOST = 2_000
_FAR = 30.0


@dataclass(frozen=True, eq=False)
class Estimates:
    """First-order energies of moves between rows, in the order of the rows compared, shape (m, m).

    `swaps` is of two rows that change places, `copies` of the first becoming like the second.
    """

    swaps: Float[Array, "m m"]
    copies: Float[Array, "m m"]


def place(forest: Forest, chain: Chain, room: Scratch, temperature: float, fixed: bool) -> None:
    """Let rows change places, and become like one another, at a temperature; at most 2,000 rows at a time.

    Partners are proposed by an estimate that the move itself changes, so that this is a search and not a sampler: at a
    constant temperature it favours low energies more than Boltzmann's law.

    Parameters
    ----------
    fixed
        Whether labels are known; rows then find partners of their own label alone.
    """
    rng = np.random.default_rng(int(chain.rng[0]))  # by the chain's state, which a checkpoint keeps
    rows = rng.permutation(len(chain.codes))[:_MOST]
    found = estimate(forest, chain, rows)
    _settle(forest, chain, room, rows, found.swaps, found.copies, fixed, temperature, np.empty(len(rows)))


def estimate(forest: Forest, chain: Chain, rows: Int[Array, " m"]) -> Estimates:
    """Estimate the energies of all moves between `rows`.

    The energy is a sum of squares, so its change is a slope and a curvature. The slope is exact; of the curvature what
    two rows' paths share is left out, which are the nodes near the roots, where it is small.
    """
    drew = forest.draws[rows].astype(np.float32)
    places = np.hstack([np.sign(drew), drew])  # counts of rows grow by one a row drawn, masses by its draws
    slopes, curvatures = np.empty_like(places), np.empty_like(places)
    _slopes(forest, chain, rows, slopes, curvatures)
    gain = places @ slopes.T  # [place, row]
    spread = (places * places) @ curvatures.T
    g, s = np.diagonal(gain), np.diagonal(spread)
    both = (places * curvatures) @ places.T
    copies = gain - g[:, None] + spread + s[:, None]
    swaps = copies + copies.T - 2 * (both + both.T)
    return Estimates(swaps, copies)


@njit(cache=True, nogil=True)
def _slopes(forest: Forest, chain: Chain, rows: Any, slopes: Any, curvatures: Any) -> None:
    """Fill both with the slopes and curvatures along rows' paths: of the counts of all trees, then of the masses."""
    nodes, roots, levels, weight = forest.nodes, forest.roots, forest.levels, forest.weight
    codes, sums = chain.codes, chain.sums
    trees = len(roots)
    for a in range(len(rows)):
        i = rows[a]
        label = chain.labels[i]
        k, x = (1, levels[label]) if len(levels) > 0 else (1 + label, 1.0)
        for t in range(trees):
            v = roots[t]
            seen, mass, bent, bent_mass = 0.0, 0.0, 0.0, 0.0
            while True:
                seen += weight[v, 0] * sums[v, 0]
                mass += weight[v, k] * sums[v, k]
                bent += weight[v, 0]
                bent_mass += weight[v, k]
                f = nodes[v, FEATURE]
                if f < 0:
                    break
                v = child(nodes, v, codes[i, f])
            slopes[a, t] = 2 * seen
            slopes[a, trees + t] = 2 * mass * x
            curvatures[a, t] = bent
            curvatures[a, trees + t] = bent_mass * x * x


@njit(cache=True)
def _partner(rng: Any, costs: Any, labels: Any, label: int, own: int, temperature: float, sums: Any) -> Any:
    """Draw a partner by the Boltzmann factor of its estimate; -1 where there is none. A `label` of -1 is any."""
    lowest = math.inf
    for b in range(len(costs)):
        if b != own and (label < 0 or labels[b] == label) and costs[b] < lowest:
            lowest = costs[b]
    if lowest == math.inf:
        return -1
    total = 0.0
    for b in range(len(costs)):
        if b != own and (label < 0 or labels[b] == label):
            x = (costs[b] - lowest) / temperature
            if x < _FAR:
                total += math.exp(-x)
        sums[b] = total
    at: Any = np.searchsorted(sums, uniform(rng) * total, side="right")
    return min(at, len(costs) - 1)


@njit(cache=True, nogil=True)
def _settle(
    forest: Forest,
    chain: Chain,
    room: Scratch,
    rows: Any,
    swaps: Any,
    copies: Any,
    fixed: bool,
    temperature: float,
    sums: Any,
) -> None:
    """Propose each row a swap and a copy."""
    rng, labels = chain.rng, chain.labels[rows]
    for a in range(2 * len(rows)):
        copying, at = a % 2 == 1, a // 2
        i = rows[at]
        own = chain.labels[i]
        costs = copies[at] if copying else swaps[at]
        b = _partner(rng, costs, labels, own if fixed else -1, at, temperature, sums)
        if b < 0:
            continue
        j = rows[b]
        other = chain.labels[j]
        same = own == other
        for f in range(len(room.here)):
            x, y = chain.codes[i, f], chain.codes[j, f]
            room.here[f], room.there[f], room.back[f], room.last[f] = y, x, x, y
            same = same and x == y
        if same:
            continue
        chain.tally[WHOLE, 0] += 1
        if copying:
            e = replacing(forest, chain, i, room.here, other)
            if _taken(rng, e, temperature):
                leave(forest, chain, i)
                enter(forest, chain, i, room.here, other)
                chain.energy[0] += e
                chain.tally[WHOLE, 1] += 1
            continue
        e = leave(forest, chain, i) + leave(forest, chain, j)
        e += enter(forest, chain, i, room.here, other) + enter(forest, chain, j, room.there, own)
        if _taken(rng, e, temperature):
            chain.energy[0] += e
            chain.tally[WHOLE, 1] += 1
        else:
            leave(forest, chain, i)
            leave(forest, chain, j)
            enter(forest, chain, i, room.back, own)
            enter(forest, chain, j, room.last, other)


@njit(cache=True)
def _taken(rng: Any, e: float, temperature: float) -> bool:
    return e <= 0.0 or uniform(rng) < math.exp(-e / temperature)
