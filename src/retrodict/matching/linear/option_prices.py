"""What each option of one part of a row is worth under a residual, compiled: leaves, scores, terms, all in one walk."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from retrodict.matching.losses import LossKind

_LOGISTIC = int(LossKind.LOGISTIC)
_SOFTMAX = int(LossKind.SOFTMAX)
_SQUARED = int(LossKind.SQUARED)
_POISSON = int(LossKind.POISSON)
_GAMMA = int(LossKind.GAMMA)
_TWEEDIE = int(LossKind.TWEEDIE)
_ONE_VS_REST = int(LossKind.ONE_VS_REST)
_HALVINGS = 8
"""An exponential is the 2^8-th power of that of the 2^8-th part, whose series ends early."""
_LARGEST = 60.0
"""Beyond which exponentials are cut, in absolute value: shares of classes are 0 or 1 then."""


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _exp(x: Any) -> Any:
    """Return the exponential to about ten digits, in steps that compilers turn into vector code."""
    part = min(max(x, -_LARGEST), _LARGEST) * (1.0 / 2**_HALVINGS)
    y = 1.0 + part * (1.0 + part * (0.5 + part * (1.0 / 6 + part * (1.0 / 24 + part * (1.0 / 120 + part / 720)))))
    for _ in range(_HALVINGS):
        y = y * y
    return y


@njit(cache=True, nogil=True, fastmath=True)
def see(kind: Any, scores: Any, seen: Any, m: Any) -> None:
    """Turn scores into what gradients are made of: shares, means, or the scores themselves; shapes (K, m)."""
    outputs = len(scores)
    if kind in (_LOGISTIC, _ONE_VS_REST):
        for k in range(outputs):
            for i in range(m):
                seen[k, i] = 1.0 / (1.0 + _exp(-scores[k, i]))
    elif kind == _SOFTMAX:
        for i in range(m):
            top = scores[0, i]
            for k in range(1, outputs):
                top = max(top, scores[k, i])
            total = 0.0
            for k in range(outputs):
                seen[k, i] = _exp(scores[k, i] - top)
                total += seen[k, i]
            for k in range(outputs):
                seen[k, i] /= total
    elif kind in (_POISSON, _GAMMA):
        for k in range(outputs):
            for i in range(m):
                seen[k, i] = _exp(scores[k, i])
    else:
        for k in range(outputs):
            for i in range(m):
                seen[k, i] = scores[k, i]


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def terms(kind: Any, factor: Any, seen: Any, output: Any, outputs: Any, label: Any) -> Any:
    """Return the gradient and the hessian of a row from what was seen of its output's score."""
    if kind == _LOGISTIC:
        return seen - label, seen * (1.0 - seen)
    if kind == _SOFTMAX:
        return seen - (1.0 if label == output else 0.0), factor * seen * (1.0 - seen)
    if kind == _ONE_VS_REST:
        return seen - (1.0 if label == output else 0.0), seen * (1.0 - seen)
    if kind == _SQUARED:
        return seen - label, 1.0
    if kind == _POISSON:
        return seen - label, factor * seen
    if kind == _GAMMA:
        return 1.0 - label / seen, label / seen
    if kind == _TWEEDIE:
        low, high = label * _exp((1.0 - factor) * seen), _exp((2.0 - factor) * seen)
        return high - low, (2.0 - factor) * high - (1.0 - factor) * low
    if outputs > 1:
        return (1.0 if label == output else 0.0), 1.0
    return label, 1.0


@njit(cache=True, nogil=True)
def code_of(place: Any, option: Any) -> Any:
    """Return the code that a column has under an option of its part."""
    if place == 0:
        return option
    return 1 if option == place else 0


@njit(cache=True, nogil=True)
def option_of(ground: Any, codes: Any, part: Any) -> Any:
    """Return the option that a row's codes are of a part."""
    for f in range(len(codes)):
        if ground.part[f] == part:
            if ground.place[f] == 0:
                return codes[f]
            if codes[f] == 1:
                return ground.place[f]
    return 0


@njit(cache=True, nogil=True)
def walk(ground: Any, t: Any, codes: Any) -> Any:
    """Return the leaf that a row of codes reaches in a tree."""
    nodes = ground.nodes
    node = ground.roots[t]
    while nodes[node, 0] >= 0:
        node = nodes[node, 1] if ground.goes_left[nodes[node, 3] + codes[nodes[node, 0]]] else nodes[node, 2]
    return nodes[node, 4]


@njit(cache=True, nogil=True)
def leaves_by_option(ground: Any, t: Any, codes: Any, part: Any, leaves: Any, order: Any, stack: Any) -> None:
    """Write the leaf of tree `t` that the row reaches with each option of a part."""
    m = ground.sizes[part]
    nodes = ground.nodes
    for i in range(m):
        order[i] = i
    stack[0, 0], stack[0, 1], stack[0, 2] = ground.roots[t], 0, m
    deep = 1
    while deep > 0:
        deep -= 1
        node, low, high = stack[deep, 0], stack[deep, 1], stack[deep, 2]
        while nodes[node, 0] >= 0:
            f, answers = nodes[node, 0], nodes[node, 3]
            if ground.part[f] != part:
                node = nodes[node, 1] if ground.goes_left[answers + codes[f]] else nodes[node, 2]
                continue
            place, cut = ground.place[f], low
            for i in range(low, high):
                option = order[i]
                if ground.goes_left[answers + code_of(place, option)]:
                    order[i], order[cut] = order[cut], option
                    cut += 1
            if cut == high:
                node = nodes[node, 1]
            elif cut == low:
                node = nodes[node, 2]
            else:
                stack[deep, 0], stack[deep, 1], stack[deep, 2] = nodes[node, 2], cut, high
                deep += 1
                node, high = nodes[node, 1], cut
        for i in range(low, high):
            leaves[order[i]] = nodes[node, 4]


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _part_of(w: Any, s: Any, g: Any, h: Any) -> Any:
    """Return a tree's part of a column's product with the residual, and of its squared length; see `Ground`."""
    q = g * g
    price = w[0] + w[1] * g + w[2] * h + w[3] * q
    first, last = s[0] + s[1] * q + s[4] * g, q * (s[3] * q + s[6] + s[8] * g + s[9] * h)
    return price, first + h * (s[2] * h + s[5] + s[7] * g) + last


@njit(cache=True, nogil=True)
def room_for(ground: Any) -> Any:
    """Return the scratch of one thread; see `option_prices`."""
    m = 1
    for p in range(len(ground.sizes)):
        m = max(m, ground.sizes[p])
    outputs = len(ground.start)
    return (
        np.zeros((outputs, m)),
        np.zeros((outputs, m)),
        np.zeros(m, dtype=np.int32),
        np.zeros(m, dtype=np.int32),
        np.zeros((m + 1, 3), dtype=np.int32),
    )


@njit(cache=True, nogil=True, fastmath=True)
def option_prices(
    ground: Any,
    worth: Any,
    codes: Any,
    at: Any,
    label: Any,
    part: Any,
    times: Any,
    prices: Any,
    squares: Any,
    room: Any,
) -> None:
    """Write the product with the residual, and the squared length, of the column of a row with each option of a part.

    Parameters
    ----------
    ground, worth
        The equations, and what terms are worth in each leaf.
    codes, at, label
        The row, the leaf that it reaches in each tree, and its label; shapes (d,) and (T,).
    part
        Which part.
    times
        How often the row was drawn for each tree, shape (T,).
    prices, squares
        Filled, shape (m,).
    room
        Scratch: scores and what is seen of them, shapes (K, m), leaves and order, shape (m,), and a stack.
    """
    scores, seen, leaves, order, stack = room
    m, outputs = ground.sizes[part], len(ground.start)
    for k in range(outputs):
        for i in range(m):
            scores[k, i] = ground.start[k]
    for i in range(m):
        prices[i], squares[i] = 0.0, 0.0
    fresh = True
    for t in range(len(ground.roots)):
        if t > 0 and ground.turn[t] != ground.turn[t - 1]:
            fresh = True
        if fresh:
            see(ground.kind, scores, seen, m)
            fresh = False
        k, drawn = ground.output[t], times[t]
        if ground.splits[t, part]:
            leaves_by_option(ground, t, codes, part, leaves, order, stack)
        else:
            for i in range(m):
                leaves[i] = at[t]
        for i in range(m):
            leaf = leaves[i]
            scores[k, i] += ground.values[t, leaf]
            g, h = terms(ground.kind, ground.factor, seen[k, i], k, outputs, label)
            price, square = _part_of(worth[t, leaf], ground.squares[t, leaf], g, h)
            prices[i] += drawn * price
            squares[i] += drawn * drawn * square


@njit(cache=True, nogil=True, fastmath=True)
def label_prices(ground: Any, worth: Any, at: Any, times: Any, prices: Any, squares: Any, room: Any) -> None:
    """Write the same for a row with each label; see `option_prices`."""
    scores, seen = room[0], room[1]
    outputs = len(ground.start)
    for k in range(outputs):
        scores[k, 0] = ground.start[k]
    for i in range(len(ground.labels)):
        prices[i], squares[i] = 0.0, 0.0
    for t in range(len(ground.roots)):
        if t == 0 or ground.turn[t] != ground.turn[t - 1]:
            see(ground.kind, scores, seen, 1)
        k, leaf, drawn = ground.output[t], at[t], times[t]
        scores[k, 0] += ground.values[t, leaf]
        for i in range(len(ground.labels)):
            g, h = terms(ground.kind, ground.factor, seen[k, 0], k, outputs, ground.labels[i])
            price, square = _part_of(worth[t, leaf], ground.squares[t, leaf], g, h)
            prices[i] += drawn * price
            squares[i] += drawn * drawn * square
