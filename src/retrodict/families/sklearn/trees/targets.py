"""The labels of a matching problem: what nodes state of them, in one scale for all trees."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.families.sklearn.trees.draws_and_sums import Grown
from retrodict.families.sklearn.trees.ensembles import Ensemble
from retrodict.families.sklearn.trees.stored_weights import stored_labels

Array = np.ndarray

_SAME = 1e-9  # of the targets' spread: rounding of a mean
_GRID = 64


@dataclass(frozen=True, eq=False)
class Targets:
    """The parts of a `Problem` that concern labels, a regressor's levels in raw units, and stored labels."""

    mass: Float[Array, "nodes C"]
    labelled: Bool[Array, " T"]
    classes: int
    levels: Float[Array, " m"]
    chances: Float[Array, " c"]
    raw_levels: Float[Array, " m"]
    stored: Int[Array, " n"] | None = None
    notes: tuple[str, ...] = ()


def targets_of(grown: Sequence[tuple[Ensemble, list[Grown]]], classes: tuple[Hashable, ...]) -> Targets:
    """Return what trees state of the labels.

    Parameters
    ----------
    grown
        Each ensemble with its trees.
    classes
        The model's classes; empty for a regressor.
    """
    return _classes(grown, classes) if classes else _values(grown)


def _classes(grown: Sequence[tuple[Ensemble, list[Grown]]], classes: tuple[Hashable, ...]) -> Targets:
    parts, labelled, shares = [], [], np.zeros(len(classes))
    stored: Array | None = None
    for group, trees in grown:
        own = group.place.classes(group.estimator)
        at = [classes.index(c) if c in classes else -1 for c in own]
        known = sorted(at) == list(range(len(classes)))  # another target (one class against the rest) is not this one
        told = stored_labels(group, trees) if known else None
        stored = stored if told is None else np.array(at)[told]
        for tree in trees:
            usable = known and tree.sums is not None and tree.sums.shape[1] == len(at)
            mass = np.zeros((len(tree.member.nodes.feature), len(classes)))
            if usable and tree.sums is not None:
                mass[:, at] = tree.sums
                shares += mass[0] / mass[0].sum()
            parts.append(mass)
            labelled.append(usable)
    chances = (shares + 1e-6) / (shares + 1e-6).sum()
    notes = _unlabelled(labelled)
    if stored is not None:
        notes += ("the file stores each row's weight, and with it the label of every row in the order of the table",)
    return Targets(
        np.concatenate(parts), np.array(labelled), len(classes), np.empty(0), chances, np.empty(0), stored, notes
    )


def _values(grown: Sequence[tuple[Ensemble, list[Grown]]]) -> Targets:
    first = grown[0][0].place
    told = [(tree, tree.sums) for group, trees in grown for tree in trees if group.place.target is first.target]
    usable = {id(tree) for tree, sums in told if sums is not None}
    roots = [(sums[0, 0], tree.draws.sum()) for tree, sums in told if sums is not None]
    mean = float(np.mean([total / drawn for total, drawn in roots])) if roots else 0.0
    pure, impure, weights = _leaf_values([(tree, sums) for tree, sums in told if sums is not None])
    every = np.concatenate([pure, impure])
    sd = float(every.std()) if len(every) and every.std() > 0 else 1.0
    levels, counts = _distinct(pure, weights, _SAME * max(sd, abs(mean)))
    notes: tuple[str, ...] = ()
    if len(impure) or not len(levels):
        grid = np.quantile(every, np.linspace(0.0, 1.0, _GRID)) if len(every) else np.zeros(1)
        levels = np.unique(np.concatenate([levels, grid]))
        counts = np.ones(len(levels))
        notes = (f"some leaves hold rows of several targets: targets are told on a grid of {len(levels)} values",)
    parts, labelled = [], []
    for _, trees in grown:
        for tree in trees:
            known = id(tree) in usable and tree.sums is not None
            mass = np.zeros((len(tree.member.nodes.feature), 1))
            if known and tree.sums is not None:
                drawn = np.asarray(tree.member.nodes.weighted_n_node_samples)[:, None]
                mass = (tree.sums - mean * np.rint(drawn)) / sd
            parts.append(mass)
            labelled.append(known)
    return Targets(
        np.concatenate(parts),
        np.array(labelled),
        0,
        (levels - mean) / sd,
        counts / counts.sum(),
        np.array(first.targets(levels)),
        notes=notes + _unlabelled(labelled),
    )


def _leaf_values(told: Sequence[tuple[Grown, Array]]) -> tuple[Array, Array, Array]:
    """Return the targets of leaves that hold but one, the means of the others, and the rows of the former."""
    pure, impure, rows = [np.empty(0)], [np.empty(0)], [np.empty(0)]
    for tree, sums in told:
        nodes = tree.member.nodes
        leaf = np.asarray(nodes.children_left) < 0
        seen = np.asarray(nodes.n_node_samples)
        means = sums[:, 0] / np.rint(np.asarray(nodes.weighted_n_node_samples))
        # Impurity is a difference of squares: rounding leaves a little of it.
        rounding = 1e-12 * max(1.0, float(np.abs(means).max())) ** 2
        alone = leaf & ((seen == 1) | (np.asarray(nodes.impurity) <= rounding))
        pure.append(means[alone])
        rows.append(seen[alone].astype(np.float64))
        impure.append(means[leaf & ~alone])
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


def _unlabelled(labelled: Sequence[bool]) -> tuple[str, ...]:
    return () if any(labelled) else ("no tree states what the labels of its rows were: labels are not pinned",)
