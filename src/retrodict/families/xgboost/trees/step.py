"""How leaf values were made of sums: the rate, the penalties and the cap, from what a file states and from consistency.

An inner node states ``w``, a leaf ``v = rate w``, with ``w (H + L2) = -G`` and no L1 penalty; with one, ``-G`` is moved
towards zero by it first. Sums of a node are those of its children: one equation a split in the unknown numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from retrodict.families.xgboost.learner import BoostedTree

Array = np.ndarray

_MOST_TREES = 100
"""Trees that are looked at, the first ones: each gives as many equations as it has splits."""
_FEWEST = 3
"""Splits that must agree."""
_OFF = 1e-5
"""Of an equation's greatest term: what rounding to 32 bits leaves, with room for sums that nearly cancel."""
_MOST_OFF = 0.2
"""The share of splits that may not agree: values may be capped or bounded."""
_ROUNDS = 8
"""How often what does not agree is left out and the rest solved again."""
_AS_GOOD = 1.5
"""A rounder number is taken where it fits so nearly as well."""
_DIGITS = (1, 2, 3, 4, 6)
_SMALL = 2e-3
"""Penalties found below are zero, unless a decimal fits better."""
HALF = 2.0**-24
"""Half a unit in the last place of 32 bits, of a number's size, at most."""


@dataclass(frozen=True)
class Step:
    """How leaf values were made of sums.

    Parameters
    ----------
    rate
        What leaf values were multiplied by, the number of parallel trees taken into it.
    penalty
        The L2 penalty.
    threshold
        The L1 penalty.
    cap
        How far a value can be from zero before the rate; infinite where there is no cap.
    """

    rate: float
    penalty: float
    threshold: float = 0.0
    cap: float = np.inf


def step_of(trees: Sequence[BoostedTree], parallel: int = 1) -> Step | None:
    """Return how leaf values were made as far as trees agree; ``None`` where they do not, or state too little.

    Parameters
    ----------
    trees
        Trees with what the file states of their nodes.
    parallel
        Trees of one round and output: the library divides the rate by them.
    """
    cap = _cap_of(trees)
    with np.errstate(all="ignore"):  # sums in a file may be anything
        terms = np.concatenate([np.empty((0, 5)), *(_equations(tree, cap) for tree in trees[:_MOST_TREES])])
    moved = np.concatenate([np.empty(0, dtype=bool), *(_moved(tree, cap) for tree in trees[:_MOST_TREES])])
    size = np.abs(terms).max(axis=1, initial=0.0)
    kept = np.isfinite(size) & (size > 0)
    terms = terms[kept] / size[kept, None]
    # without an L1 penalty, which is seldom set, first; with one, a value of zero states no sum
    for columns, own in (((1, 2, 3), terms), ((1, 2, 3, 4), terms[moved[kept]])):
        found = _agreed(own, columns) if len(own) >= _FEWEST else None
        found = _by_few(own, columns) if found is None else found
        if found is not None:
            rate, penalty, threshold = _rounded(own, found, parallel)
            return Step(rate, penalty, threshold, cap)
    return None


def _agreed(terms: Array, columns: tuple[int, ...]) -> Array | None:
    """Return rate and penalties that most equations agree on."""
    own = terms
    for _ in range(_ROUNDS):
        found, *_ = np.linalg.lstsq(own[:, columns], own[:, 0], rcond=None)
        off = np.abs(own[:, columns] @ found - own[:, 0])
        fits = off <= max(_OFF, 4.0 * float(np.median(off)))
        if fits.sum() < _FEWEST:
            return None
        if fits.all():
            break
        own = own[fits]
    out = _numbers(found)
    return out if out is not None and (_off(terms, out) <= _OFF).mean() >= 1.0 - _MOST_OFF else None


def _by_few(terms: Array, columns: tuple[int, ...]) -> Array | None:
    """Return rate and penalties that make the most equations agree, of those that a few of them give.

    Where values are bounded most equations may not hold; yet chance makes none agree so nearly.
    """
    rng = np.random.default_rng(0)  # the same for every model
    best, most = None, len(columns) + _FEWEST
    for _ in range(_DRAWS):
        own = terms[rng.choice(len(terms), len(columns), replace=False)] if len(terms) > most else terms[:0]
        if not len(own) or abs(np.linalg.det(own[:, columns])) < _SINGULAR:
            continue
        found = _numbers(np.linalg.solve(own[:, columns], own[:, 0]))
        fits = 0 if found is None else int((_off(terms, found) <= _OFF).sum())
        if fits > most:
            best, most = found, fits
    if best is None:
        return None
    own = terms[_off(terms, best) <= _OFF]
    return _numbers(np.linalg.lstsq(own[:, columns], own[:, 0], rcond=None)[0])


_DRAWS = 3_000
"""Sets of three equations that are solved: where a tenth of all hold, those of about three sets do."""
_SINGULAR = 1e-9
"""The determinant below which equations do not tell their numbers apart; terms are at most one."""


def _numbers(found: Array) -> Array | None:
    """Return rate, L2 and L1 penalty of what solves equations; ``None`` where they are none."""
    if not np.isfinite(found).all() or found[1] <= 0:
        return None
    out = np.array([1.0 / found[1], found[0], found[3] if len(found) > 3 else 0.0])
    return out if out[0] <= _GREATEST and out[1:].min() >= -_SMALL else None


_GREATEST = 10.0
"""A rate beyond is none that anybody sets."""


def _rounded(terms: Array, found: Array, parallel: int) -> tuple[float, float, float]:
    """Return the numbers as people set them: the roundest that fit about as well."""
    now = found * np.array([parallel, 1.0, 1.0])

    def worth(numbers: Array) -> float:
        off = _off(terms, numbers / np.array([parallel, 1.0, 1.0]))
        return float(np.sqrt((np.minimum(off, _OFF) ** 2).mean()))

    for i in (2, 1, 0):
        best = worth(now)
        tries = [0.0] if i and abs(now[i]) < _SMALL else []
        for value in [*tries, *(float(f"{now[i]:.{digits - 1}e}") for digits in _DIGITS)]:
            other = now.copy()
            other[i] = value
            if (value > 0 or (i and value == 0)) and worth(other) <= max(_AS_GOOD * best, HALF):
                now = other
                break
    now = np.maximum(now, 0.0)
    rate, penalty, threshold = now.astype(np.float32)  # as the library keeps them
    return float(rate / np.float32(parallel)), float(penalty), float(threshold)


def _off(terms: Array, found: Array) -> Array:
    rate, penalty, threshold = found
    return np.abs(terms[:, 1:] @ np.array([penalty, 1.0 / rate, penalty / rate, threshold]) - terms[:, 0])


def _equations(tree: BoostedTree, cap: float) -> Float[Array, "splits 5"]:
    """Return for each split what is known, and what stands at L2, one over the rate, their product, and L1."""
    weight, hessian, value = (each.astype(np.float64) for each in (tree.weight, tree.hessian, tree.condition))
    at = np.flatnonzero(tree.inner & (np.abs(weight) < cap))
    sign = np.sign(np.where(tree.inner, weight, value))
    zero = np.zeros(len(at))
    out = np.column_stack([weight[at] * hessian[at], -weight[at], zero, zero, -sign[at]])
    for child in (tree.left[at], tree.right[at]):
        inner = tree.inner[child]
        out[:, 0] -= np.where(inner, weight[child] * hessian[child], 0.0)
        out[:, 1] += np.where(inner, weight[child], 0.0)
        out[:, 2] += np.where(inner, 0.0, value[child] * hessian[child])
        out[:, 3] += np.where(inner, 0.0, value[child])
        out[:, 4] += sign[child]
    return out


def _moved(tree: BoostedTree, cap: float) -> Bool[Array, " splits"]:
    """Return which splits of `_equations` have no value of zero."""
    zero = np.where(tree.inner, tree.weight, tree.condition) == 0
    at = np.flatnonzero(tree.inner & (np.abs(tree.weight.astype(np.float64)) < cap))
    out: Array = ~(zero[at] | zero[tree.left[at]] | zero[tree.right[at]])
    return out


def _cap_of(trees: Sequence[BoostedTree]) -> float:
    """Return the size that several inner nodes' values share as the greatest, if users write it: these were capped."""
    sizes = np.concatenate([np.empty(0, np.float32), *(np.abs(tree.weight[tree.inner]) for tree in trees)])
    top = sizes.max(initial=np.float32(0.0))
    written = top > 0 and np.float32(f"{top:.{_DIGITS[-2] - 1}e}") == top
    return float(top) if written and int((sizes == top).sum()) > 1 else np.inf
