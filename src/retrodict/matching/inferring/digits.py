"""To what digits leaf values are stated, and how far that lets their equations be off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from retrodict.matching.boosting import GRADIENT, HESSIAN, Boosting, Statement
from retrodict.matching.inferring.steps import Steps

Array = np.ndarray

_FEW = 7
"""Decimal digits from which on numbers of 32 bits are no finer."""
_SINGLE = 2.0**-24
"""Of a value of 32 bits, what its rounding may take or add."""
_DOUBLE = 2.0**-53
_STEEPEST = 0.25
"""The most that a row adds to a sum of hessians, where losses are of shares."""
_TYPICALLY = 0.3
"""Of the most that a leaf's rows may add, what they add about."""
_TERMS = 2.0**-22
"""What gradients may be off by that were computed in 32 bits, or from scores of 32 bits."""
_DEVIATIONS = 4.0
"""How many standard deviations off the scores of a leaf's rows may be, for the rounding of the trees before."""
_UNIFORM = 1.0 / 3.0
"""The mean square of what lies anywhere between -1 and 1."""


@dataclass(frozen=True)
class Digits:
    """To what digits numbers are stated.

    Parameters
    ----------
    bits
        What rounding to bits takes or adds at most, as a share.
    digits
        To how many decimal digits they are rounded; ``None`` where that is not seen.
    places
        To how many decimal places, where they are rounded to these; ``None`` else.
    """

    bits: float
    digits: int | None
    places: int | None

    def __call__(self, values: Float[Array, " m"]) -> Float[Array, " m"]:
        """Return half the unit of the last place of each: how far it may be from what was computed."""
        size = np.abs(np.where(np.isfinite(values), values, 0.0))
        if self.places is not None:
            return np.maximum(0.5 * 10.0**-self.places, size * self.bits)
        return size * self.bits if self.digits is None else np.maximum(0.5 * _unit(size, self.digits), size * self.bits)


def half_units_like(values: Sequence[Float[Array, " m"]]) -> Digits:
    """Return to what digits leaf values are stated.

    Parameters
    ----------
    values
        Of each tree's leaves. All are taken as rounded alike: to a number of decimal digits, or of decimal places,
        where all of them look so, else to 32 or 64 bits.
    """
    every = np.concatenate([np.ravel(own) for own in values])
    every = every[np.isfinite(every) & (every != 0.0)]
    single = bool((every.astype(np.float32) == every).all())
    digits = next((d for d in range(1, _FEW) if _same(every, _to_digits(every, d), single)), None)
    places = next((p for p in range(1, 2 * _FEW) if _same(every, np.round(every, p), single)), None)
    if places is not None and digits is not None and 10.0**-places <= np.median(_unit(np.abs(every), digits)):
        places = None
    return Digits(_SINGLE if single else _DOUBLE, digits, places)


def _same(values: Array, rounded: Array, single: bool) -> bool:
    kind = np.float32 if single else np.float64
    return len(values) > 0 and bool(
        np.allclose(values.astype(kind), rounded.astype(kind), rtol=4.0 * np.finfo(kind).eps, atol=0.0)
    )


def _unit(size: Array, digits: int) -> Array:
    with np.errstate(divide="ignore"):
        return np.where(size > 0.0, 10.0 ** (np.floor(np.log10(np.where(size > 0.0, size, 1.0))) - digits + 1), 0.0)


def _to_digits(values: Array, digits: int) -> Array:
    unit = _unit(np.abs(values), digits)
    return np.rint(values / unit) * unit


def with_rounding(boosting: Boosting, steps: Steps) -> Boosting:
    """Return trees whose leaf values are equations up to the digits that they are stated to.

    Training had scores that were not rounded, so that the digits of the trees before a tree count as well.

    Parameters
    ----------
    boosting
        The trees, with equations of leaf values.
    steps
        How these were made.
    """
    later = [each for each in boosting.trees if each.turn] or list(boosting.trees)
    half = half_units_like([each.values[each.tree.leaf] for each in later])
    leaves = float(np.mean([each.tree.leaf.sum() for each in boosting.trees]))
    steepest = _STEEPEST * max(1.0, boosting.loss.factor) if boosting.typical is None else boosting.typical[HESSIAN]
    rows = max(1.0, (boosting.rows or 0) / leaves)
    before = np.zeros(len(boosting.start))
    seen = before.copy()
    turn, trees = -1, []
    for each in boosting.trees:
        if each.turn != turn:
            turn, seen = each.turn, before.copy()
        off = half(each.values)
        of_row = steepest * (off / steps.rate + _DEVIATIONS * np.sqrt(_UNIFORM * seen[each.output]))
        of_row += _TERMS if half.bits == _SINGLE else 0.0
        fixed = off / steps.rate * steps.penalty
        before[each.output] += float((off[each.tree.leaf] ** 2).mean())
        trees.append(replace(each, statements=tuple(_rounded(own, fixed, of_row, rows) for own in each.statements)))
    return replace(boosting, trees=tuple(trees))


def _rounded(statement: Statement, fixed: Array, of_row: Array, rows: float) -> Statement:
    """Return a statement with what rounding of a leaf's value lets it be off by, where it is of one."""
    if not (np.atleast_2d(statement.coefficients)[:, GRADIENT] != 0.0).any():
        return statement
    typical = fixed + _TYPICALLY * of_row * rows  # weighs the equation; what the rows themselves add is beside it
    return replace(
        statement,
        rounding=np.maximum(statement.rounding, typical),
        row_rounding=np.maximum(statement.row_rounding, of_row),
    )
