"""Compiled energies of a row's entries of two codes, each by itself turned over: one walk a tree serves all of them."""

from __future__ import annotations

from typing import Any

from numba import njit, uint64

from retrodict.matching.search.arrays import FEATURE, LEFT, RIGHT, Chain, Fixed, Scratch
from retrodict.matching.search.node_counts import adding, bit, child, share


@njit(cache=True)
def flip_energies(fixed: Fixed, chain: Chain, room: Scratch, i: int, mask: Any, first: bool) -> None:
    """Fill ``room.flips`` with what it would cost that an entry of two codes, in row `i`, had the other one.

    With the other code a path through a tree parts from the row's own at one node, and what the row's own costs from
    there on is a sum that begins at its leaf. Each tree's part is kept, so that trees in which no way asks for what
    changed are not walked again.

    Parameters
    ----------
    mask
        The bits of features that changed since the last call, for the same row.
    first
        Whether there was none: all trees are walked.
    """
    nodes, roots, multiplicities, sizes = fixed.nodes, fixed.roots, fixed.multiplicities, fixed.sizes
    levels, weight, jump = fixed.levels, fixed.weight, fixed.jump
    codes, excess, used = chain.codes, chain.excess, chain.used
    flips, met, path, costs = room.flips, room.met, room.path, room.costs
    many, asked, parts, seen = room.many, room.asked, room.parts, room.seen
    label = chain.labels[i]
    for f in range(len(flips)):
        met[f] = -1
        if first:
            flips[f] = 0.0
    for t in range(len(roots)):
        if first:
            many[t], seen[t] = 0, uint64(0)
        if used[i, t] == 0 or (not first and seen[t] & mask == 0):
            continue
        for m in range(many[t]):
            flips[asked[t, m]] -= parts[t, m]
        k, x = share(levels, label, multiplicities[i, t])
        v, depth, asks = roots[t], 0, used[i, t]
        while True:  # the row's own way
            path[depth] = v
            costs[depth] = adding(jump, weight, excess, v, k, x, True)
            f = nodes[v, FEATURE]
            if f < 0:
                break
            own = codes[i, f]
            to = child(nodes, v, own)
            # Where an entry that is turned over goes the same way, or has left before, nothing parts.
            if sizes[f] == 2 and met[f] != t and child(nodes, v, 1 - own) != to:
                met[f] = t
                path[depth] = -1 - v
            v = to
            depth += 1
        held, parted = 0.0, 0
        while depth > 0:
            held += costs[depth]
            depth -= 1
            v = -1 - path[depth]
            if v < 0:
                continue
            f = nodes[v, FEATURE]
            below = path[depth + 1]
            taken = below if below >= 0 else -1 - below
            v = nodes[v, LEFT] + nodes[v, RIGHT] - taken
            e = -held
            while True:  # the other way
                e += adding(jump, weight, excess, v, k, x, False)
                g = nodes[v, FEATURE]
                if g < 0:
                    break
                asks |= bit(g)
                v = child(nodes, v, 1 - codes[i, g] if g == f else codes[i, g])
            flips[f] += e
            asked[t, parted], parts[t, parted] = f, e
            parted += 1
        many[t], seen[t] = parted, asks
