"""Tables in whole numbers mended row by row: what is exchanged lowers the misfit."""

from __future__ import annotations

import time

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from retrodict.matching.equations import Blocks, Equations
from retrodict.matching.linear.columns import Columns
from retrodict.matching.linear.exchanges import basis_of, whole_exchanges
from retrodict.matching.linear.slack import EXACT, energy

Array = np.ndarray

_MOVES = 5_000
"""Exchanges of single rows, at most."""
_WORTH = 1e-12
"""Of the misfit, what an exchange must take off."""
_SIZE = 1e-9
"""Of the largest squared length of a row, what an exchange of single rows must take off: less is the rounding of
products. Single rows that differ at all differ by far more."""
_ROUNDS = 60
"""Exchanges of several rows, at most."""
_SEVERAL = 1e-2
"""Of the misfit, what an exchange of several rows must take off: where a table is right, what is left is rounding."""
_TOGETHER = 400
"""Exchanges that are also tried two at a time."""


def swapped(equations: Equations, columns: Columns, times: Int[Array, " m"], seconds: float) -> Int[Array, " m"]:
    """Exchange, add or take off one row after another, the best first, while the misfit falls.

    Parameters
    ----------
    equations
        What is stated.
    columns
        Of m possible rows.
    times
        How often each is there, shape (m,).
    seconds
        Stop after about so long.
    """
    started = time.perf_counter()
    matrix, right = matrix_of(equations.blocks, columns)
    gram = np.asarray((matrix.T @ matrix).todense())
    squares = np.diagonal(gram)
    times = times.copy()
    slopes = matrix.T @ (right - matrix @ times)
    misfit = float(((right - matrix @ times) ** 2).sum())
    for _ in range(_MOVES):
        there = np.flatnonzero(times > 0)
        add = squares - 2.0 * slopes
        take = squares[there] + 2.0 * slopes[there]
        swap = take[:, None] + add - 2.0 * gram[there]
        falls = [float(each.min(initial=np.inf)) for each in (add, take, swap)]
        if min(falls) >= -max(_WORTH * misfit, _SIZE * float(squares.max())) or time.perf_counter() - started > seconds:
            break
        kind = int(np.argmin(falls))
        gone, come = -1, -1
        if kind == 2:
            row, come = (int(at) for at in np.unravel_index(int(swap.argmin()), swap.shape))
            gone = int(there[row])
        elif kind == 1:
            gone = int(there[take.argmin()])
        else:
            come = int(add.argmin())
        if gone >= 0:
            times[gone] -= 1
            slopes = slopes + gram[gone]
        if come >= 0:
            times[come] += 1
            slopes = slopes - gram[come]
        misfit += falls[kind]
    return times


def exchanged(equations: Equations, columns: Columns, times: Int[Array, " m"], seconds: float) -> Int[Array, " m"]:
    """Exchange several rows at once for others of nearly the same sums, while the misfit falls; see `swapped`."""
    started = time.perf_counter()
    matrix, right = matrix_of(equations.blocks, columns)
    order = np.argsort(times <= 0, kind="stable")
    ordered = Columns(columns.sites[:, order], columns.entries[:, :, order])
    found = whole_exchanges(basis_of(ordered, len(equations.blocks.totals)))
    moves = np.zeros_like(found)
    moves[order] = found
    moves = np.concatenate([moves, -moves], axis=1)
    changes = matrix @ moves.astype(np.float64)
    times = times.copy()
    for _ in range(_ROUNDS if moves.shape[1] else 0):
        if time.perf_counter() - started > seconds or energy(equations.blocks, columns, times) <= EXACT:
            break
        rest = right - matrix @ times
        falls = (changes**2).sum(axis=0) - 2.0 * (rest @ changes)
        falls[((times[:, None] + moves) < 0).any(axis=0)] = np.inf
        best = int(falls.argmin())
        move = moves[:, best]
        if falls[best] >= -_SEVERAL * float((rest**2).sum()):
            pair = _best_pair(changes, moves, times, rest)
            if pair is None:
                break
            move = pair
        times = times + move
    return times


def _best_pair(changes: Array, moves: Array, times: Array, rest: Array) -> Array | None:
    """Return two exchanges that lower the misfit together."""
    single = (changes**2).sum(axis=0) - 2.0 * (rest @ changes)
    near = np.argsort(single, kind="stable")[:_TOGETHER]
    own = changes[:, near]
    together = single[near][:, None] + single[near] + 2.0 * (own.T @ own)
    for at in np.argsort(together, axis=None, kind="stable")[:_TOGETHER]:
        i, j = np.unravel_index(int(at), together.shape)
        if together[i, j] >= -_SEVERAL * float((rest**2).sum()):
            return None
        move = moves[:, near[i]] + moves[:, near[j]]
        if (times + move >= 0).all():
            return np.asarray(move)
    return None


def matrix_of(blocks: Blocks, columns: Columns) -> tuple[sparse.csc_matrix, Float[Array, " e"]]:
    """Return the weighed equations as a matrix, a column for each possible row, and their right side.

    Parameters
    ----------
    blocks
        What is stated; equations without weight are left out.
    columns
        Of m possible rows.
    """
    sites, width = blocks.totals.shape
    many = columns.sites.shape[1]
    at = columns.sites[:, None, :].astype(np.int64) * width + np.arange(width)[:, None]
    there = np.broadcast_to((columns.sites >= 0)[:, None, :], columns.entries.shape) & (columns.entries != 0.0)
    which = np.broadcast_to(np.arange(many), columns.entries.shape)
    matrix = sparse.csc_matrix((columns.entries[there], (at[there], which[there])), shape=(sites * width, many))
    stated = np.flatnonzero(blocks.weights.ravel() > 0.0)
    right = (blocks.totals * np.sqrt(blocks.weights)).ravel()[stated]
    return sparse.csc_matrix(matrix.tocsr()[stated]), right
