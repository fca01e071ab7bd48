"""Compiled walks: how a table's node counts, and so its energy, follow from where rows go.

Arrays are passed one by one and not in their tuples: unpacking a tuple counts references, which in the innermost calls
costs more than the work.
"""

from __future__ import annotations

from typing import Any

from numba import njit, uint64

from retrodict.matching.search.arrays import FEATURE, HIGH, LEFT, LOW, SQUARES, Chain, Fixed


@njit(cache=True)
def child(nodes: Any, v: int, code: int) -> Any:
    """Return the child of node `v` that a code goes to."""
    # A number, not a branch: which way a row goes is no more foreseen by a processor than by anyone else.
    return nodes[v, uint64(LEFT) + uint64((nodes[v, LOW] < code) & (code <= nodes[v, HIGH]))]


@njit(cache=True)
def bit(f: int) -> Any:
    """Return the bit of a feature; features 64 apart share one, which only costs a walk in vain."""
    return uint64(1) << uint64(f & 63)


@njit(cache=True)
def share(levels: Any, label: int, multiplicity: int) -> Any:
    """Return which of a node's sums a row with this label adds to, and how much."""
    if len(levels) > 0:
        return 1, multiplicity * levels[label]
    return 1 + label, float(multiplicity)


@njit(cache=True)
def energy_of(jump: float, b: float) -> float:
    """Return the energy of a mismatch, before it is weighed: its square, or its size and a jump unless it is zero."""
    if jump <= SQUARES:
        return b * b
    return abs(b) + (jump if b != 0.0 else 0.0)


@njit(cache=True)
def step(jump: float, b: float, x: float) -> float:
    """Return what adding `x` to a mismatch of `b` adds to its energy, before it is weighed."""
    if jump <= SQUARES:
        return x * (x + 2 * b)
    return energy_of(jump, b + x) - energy_of(jump, b)


@njit(cache=True)
def adding(jump: float, weight: Any, excess: Any, v: int, k: int, x: float, within: bool) -> float:
    """Return the energy of adding a row to node `v`; one that is `within` is first taken out."""
    a, b = excess[v, 0], excess[v, k]
    if within:
        a -= 1
        b -= x
    return weight[v, 0] * step(jump, a, 1.0) + weight[v, k] * step(jump, b, x)


@njit(cache=True)
def count(fixed: Fixed, chain: Chain) -> float:
    """Sum the counts of a chain's table anew, on top of what `chain.excess` holds; return its energy."""
    nodes, roots, multiplicities = fixed.nodes, fixed.roots, fixed.multiplicities
    levels, weight = fixed.levels, fixed.weight
    codes, labels, excess, used = chain.codes, chain.labels, chain.excess, chain.used
    for i in range(len(codes)):
        for t in range(len(roots)):
            w = multiplicities[i, t]
            if w == 0:
                continue
            k, x = share(levels, labels[i], w)
            v, path = roots[t], uint64(0)
            while True:
                excess[v, 0] += 1
                excess[v, k] += x
                f = nodes[v, FEATURE]
                if f < 0:
                    break
                path |= bit(f)
                v = child(nodes, v, codes[i, f])
            used[i, t] = path
    total = 0.0
    for v in range(len(nodes)):
        for k in range(excess.shape[1]):
            total += weight[v, k] * energy_of(fixed.jump, excess[v, k])
    chain.energy[0] = total
    return total


@njit(cache=True)
def change(fixed: Fixed, chain: Chain, i: int, row: Any, mask: Any) -> float:
    """Return the change of energy if row `i` became `row`; `mask` has the bits of the features that differ."""
    nodes, roots, multiplicities = fixed.nodes, fixed.roots, fixed.multiplicities
    levels, weight, jump = fixed.levels, fixed.weight, fixed.jump
    codes, excess, used = chain.codes, chain.excess, chain.used
    label = chain.labels[i]
    e = 0.0
    for t in range(len(roots)):
        if used[i, t] & mask == 0:
            continue
        w = multiplicities[i, t]
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
            e -= adding(jump, weight, excess, old, k, x, True)
            f = nodes[old, FEATURE]
            if f < 0:
                break
            old = child(nodes, old, codes[i, f])
        while True:
            e += adding(jump, weight, excess, new, k, x, False)
            f = nodes[new, FEATURE]
            if f < 0:
                break
            new = child(nodes, new, row[f])
    return e


@njit(cache=True)
def move(fixed: Fixed, chain: Chain, i: int, row: Any, mask: Any) -> None:
    """Make row `i` become `row`; the caller keeps the energy."""
    nodes, roots, multiplicities, levels = fixed.nodes, fixed.roots, fixed.multiplicities, fixed.levels
    codes, excess, used = chain.codes, chain.excess, chain.used
    label = chain.labels[i]
    for t in range(len(roots)):
        if used[i, t] & mask == 0:
            continue
        w = multiplicities[i, t]
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
            excess[old, 0] -= 1
            excess[old, k] -= x
            f = nodes[old, FEATURE]
            if f < 0:
                break
            old = child(nodes, old, codes[i, f])
        while True:
            excess[new, 0] += 1
            excess[new, k] += x
            f = nodes[new, FEATURE]
            if f < 0:
                break
            path |= bit(f)
            new = child(nodes, new, row[f])
        used[i, t] = path
    for f in range(len(row)):
        codes[i, f] = row[f]


@njit(cache=True)
def relabel(fixed: Fixed, chain: Chain, i: int, label: int) -> None:
    """Give row `i` another label; the caller keeps the energy."""
    nodes, roots, multiplicities, levels = fixed.nodes, fixed.roots, fixed.multiplicities, fixed.levels
    codes, excess = chain.codes, chain.excess
    for t in range(len(roots)):
        w = multiplicities[i, t]
        if w == 0:
            continue
        k, x = share(levels, chain.labels[i], w)
        k2, x2 = share(levels, label, w)
        v = roots[t]
        while True:
            excess[v, k] -= x
            excess[v, k2] += x2
            f = nodes[v, FEATURE]
            if f < 0:
                break
            v = child(nodes, v, codes[i, f])
    chain.labels[i] = label
