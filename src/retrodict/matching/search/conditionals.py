"""Compiled conditionals: the energies of all values that one entry, or one label, could take."""

from __future__ import annotations

from typing import Any

from numba import njit

from retrodict.matching.search.arrays import FEATURE, LEFT, LOW, RIGHT, SQUARES, Chain, Fixed, Scratch
from retrodict.matching.search.node_counts import adding, bit, child, share, step


@njit(cache=True)
def entry_energies(fixed: Fixed, chain: Chain, room: Scratch, i: int, f: int) -> None:
    """Fill ``room.gain`` with the energy of each code of feature `f` in row `i`, up to a constant.

    Codes in order of value share their paths up to the splits that part them, so that one walk through the branches of
    a tree that the feature opens serves all of them. Codes without an order, and the missing one, walk each alone.
    """
    k, span = fixed.sizes[f], fixed.spans[f]
    out, steps = room.gain, room.chance
    for c in range(k + 1):
        out[c] = 0.0
        steps[c] = 0.0
    if span > 0:
        _ordered(fixed, chain, room.stack, i, f, span, steps)
        run = 0.0
        for c in range(span):
            run += steps[c]
            out[c] = run
    _single(fixed, chain, i, f, span, k, out)


@njit(cache=True)
def _ordered(fixed: Fixed, chain: Chain, stack: Any, i: int, f0: int, span: int, steps: Any) -> None:
    """Add the energies of the codes 0 to span - 1 to `steps`, as differences from one code to the next."""
    nodes, roots, multiplicities = fixed.nodes, fixed.roots, fixed.multiplicities
    levels, weight, jump = fixed.levels, fixed.weight, fixed.jump
    codes, excess, used = chain.codes, chain.excess, chain.used
    label, asked, own = chain.labels[i], bit(f0), codes[i, f0]
    for t in range(len(roots)):
        if used[i, t] & asked == 0:  # nothing is used in trees that did not draw the row
            continue
        w = multiplicities[i, t]
        k, x = share(levels, label, w)
        met = False  # up to the first split on the feature all codes go one way, and cost the same
        top = 1
        stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = roots[t], -1, span - 1, 1
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
def _single(fixed: Fixed, chain: Chain, i: int, f0: int, start: int, stop: int, out: Any) -> None:
    """Add the energies of the codes start to stop - 1 to `out`."""
    nodes, roots, multiplicities = fixed.nodes, fixed.roots, fixed.multiplicities
    levels, weight, jump = fixed.levels, fixed.weight, fixed.jump
    codes, excess, used = chain.codes, chain.excess, chain.used
    if start >= stop:
        return
    label, asked, own = chain.labels[i], bit(f0), codes[i, f0]
    for t in range(len(roots)):
        if used[i, t] & asked == 0:
            continue
        w = multiplicities[i, t]
        k, x = share(levels, label, w)
        for c in range(start, stop):
            v, within, met, e = roots[t], True, False, 0.0
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
                to = child(nodes, v, c)
                within = within and child(nodes, v, own) == to
                v = to
            out[c] += e


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
