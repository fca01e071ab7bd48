"""Class counts of nodes, from the weighted shares that a classification tree stores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray

_ROUNDING = 1e-6
"""How far from a whole number a count may lie, of the count: sums of many weights in doubles."""
_MOST_COMBINATIONS = 100_000
"""Of class sizes that are tried: about a second's work; beyond, class weights stay unknown."""


def weighted_counts(tree: Tree) -> Float[Array, "nodes C"]:
    """Return each node's sums of weights, class by class; releases before 1.3 stored sums, later ones shares."""
    assert tree.value is not None  # every tree of scikit-learn states both
    assert tree.weights is not None
    value = np.asarray(tree.value, dtype=np.float64)[:, 0, :]
    with np.errstate(invalid="ignore", divide="ignore"):  # nodes whose counts were taken out have no shares: NaN
        return np.asarray(value / value.sum(axis=1, keepdims=True) * tree.weights[:, None])


def whole(values: Array) -> Array | None:
    """Return the whole numbers that these are up to rounding, or ``None``."""
    nearest = np.rint(values)
    return nearest if bool((np.abs(values - nearest) <= _ROUNDING * np.maximum(1.0, np.abs(values))).all()) else None


def counts_of(sums: Array, weights: Array, drawn: float) -> Array | None:
    """Return class counts, by multiplicities, if dividing by these weights gives whole numbers that sum to `drawn`."""
    if not (weights > 0).all():
        return None
    counts = whole(sums / weights)
    return counts if counts is not None and counts[0].sum() == drawn else None


def listed_weights(class_weight: Any, classes: Sequence[Any]) -> Array:
    """Return the weights of a dictionary; classes that it leaves out weigh one."""
    return np.array([float(class_weight.get(c, 1.0)) for c in classes])


def balanced_weights(sums: Sequence[Array], counts: Sequence[Array], total: int, plain: bool) -> Array | None:
    """Return the balanced weights ``total / (k n_c)`` behind weighted counts, or ``None`` where they stay unknown.

    Parameters
    ----------
    sums
        Weighted class counts of each tree, shape (nodes, C).
    counts
        Different rows at each node.
    total
        Rows, by their multiplicities, that the class sizes ``n_c`` sum to.
    plain
        Whether each row counts once in each tree: class counts then sum to the node's, which is linear in ``n_c``.
    """
    pooled, present = np.concatenate(list(sums)), sums[0][0] > 0
    shares = pooled[:, present] * present.sum() / total  # of each class's rows, those in the node
    rows = np.concatenate(list(counts))
    if plain:
        sizes = np.linalg.lstsq(shares, rows.astype(np.float64), rcond=None)[0]
        found = [sizes] if np.linalg.matrix_rank(shares) == shares.shape[1] else []
    else:
        lists = [_sizes(shares[:, c], total) for c in range(shares.shape[1])]
        found = [s for s in _summing(lists, total) if ((shares * s).sum(axis=1) >= rows - 0.5).all()]
    exact = [whole(np.asarray(s)) for s in found]
    if len(exact) != 1 or exact[0] is None or not (exact[0] > 0).all():
        return None
    weights = np.ones(len(present))  # a class without rows has no sums to divide
    weights[present] = total / (present.sum() * exact[0])
    return weights


def _sizes(shares: Array, total: int) -> list[int]:
    """Return the class sizes that make whole numbers of all shares: the smallest share is 1, 2, ... rows."""
    least = float(shares[shares > 0].min())
    values = np.unique(shares)
    rows = np.arange(1, int(least * total + 0.5) + 1)
    sizes = np.rint(rows / least)
    return [int(s) for s in np.unique(sizes) if s <= total and whole(values * s) is not None]


def _summing(lists: list[list[int]], total: int) -> Iterator[tuple[int, ...]]:
    """Yield one size a class, with this sum; nothing where there are too many to try."""
    if np.prod([float(len(sizes)) for sizes in lists[:-1]]) > _MOST_COMBINATIONS:
        return
    if len(lists) == 1:
        if total in lists[0]:
            yield (total,)
        return
    for size in lists[0]:
        if size < total:
            for rest in _summing(lists[1:], total - size):
                yield (size, *rest)
