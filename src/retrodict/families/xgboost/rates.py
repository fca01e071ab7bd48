"""The learning rate and the L2 penalty of boosted trees, which their file does not state, from what it does.

An inner node states the value ``w`` that it would have had as a leaf, ``w (H + penalty) = -G``; a leaf the value ``v``
that it has, ``v (H + penalty) = -rate G``. Gradient sums add up: ``G`` of a node is that of its two children. So each
split is one equation, linear in the penalty, one over the rate, and their product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.families.xgboost.learner import BoostedTree

Array = np.ndarray

_MOST_TREES = 50
"""Trees that are looked at: each gives as many equations as it has splits."""

_FEWEST = 3
_CLOSE = 3e-4
"""Of the greatest term of an equation: sums are written in 32 bits."""

_MOST_OFF = 0.2
"""The share of equations that may not hold: values may be capped."""


@dataclass(frozen=True)
class Rates:
    """The learning rate of leaves, and the L2 penalty on them."""

    rate: float
    penalty: float


def rates_of(trees: Sequence[BoostedTree]) -> Rates | None:
    """Return the rate and the penalty that trees agree on; ``None`` where they agree on none.

    They don't where another penalty (L1), a cap or a constraint was set, or where leaves were set to quantiles.
    """
    terms = np.concatenate([np.empty((0, 4)), *(_equations(tree) for tree in trees[:_MOST_TREES])])
    size = np.abs(terms).max(axis=1, initial=0.0)
    kept = np.isfinite(size) & (size > 0)
    terms = terms[kept] / size[kept, None]
    if len(terms) < _FEWEST or not np.isfinite(terms).all():
        return None
    for _ in range(2):
        found, *_ = np.linalg.lstsq(terms[:, 1:], terms[:, 0], rcond=None)
        near = np.abs(terms[:, 1:] @ found - terms[:, 0])
        fits = near <= max(_CLOSE, 10.0 * float(np.median(near)))
        if fits.sum() < _FEWEST or fits.mean() < 1.0 - _MOST_OFF:
            return None
        terms = terms[fits]
    penalty, inverse, _ = found
    if not np.isfinite(found).all() or inverse <= 0:
        return None
    for made in _candidates(1.0 / inverse, penalty):
        off = np.abs(terms[:, 1:] @ _unknowns(made) - terms[:, 0])
        if float(np.median(off)) <= _CLOSE and float((off <= 10.0 * _CLOSE).mean()) >= 1.0 - _MOST_OFF:
            return made
    return None


def share_off(trees: Sequence[BoostedTree], rates: Rates) -> float:
    """Return the share of the splits of all trees whose values are no plain steps of these rates.

    Parameters
    ----------
    trees
        All trees of a model.
    rates
        What they are held against.
    """
    terms = np.concatenate([np.empty((0, 4)), *(_equations(tree) for tree in trees)])
    size = np.abs(terms).max(axis=1, initial=0.0)
    terms, size = terms[size > 0], size[size > 0]
    if not len(terms):
        return 0.0
    off = np.abs(terms[:, 1:] @ _unknowns(rates) - terms[:, 0])
    return float((~(off <= 10.0 * _CLOSE * size)).mean())


def _unknowns(rates: Rates) -> Float[Array, " 3"]:
    return np.array([rates.penalty, 1.0 / rates.rate, rates.penalty / rates.rate])


def _candidates(rate: float, penalty: float) -> list[Rates]:
    """Return the numbers as people set them, roundest first, then as they were found."""
    near = max(0.0, penalty)
    return [Rates(float(f"{rate:.{d}e}"), float(f"{near:.{d}e}") if near > _CLOSE else 0.0) for d in (0, 1, 2, 5)]


def _equations(tree: BoostedTree) -> Float[Array, "splits 4"]:
    """Return for each split what is known, and what stands at the penalty, one over the rate, and their product."""
    weight, hessian, value = (each.astype(np.float64) for each in (tree.weight, tree.hessian, tree.condition))
    at = np.flatnonzero(tree.inner)
    out = np.column_stack([weight[at] * hessian[at], -weight[at], np.zeros(len(at)), np.zeros(len(at))])
    for child in (tree.left[at], tree.right[at]):
        inner = tree.inner[child]
        out[:, 0] -= np.where(inner, weight[child] * hessian[child], 0.0)
        out[:, 1] += np.where(inner, weight[child], 0.0)
        out[:, 2] += np.where(inner, 0.0, value[child] * hessian[child])
        out[:, 3] += np.where(inner, 0.0, value[child])
    return out


def gradients(tree: BoostedTree, rates: Rates) -> Float[Array, " nodes"]:
    """Return the gradient sum of each node; NaN at pruned ones."""
    whole = tree.hessian.astype(np.float64) + rates.penalty
    out = np.where(tree.inner, -tree.weight * whole, -tree.condition / rates.rate * whole)
    return np.where(tree.pruned, np.nan, out)
