"""Compiled conditionals: the energies of all values that one entry, or one label, could take."""

from __future__ import annotations

from typing import Any

from numba import njit

from retrodict.matching.search.arrays import FEATURE, HIGH, LEFT, LOW, RIGHT, SQUARES, Chain, Fixed, Scratch
from retrodict.matching.search.node_counts import adding, bit, child, share, step


@njit(cache=True)
def entry_energies(fixed: Fixed, chain: Chain, room: Scratch, i: int, f: int) -> None:
    """Fill ``room.gain`` with the energy of each code of feature `f` in row `i`, up to a constant.

    Codes in order of value share their paths up to the splits that part them, so that one walk through the branches of
    a tree that the feature opens serves all of them. Of codes without an order those that no split has parted from the
    others go together; the missing one walks alone.
    """
    code_energies(
        fixed.nodes,
        fixed.roots,
        fixed.multiplicities,
        fixed.levels,
        fixed.weight,
        fixed.jump,
        chain.codes,
        chain.excess,
        chain.used,
        chain.labels[i],
        i,
        f,
        fixed.sizes[f],
        fixed.spans[f],
        room.stack,
        room.chance,
        room.gain,
    )


@njit(cache=True)
def code_energies(
    nodes: Any,
    roots: Any,
    multiplicities: Any,
    levels: Any,
    weight: Any,
    jump: float,
    codes: Any,
    excess: Any,
    used: Any,
    label: int,
    i: int,
    f0: int,
    many: int,
    span: int,
    stack: Any,
    steps: Any,
    out: Any,
) -> None:
    """Do the work of `entry_energies` on the arrays themselves: references to a tuple's are counted at each call."""
    for c in range(many + 1):
        out[c] = 0.0
        steps[c] = 0.0
    asked, own = bit(f0), codes[i, f0]
    for t in range(len(roots)):
        if used[i, t] & asked == 0:  # nothing is used in trees that did not draw the row
            continue
        k, x = share(levels, label, multiplicities[i, t])
        if span == 0:
            _listed(nodes, weight, jump, excess, codes, i, f0, own, roots[t], k, x, many, steps, out)
            continue
        _ordered(nodes, weight, jump, excess, codes, i, f0, own, roots[t], k, x, span, stack, steps)
        if span < many:
            out[span] += _alone(nodes, weight, jump, excess, codes, i, f0, span, roots[t], k, x, own)
    if span > 0:
        run = 0.0
        for c in range(span):
            run += steps[c]
            out[c] = run


@njit(cache=True)
def _ordered(
    nodes: Any,
    weight: Any,
    jump: float,
    excess: Any,
    codes: Any,
    i: int,
    f0: int,
    own: int,
    root: int,
    k: int,
    x: float,
    span: int,
    stack: Any,
    steps: Any,
) -> None:
    """Add a tree's energies of the codes 0 to span - 1 to `steps`, as differences from one code to the next."""
    met = False  # up to the first split on the feature all codes go one way, and cost the same
    top = 1
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = root, -1, span - 1, 1
    while top > 0:
        top -= 1
        v, lo, hi, within = stack[top, 0], stack[top, 1], stack[top, 2], stack[top, 3] == 1
        e = 0.0
        while True:  # codes lo + 1 to hi are on their way; `within` tells whether the row itself is with them
            if met:
                e += adding(jump, weight, excess, v, k, x, within)
            f = nodes[v, FEATURE]
            if f < 0:
                break
            if f != f0:
                v = child(nodes, v, codes[i, f])
                continue
            met = True
            cut, left, right = nodes[v, LOW], nodes[v, LEFT], nodes[v, RIGHT]
            goes_right = within and child(nodes, v, own) == right
            if cut >= hi:
                within = within and not goes_right
                v = left
            elif cut <= lo:
                within = goes_right
                v = right
            else:
                steps[lo + 1] += e
                steps[hi + 1] -= e
                e = 0.0
                stack[top, 0], stack[top, 1], stack[top, 2], stack[top, 3] = right, cut, hi, 1 if goes_right else 0
                top += 1
                within = within and not goes_right
                hi = cut
                v = left
        steps[lo + 1] += e
        steps[hi + 1] -= e


@njit(cache=True)
def _listed(
    nodes: Any,
    weight: Any,
    jump: float,
    excess: Any,
    codes: Any,
    i: int,
    f0: int,
    own: int,
    root: int,
    k: int,
    x: float,
    many: int,
    parted: Any,
    out: Any,
) -> None:
    """Add a tree's energies of all codes of a feature without an order to `out`.

    A split parts few of its codes from the others, which go on together: one walk serves all that never part, and each
    code that does goes on by itself.
    """
    v, within, met, e = root, True, False, 0.0
    for c in range(many):
        parted[c] = 0.0
    while True:
        if met:
            e += adding(jump, weight, excess, v, k, x, within)
        f = nodes[v, FEATURE]
        if f < 0:
            break
        if f != f0:
            v = child(nodes, v, codes[i, f])
            continue
        met = True
        low, high = nodes[v, LOW], min(nodes[v, HIGH], many - 1)
        most_right = 2 * (high - low) > many
        main, other = nodes[v, RIGHT if most_right else LEFT], nodes[v, LEFT if most_right else RIGHT]
        for c in range(0 if most_right else max(low + 1, 0), many if most_right else high + 1):
            if parted[c] == 0.0 and (low < c and c <= high) != most_right:
                parted[c] = 1.0
                out[c] += e + _onward(nodes, weight, jump, excess, codes, i, f0, c, other, k, x, c == own)
        within = within and parted[own] == 0.0
        v = main
    for c in range(many):
        if parted[c] == 0.0:
            out[c] += e


@njit(cache=True)
def _onward(
    nodes: Any,
    weight: Any,
    jump: float,
    excess: Any,
    codes: Any,
    i: int,
    f0: int,
    c: int,
    v: int,
    k: int,
    x: float,
    within: bool,
) -> float:
    """Return the energy of a code's way down from node `v`, on which the row itself is or is not."""
    e = 0.0
    while True:
        e += adding(jump, weight, excess, v, k, x, within)
        f = nodes[v, FEATURE]
        if f < 0:
            return e
        v = child(nodes, v, c if f == f0 else codes[i, f])


@njit(cache=True)
def _alone(
    nodes: Any,
    weight: Any,
    jump: float,
    excess: Any,
    codes: Any,
    i: int,
    f0: int,
    c: int,
    v: int,
    k: int,
    x: float,
    own: int,
) -> float:
    """Return the energy of a code's way through a tree from its first split on the feature, where `v` is the root."""
    e, within, met = 0.0, True, False
    while True:
        if met:
            e += adding(jump, weight, excess, v, k, x, within)
        f = nodes[v, FEATURE]
        if f < 0:
            return e
        if f != f0:
            v = child(nodes, v, codes[i, f])
            continue
        met = True
        to = child(nodes, v, c)
        within = within and child(nodes, v, own) == to
        v = to


@njit(cache=True)
def label_energies(fixed: Fixed, chain: Chain, room: Scratch, i: int) -> None:
    """Fill ``room.gain`` with the energy of each label of row `i`, up to a constant."""
    nodes, roots, multiplicities = fixed.nodes, fixed.roots, fixed.multiplicities
    levels, weight, jump = fixed.levels, fixed.weight, fixed.jump
    codes, excess, out = chain.codes, chain.excess, room.gain
    own, many = chain.labels[i], len(fixed.label_chances)
    square, line = 0.0, 0.0
    for c in range(many):
        out[c] = 0.0
    for t in range(len(roots)):
        w = multiplicities[i, t]
        if w == 0:
            continue
        v = roots[t]
        while True:
            if len(levels) > 0 and jump > SQUARES:
                b = excess[v, 1] - w * levels[own]
                for c in range(many):
                    out[c] += weight[v, 1] * step(jump, b, w * levels[c])
            elif len(levels) > 0:  # a parabola in the level
                b = excess[v, 1] - w * levels[own]
                square += weight[v, 1] * w * w
                line += 2 * weight[v, 1] * w * b
            else:
                for c in range(many):
                    b = excess[v, 1 + c]
                    if c == own:
                        b -= w
                    out[c] += weight[v, 1 + c] * step(jump, b, w)
            f = nodes[v, FEATURE]
            if f < 0:
                break
            v = child(nodes, v, codes[i, f])
    for c in range(len(levels)):
        out[c] += levels[c] * (square * levels[c] + line)
