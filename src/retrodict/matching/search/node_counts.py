"""Compiled walks: how a table's node counts, and so its energy, follow from where rows go.

Arrays are passed one by one and not in their tuples: unpacking a tuple counts references, which in the innermost calls
costs more than the work.
"""

from __future__ import annotations

from typing import Any

from numba import njit, uint64

from retrodict.matching.search.arrays import FEATURE, HIGH, LEFT, LOW, RIGHT, Chain, Forest


@njit(cache=True)
def child(nodes: Any, v: int, code: int) -> Any:
    """Return the child of node `v` that a code goes to."""
    return nodes[v, RIGHT] if nodes[v, LOW] < code and code <= nodes[v, HIGH] else nodes[v, LEFT]


@njit(cache=True)
def bit(f: int) -> Any:
    """Return the bit of a feature; features 64 apart share one, which only costs a walk in vain."""
    return uint64(1) << uint64(f & 63)


@njit(cache=True)
def share(levels: Any, label: int, draws: int) -> Any:
    """Return which mass a row with this label adds to, and how much."""
    if len(levels) > 0:
        return 1, draws * levels[label]
    return 1 + label, float(draws)


@njit(cache=True)
def adding(weight: Any, sums: Any, v: int, k: int, x: float, within: bool) -> float:
    """Return the energy of adding a row to node `v`; one that is `within` is first taken out."""
    a, b = sums[v, 0], sums[v, k]
    if within:
        a -= 1
        b -= x
    return weight[v, 0] * (1 + 2 * a) + weight[v, k] * x * (x + 2 * b)


@njit(cache=True)
def count(forest: Forest, chain: Chain) -> float:
    """Sum the counts of a chain's table anew, on top of what `chain.sums` holds; return its energy."""
    nodes, roots, draws, levels, weight = forest.nodes, forest.roots, forest.draws, forest.levels, forest.weight
    codes, labels, sums, used = chain.codes, chain.labels, chain.sums, chain.used
    for i in range(len(codes)):
        for t in range(len(roots)):
            w = draws[i, t]
            if w == 0:
                continue
            k, x = share(levels, labels[i], w)
            v, path = roots[t], uint64(0)
            while True:
                sums[v, 0] += 1
                sums[v, k] += x
                f = nodes[v, FEATURE]
                if f < 0:
                    break
                path |= bit(f)
                v = child(nodes, v, codes[i, f])
            used[i, t] = path
    total = 0.0
    for v in range(len(nodes)):
        for k in range(sums.shape[1]):
            total += weight[v, k] * sums[v, k] * sums[v, k]
    chain.energy[0] = total
    return total


@njit(cache=True)
def change(forest: Forest, chain: Chain, i: int, row: Any, mask: Any) -> float:
    """Return the change of energy if row `i` became `row`; `mask` has the bits of the features that differ."""
    nodes, roots, draws, levels, weight = forest.nodes, forest.roots, forest.draws, forest.levels, forest.weight
    codes, sums, used = chain.codes, chain.sums, chain.used
    label = chain.labels[i]
    e = 0.0
    for t in range(len(roots)):
        if used[i, t] & mask == 0:
            continue
        w = draws[i, t]
        k, x = share(levels, label, w)
        old = roots[t]
        while True:  # the common way from the root costs nothing
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
            e += adding(weight, sums, new, k, x, False)
            f = nodes[new, FEATURE]
            if f < 0:
                break
            new = child(nodes, new, row[f])
    return e


@njit(cache=True)
def move(forest: Forest, chain: Chain, i: int, row: Any, mask: Any) -> None:
    """Make row `i` become `row`; the caller keeps the energy."""
    nodes, roots, draws, levels = forest.nodes, forest.roots, forest.draws, forest.levels
    codes, sums, used = chain.codes, chain.sums, chain.used
    label = chain.labels[i]
    for t in range(len(roots)):
        if used[i, t] & mask == 0:
            continue
        w = draws[i, t]
        k, x = share(levels, label, w)
        old, path = roots[t], uint64(0)
        while True:
            f = nodes[old, FEATURE]
            if f < 0:
                new = old
                break
            path |= bit(f)
            new = child(nodes, old, row[f])
            old = child(nodes, old, codes[i, f])
            if old != new:
                break
        if old == new:
            continue
        while True:
            sums[old, 0] -= 1
            sums[old, k] -= x
            f = nodes[old, FEATURE]
            if f < 0:
                break
            old = child(nodes, old, codes[i, f])
        while True:
            sums[new, 0] += 1
            sums[new, k] += x
            f = nodes[new, FEATURE]
            if f < 0:
                break
            path |= bit(f)
            new = child(nodes, new, row[f])
        used[i, t] = path
    for f in range(len(row)):
        codes[i, f] = row[f]


@njit(cache=True)
def relabel(forest: Forest, chain: Chain, i: int, label: int) -> None:
    """Give row `i` another label; the caller keeps the energy."""
    nodes, roots, draws, levels = forest.nodes, forest.roots, forest.draws, forest.levels
    codes, sums = chain.codes, chain.sums
    for t in range(len(roots)):
        w = draws[i, t]
        if w == 0:
            continue
        k, x = share(levels, chain.labels[i], w)
        k2, x2 = share(levels, label, w)
        v = roots[t]
        while True:
            sums[v, k] -= x
            sums[v, k2] += x2
            f = nodes[v, FEATURE]
            if f < 0:
                break
            v = child(nodes, v, codes[i, f])
    chain.labels[i] = label
