"""Targets of rows that are known: those that equations tell, and of those that they leave open the likeliest.

Sums of targets are known where sums of gradients are. Where rows are more than independent sums, some targets can move
against one another and no sum changes; they are then taken as near to the model's predictions as sums allow.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse.linalg import lsmr

from retrodict.matching.equations import Equations
from retrodict.matching.linear.columns import Columns, columns_of, explained
from retrodict.matching.linear.routing import leaf_values, leaves_of
from retrodict.matching.linear.swapping import matrix_of
from retrodict.matching.losses import LossKind

Array = np.ndarray

_STEPS = 3
"""Times that targets are solved for anew from what the last ones leave: each step adds some digits."""
_DEPENDENT = 1e-12
"""Moves of targets that depend on one another to so much of their squared lengths are not told apart."""
_OPEN = 1e-9
"""Of a target's squared move, what may lie in moves that no sum sees."""
_MOST = 2_000
"""Different rows up to which it is looked at which targets are told: the cost is of their cube."""
_CLOSE = 1e-15


def predicted(equations: Equations, codes: Int[Array, "m d"], ends: tuple[float, float]) -> Float[Array, " m"] | None:
    """Return the target at which each row's last gradient would be zero: what the model predicts of it.

    Parameters
    ----------
    equations
        Of one score, with gradients that are linear in the target.
    codes
        Shape (m, d).
    ends
        The least and the greatest target.

    Returns
    -------
    Float[Array, " m"] or None
        ``None`` where trees have no scores: they were grown side by side.
    """
    loss = equations.loss
    if loss.kind == LossKind.INDICATOR or len(equations.start) != 1:
        return None
    leaves = leaves_of(equations.routes, codes)
    scores = equations.start[0] + np.take_along_axis(leaf_values(equations.routes), leaves, axis=1).sum(axis=0)
    low, high = (loss.terms(scores[:, None], 0, np.full(len(codes), end))[0] for end in ends)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = ends[0] - low * (ends[1] - ends[0]) / (high - low)
    return np.clip(np.where(np.isfinite(found), found, np.mean(ends)), *ends)


def nearest(
    equations: Equations,
    codes: Int[Array, "m d"],
    times: Int[Array, " m"],
    targets: Float[Array, " m"],
    ends: tuple[float, float],
) -> tuple[Float[Array, " m"], Bool[Array, " m"]]:
    """Return the targets that fit the equations best, the nearest to those given, and which of them are told.

    Parameters
    ----------
    equations
        Whose gradients are linear in the target.
    codes
        Different rows, shape (m, d).
    times
        How often each is there, shape (m,).
    targets
        Where to start from, shape (m,).
    ends
        The least and the greatest target.
    """
    blocks, (low, high) = equations.blocks, ends
    at_ends = [columns_of(equations, codes, np.full(len(codes), end)) for end in ends]
    moves = Columns(at_ends[0].sites, (at_ends[1].entries - at_ends[0].entries) / (high - low) * times)
    matrix, _ = matrix_of(blocks, moves)
    stated = blocks.weights.ravel() > 0.0
    inverse, told = _told(matrix) if len(codes) <= _MOST else (None, np.zeros(len(codes), dtype=bool))
    for _ in range(_STEPS):
        sums = explained(columns_of(equations, codes, targets), times, len(blocks.totals))
        rest = (blocks.totals * np.sqrt(blocks.weights) - sums).ravel()[stated]
        if inverse is None:
            step = lsmr(matrix, rest, atol=_CLOSE, btol=_CLOSE, maxiter=10 * len(codes))[0]
        else:
            step = inverse @ (matrix.T @ rest)
        targets = np.clip(targets + step, low, high)
    return targets, told


def _told(matrix: Array) -> tuple[Array, Bool[Array, " m"]]:
    """Return the inverse of a matrix's square on what it sees, and which places it sees wholly."""
    sizes, axes = np.linalg.eigh(np.asarray((matrix.T @ matrix).todense()))
    seen = sizes > _DEPENDENT * sizes[-1]
    inverse = (axes[:, seen] / sizes[seen]) @ axes[:, seen].T
    return inverse, np.asarray((axes[:, ~seen] ** 2).sum(axis=1) <= _OPEN)
