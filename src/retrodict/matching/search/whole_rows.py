"""Compiled walks of whole rows: how the energy changes when a row leaves the table, enters it, or is replaced."""

from __future__ import annotations

from typing import Any

from numba import njit, uint64

from retrodict.matching.search.arrays import FEATURE, Chain, Fixed
from retrodict.matching.search.node_counts import adding, bit, child, share, step


@njit(cache=True)
def leave(fixed: Fixed, chain: Chain, i: int) -> float:
    """Take row `i` out of all counts; return the change of energy, which the caller keeps."""
    nodes, roots, multiplicities = fixed.nodes, fixed.roots, fixed.multiplicities
    levels, weight, jump = fixed.levels, fixed.weight, fixed.jump
    codes, excess = chain.codes, chain.excess
    e = 0.0
    for t in range(len(roots)):
        w = multiplicities[i, t]
        if w == 0:
            continue
        k, x = share(levels, chain.labels[i], w)
        v = roots[t]
        while True:
            e -= adding(jump, weight, excess, v, k, x, True)
            excess[v, 0] -= 1
            excess[v, k] -= x
            f = nodes[v, FEATURE]
            if f < 0:
                break
            v = child(nodes, v, codes[i, f])
    return e


@njit(cache=True)
def enter(fixed: Fixed, chain: Chain, i: int, row: Any, label: int) -> float:
    """Put row `i`, which has left, back as `row` with a label; return the change of energy, which the caller keeps."""
    nodes, roots, multiplicities = fixed.nodes, fixed.roots, fixed.multiplicities
    levels, weight, jump = fixed.levels, fixed.weight, fixed.jump
    codes, excess, used = chain.codes, chain.excess, chain.used
    for f in range(len(row)):
        codes[i, f] = row[f]
    chain.labels[i] = label
    e = 0.0
    for t in range(len(roots)):
        w = multiplicities[i, t]
        if w == 0:
            continue
        k, x = share(levels, label, w)
        v, path = roots[t], uint64(0)
        while True:
            e += adding(jump, weight, excess, v, k, x, False)
            excess[v, 0] += 1
            excess[v, k] += x
            f = nodes[v, FEATURE]
            if f < 0:
                break
            path |= bit(f)
            v = child(nodes, v, row[f])
        used[i, t] = path
    return e


@njit(cache=True)
def replacing(fixed: Fixed, chain: Chain, i: int, row: Any, label: int) -> float:
    """Return the change of energy if row `i` became `row` with a label."""
    nodes, roots, multiplicities = fixed.nodes, fixed.roots, fixed.multiplicities
    levels, weight, jump = fixed.levels, fixed.weight, fixed.jump
    codes, excess = chain.codes, chain.excess
    e = 0.0
    for t in range(len(roots)):
        w = multiplicities[i, t]
        if w == 0:
            continue
        k, x = share(levels, chain.labels[i], w)
        k2, x2 = share(levels, label, w)
        old = roots[t]
        while True:  # on the common way only the sums change
            if k == k2:
                e += weight[old, k] * step(jump, excess[old, k], x2 - x)
            else:
                e += weight[old, k] * step(jump, excess[old, k], -x)
                e += weight[old, k2] * step(jump, excess[old, k2], x2)
            f = nodes[old, FEATURE]
            if f < 0:
                new = old
                break
            new = child(nodes, old, row[f])
            old = child(nodes, old, codes[i, f])
            if old != new:
                break
        if old == new:
            continue
        while True:
            e -= adding(jump, weight, excess, old, k, x, True)
            f = nodes[old, FEATURE]
            if f < 0:
                break
            old = child(nodes, old, codes[i, f])
        while True:
            e += adding(jump, weight, excess, new, k2, x2, False)
            f = nodes[new, FEATURE]
            if f < 0:
                break
            new = child(nodes, new, row[f])
    return e
