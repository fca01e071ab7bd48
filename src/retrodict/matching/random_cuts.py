"""Split points that were drawn at random, joined where no node shows a value between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray

_FEWEST = 12
"""Different values of a column of which it is told that there are no more; and each is shown by several stretches."""
_SHOWN = 5
"""Stretches that show each value."""

Stretches = dict[int, list[tuple[float, float]]]
"""Of each column, stretches ``(low, high]`` of its values that hold some row's."""


def joined(trees: Sequence[Tree]) -> tuple[list[Tree], list[str]]:
    """Return trees whose random split points are as few as what their nodes show allows, and the columns concerned.

    Every node holds rows, so that each stretch of values that its path leaves holds one at least. Where few points meet
    all of a column's stretches, these are taken for its different values, and split points between two of them for one:
    they send all rows alike. That is so of zeros and ones; more values than these leave a misfit.

    Parameters
    ----------
    trees
        All of the table, with their counts.

    Returns
    -------
    list of Tree
        The same trees with other thresholds.
    list of str
        The raw features of columns whose split points were joined.
    """
    drawn = [tree for tree in trees if not tree.midpoints]
    found: Stretches = defaultdict(list)
    for tree in drawn:
        for column, stretch in _stretches(tree):
            found[column].append(stretch)
    points = {column: _fewest(own) for column, own in found.items()}
    few = {i: own for i, own in points.items() if len(own[0]) <= min(_FEWEST, len(set(found[i])) // _SHOWN)}
    cuts = {column: _cuts(column, drawn, own) for column, own in few.items()}
    names = sorted({drawn[0].columns[i].name for i, (old, new) in cuts.items() if len(np.unique(new)) < len(old)})
    return [tree if tree.midpoints else _with_cuts(tree, cuts) for tree in trees], names


def _stretches(tree: Tree) -> Iterator[tuple[int, tuple[float, float]]]:
    """Yield what each node's path leaves of the columns that it splits."""
    stack: list[tuple[int, dict[int, tuple[float, float]]]] = [(0, {})]
    while stack:
        node, held = stack.pop()
        if tree.leaf[node]:
            yield from held.items()
            continue
        at, cut = int(tree.feature[node]), float(tree.threshold[node])
        low, high = held.get(at, (-np.inf, np.inf))
        gaps = tree.missing_left is not None and tree.met_missing is not None and bool(tree.met_missing[node])
        for child, stretch in ((int(tree.left[node]), (low, cut)), (int(tree.right[node]), (cut, high))):
            stack.append((child, held if gaps else {**held, at: stretch}))


def _fewest(stretches: Sequence[tuple[float, float]]) -> tuple[Float[Array, " m"], Float[Array, " m"]]:
    """Return the fewest points that meet all stretches, sorted: the ends ``(low, high]`` between which each may lie.

    The k-th point lies highest where points are the ends of the first stretches that are not met, from the left, and
    lowest where they are the beginnings of the last ones, from the right.
    """
    lows: list[float] = []
    highs: list[float] = []
    for low, high in sorted(set(stretches), key=lambda each: each[1]):
        if not highs or highs[-1] <= low:
            highs.append(high)
    for low, high in sorted(set(stretches), key=lambda each: -each[0]):
        if not lows or high <= lows[-1]:
            lows.append(low)
    return np.array(lows[::-1]), np.array(highs)


def _cuts(
    column: int, trees: Sequence[Tree], points: tuple[Float[Array, " m"], Float[Array, " m"]]
) -> tuple[Array, Array]:
    """Return a column's split points, sorted, and the one that each is taken for: the middle one of its group.

    One that may lie on either side of a value is left alone.
    """
    lows, highs = points
    own = np.unique(np.concatenate([tree.threshold[tree.feature == column] for tree in trees]))
    own = own[np.isfinite(own)]
    below = np.searchsorted(highs, own, side="right")  # values that lie below it for sure
    above = np.searchsorted(lows, own, side="left")  # and the first that lies above it for sure
    taken = own.copy()
    for each in np.unique(below[below == above]):
        group = (below == each) & (above == each)
        taken[group] = np.median(own[group])
    return own, taken


def _with_cuts(tree: Tree, cuts: dict[int, tuple[Array, Array]]) -> Tree:
    threshold = np.asarray(tree.threshold, dtype=np.float64).copy()
    for column, (old, new) in cuts.items():
        nodes = np.flatnonzero((tree.feature == column) & np.isfinite(threshold))
        threshold[nodes] = new[np.searchsorted(old, threshold[nodes])]
    return replace(tree, threshold=threshold)
