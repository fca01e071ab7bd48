"""What nodes state of the labels of their rows, in one scale for all trees."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.ensemble import Ensemble, GrownTree
from retrodict.matching.problem import Targets
from retrodict.results.notes import Note

Array = np.ndarray

_SAME_MEAN = 1e-9
"""Of the targets' spread: how far rounding moves the mean of equal values."""
_PURE_SQUARES = 1e-12
"""Of the largest mean squared: impurity is a difference of squares, of which rounding leaves a little."""
_GRID = 64
"""Levels that stand for targets which no leaf holds alone: a finer grid costs more than node sums pin."""
_UNSEEN_CLASS = 1e-6
"""The share of a class that no tree drew: none is ruled out."""


@dataclass(frozen=True, eq=False)
class StatedTargets:
    """What trees state of the labels, and the way back to their names.

    Parameters
    ----------
    targets
        As the search takes them.
    raw_levels
        A regressor's possible targets in raw units, shape (m,); empty for a classifier.
    stored_labels
        The label of every row where the file gives it away, shape (n,).
    notes
        What it does not state.
    """

    targets: Targets
    raw_levels: Float[Array, " m"]
    stored_labels: Int[Array, " n"] | None
    notes: tuple[Note, ...]


def targets_of(ensembles: Sequence[Ensemble], classes: tuple[Hashable, ...]) -> StatedTargets:
    """Return what trees state of the labels.

    Parameters
    ----------
    ensembles
        All of one table.
    classes
        The model's classes; empty for a regressor.
    """
    return _classes(ensembles, classes) if classes else _levels(ensembles)


def _classes(ensembles: Sequence[Ensemble], classes: tuple[Hashable, ...]) -> StatedTargets:
    parts, labelled, shares = [], [], np.zeros(len(classes))
    stored: Array | None = None
    for ensemble in ensembles:
        at = [classes.index(c) if c in classes else -1 for c in ensemble.classes]
        known = sorted(at) == list(range(len(classes)))  # another target (one class against the rest) is not this one
        if known and ensemble.stored_labels is not None:
            stored = np.array(at)[ensemble.stored_labels]
        for grown in ensemble.trees:
            usable = known and grown.sums is not None and grown.sums.shape[1] == len(at)
            sums = np.zeros((len(grown.tree.feature), len(classes)))
            if usable and grown.sums is not None:
                sums[:, at] = grown.sums
                shares += sums[0] / sums[0].sum()
            parts.append(sums)
            labelled.append(usable)
    chances = (shares + _UNSEEN_CLASS) / (shares + _UNSEEN_CLASS).sum()
    notes = _unlabelled(labelled)
    if stored is not None:
        text = "the file stores each row's weight, and with it the label of every row in the order of the table"
        notes += (Note("labels_are_stored", text),)
    targets = Targets(len(classes), np.empty(0), chances, np.concatenate(parts), np.array(labelled))
    return StatedTargets(targets, np.empty(0), stored, notes)


def _levels(ensembles: Sequence[Ensemble]) -> StatedTargets:
    first = ensembles[0].place
    told = list(_with_sums(ensembles, first.target))
    usable = {id(grown) for grown, _ in told}
    roots = [(sums[0, 0], grown.multiplicities.sum()) for grown, sums in told]
    mean = float(np.mean([total / drawn for total, drawn in roots])) if roots else 0.0
    pure, impure, weights = _leaf_means(told)
    every = np.concatenate([pure, impure])
    sd = float(every.std()) if len(every) and every.std() > 0 else 1.0
    levels, counts = _distinct(pure, weights, _SAME_MEAN * max(sd, abs(mean)))
    notes: tuple[Note, ...] = ()
    if len(impure) or not len(levels):
        grid = np.quantile(every, np.linspace(0.0, 1.0, _GRID)) if len(every) else np.zeros(1)
        levels = np.unique(np.concatenate([levels, grid]))
        counts = np.ones(len(levels))
        text = f"some leaves hold rows of several targets: targets are told on a grid of {len(levels)} values"
        notes = (Note("targets_on_a_grid", text, values=len(levels)),)
    parts, labelled = [], []
    for grown in (each for ensemble in ensembles for each in ensemble.trees):
        known = id(grown) in usable and grown.sums is not None
        sums = np.zeros((len(grown.tree.feature), 1))
        if known and grown.sums is not None:
            sums = (grown.sums - mean * _drawn(grown)[:, None]) / sd
        parts.append(sums)
        labelled.append(known)
    targets = Targets(0, (levels - mean) / sd, counts / counts.sum(), np.concatenate(parts), np.array(labelled))
    return StatedTargets(targets, np.array(first.targets(levels)), None, notes + _unlabelled(labelled))


def _with_sums(ensembles: Sequence[Ensemble], target: object) -> Iterator[tuple[GrownTree, Array]]:
    """Yield the trees whose sums are of this target, with these."""
    for ensemble in ensembles:
        if ensemble.place.target is target:
            yield from ((grown, grown.sums) for grown in ensemble.trees if grown.sums is not None)


def _drawn(grown: GrownTree) -> Array:
    """Return how many rows reached each node, as often as they were drawn."""
    tree = grown.tree
    return np.asarray(np.rint(tree.rows if tree.weights is None else tree.weights))


def _leaf_means(told: Sequence[tuple[GrownTree, Array]]) -> tuple[Array, Array, Array]:
    """Return the targets of leaves that hold but one, the means of the others, and the rows of the former."""
    pure, impure, rows = [np.empty(0)], [np.empty(0)], [np.empty(0)]
    for grown, sums in told:
        tree = grown.tree
        means = sums[:, 0] / _drawn(grown)
        alone = tree.rows == 1
        if tree.impurity is not None:
            alone = alone | (tree.impurity <= _PURE_SQUARES * max(1.0, float(np.abs(means).max())) ** 2)
        pure.append(means[tree.leaf & alone])
        rows.append(tree.rows[tree.leaf & alone].astype(np.float64))
        impure.append(means[tree.leaf & ~alone])
    return np.concatenate(pure), np.concatenate(impure), np.concatenate(rows)


def _distinct(values: Array, weights: Array, room: float) -> tuple[Array, Array]:
    """Return sorted values, those that differ by rounding as one, and the summed weight of each."""
    if not len(values):
        return values, weights
    order = np.argsort(values)
    values, weights = values[order], weights[order]
    group = np.concatenate([[0], np.cumsum(np.diff(values) > room)])
    first = np.flatnonzero(np.diff(group, prepend=-1))
    return values[first], np.bincount(group, weights=weights)


def _unlabelled(labelled: Sequence[bool]) -> tuple[Note, ...]:
    if any(labelled):
        return ()
    return (Note("labels_not_stated", "no tree states what the labels of its rows were: labels are not pinned"),)
