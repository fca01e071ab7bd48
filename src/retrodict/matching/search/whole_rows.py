"""Compiled walks of whole rows: how the energy changes when a row leaves the table, enters it, or is replaced."""

from __future__ import annotations

from typing import Any

from numba import njit, uint64

from retrodict.matching.search.arrays import FEATURE, Chain, Forest
from retrodict.matching.search.node_counts import adding, bit, child, share


@njit(cache=True)
def leave(forest: Forest, chain: Chain, i: int) -> float:
    """Take row `i` out of all counts; return the change of energy, which the caller keeps."""
    nodes, roots, draws, levels, weight = forest.nodes, forest.roots, forest.draws, forest.levels, forest.weight
    codes, sums = chain.codes, chain.sums
    e = 0.0
    for t in range(len(roots)):
        w = draws[i, t]
        if w == 0:
            continue
        k, x = share(levels, chain.labels[i], w)
        v = roots[t]
        while True:
            e -= adding(weight, sums, v, k, x, True)
            sums[v, 0] -= 1
            sums[v, k] -= x
            f = nodes[v, FEATURE]
            if f < 0:
                break
            v = child(nodes, v, codes[i, f])
    return e


@njit(cache=True)
def enter(forest: Forest, chain: Chain, i: int, row: Any, label: int) -> float:
    """Put row `i`, which has left, back as `row` with a label; return the change of energy, which the caller keeps."""
    nodes, roots, draws, levels, weight = forest.nodes, forest.roots, forest.draws, forest.levels, forest.weight
    codes, sums, used = chain.codes, chain.sums, chain.used
    for f in range(len(row)):
        codes[i, f] = row[f]
    chain.labels[i] = label
    e = 0.0
    for t in range(len(roots)):
        w = draws[i, t]
        if w == 0:
            continue
        k, x = share(levels, label, w)
        v, path = roots[t], uint64(0)
        while True:
            e += adding(weight, sums, v, k, x, False)
            sums[v, 0] += 1
            sums[v, k] += x
            f = nodes[v, FEATURE]
            if f < 0:
                break
            path |= bit(f)
            v = child(nodes, v, row[f])
        used[i, t] = path
    return e


@njit(cache=True)
def replacing(forest: Forest, chain: Chain, i: int, row: Any, label: int) -> float:
    """Return the change of energy if row `i` became `row` with a label."""
    nodes, roots, draws, levels, weight = forest.nodes, forest.roots, forest.draws, forest.levels, forest.weight
    codes, sums = chain.codes, chain.sums
    e = 0.0
    for t in range(len(roots)):
        w = draws[i, t]
        if w == 0:
            continue
        k, x = share(levels, chain.labels[i], w)
        k2, x2 = share(levels, label, w)
        old = roots[t]
        while True:  # on the common way only the masses change
            if k == k2:
                e += weight[old, k] * (x2 - x) * (x2 - x + 2 * sums[old, k])
            else:
                e += weight[old, k] * x * (x - 2 * sums[old, k]) + weight[old, k2] * x2 * (x2 + 2 * sums[old, k2])
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
            e -= adding(weight, sums, old, k, x, True)
            f = nodes[old, FEATURE]
            if f < 0:
                break
            old = child(nodes, old, codes[i, f])
        while True:
            e += adding(weight, sums, new, k2, x2, False)
            f = nodes[new, FEATURE]
            if f < 0:
                break
            new = child(nodes, new, row[f])
    return e
