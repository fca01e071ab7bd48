"""What a set of trees states: node counts, split points, and the grids that these show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from retrodict.disclosures.kinds import Disclosure, Grid, NodeCounts, Thresholds, Values
from retrodict.disclosures.place import Place
from retrodict.disclosures.trees.chains import grid_values
from retrodict.disclosures.trees.grids import distinct, grid_step
from retrodict.disclosures.trees.points import points_of
from retrodict.disclosures.trees.raw_trees import raw_trees
from retrodict.disclosures.trees.stretches import stretches
from retrodict.disclosures.trees.tree import Tree

Array = np.ndarray


def node_counts(
    trees: Sequence[Tree],
    place: Place,
    source: str,
    *,
    whole: bool | None = None,
    labels: tuple[Any, ...] | None = None,
) -> Iterator[Disclosure]:
    """Yield the node counts of all trees together, and how rows lie between their split points.

    Parameters
    ----------
    trees, place, source
        What is counted, where it stands, and where the counts are.
    whole
        Whether each tree counts every training row once, as far as is known: a doubt of weights is none of draws. By
        default where `place` says of no other rows.
    labels
        Classes that the nodes' values are of, or nothing of numbers; ``None`` where values are not of the target.
    """
    if not trees or any(tree.stripped for tree in trees):
        return
    leaves = _leaves(trees)
    whole = place.exact is True if whole is None else whole
    yield from stretches(trees, place, source)
    inputs = {id(tree.columns): tree.columns for tree in trees}  # mostly one and the same
    cut = {(id(tree.columns), i) for tree in trees for i in tree.used.tolist()}
    cut |= {(id(tree.columns), split.column) for tree in trees for split in tree.sets.values()}
    used = {inputs[columns][i].name for columns, i in cut}
    names = dict.fromkeys(column.name for columns in inputs.values() for column in columns)
    whole = whole and not any(tree.weighted for tree in trees)
    raw = raw_trees(trees) if whole or labels is not None else ()
    yield NodeCounts(
        tuple(tree.rows for tree in trees),
        leaves,
        _weights(trees),
        trees=raw if whole else (),
        drawn=() if whole else raw,
        labels=labels,
        features=tuple(name for name in names if name in used),
        source=place.at(source),
        exact=place.exact,
        personal=any(bool((tree.rows[leaf] == 1).any()) for tree, leaf in zip(trees, leaves, strict=True)),
    )


def _leaves(trees: Sequence[Tree]) -> tuple[Array, ...]:
    """Return which nodes are leaves; trees that share their children share that."""
    found: dict[int, Array] = {}
    for tree in trees:
        if id(tree.left) not in found:
            found[id(tree.left)] = tree.leaf
    return tuple(found[id(tree.left)] for tree in trees)


def _weights(trees: Sequence[Tree]) -> tuple[Array, ...] | None:
    stated = tuple(tree.weights for tree in trees if tree.weights is not None)
    return stated if len(stated) == len(trees) else None


def split_points(trees: Sequence[Tree], place: Place, source: str) -> Iterator[Disclosure]:
    """Yield each raw number's split points over all trees, and the grid that midpoints show."""
    found: dict[str, list[Array]] = {}
    scale: dict[str, float] = {}
    straight: set[str] = set()
    for column, points in points_of(trees):
        values = column.raw_numbers(points)
        if values is None:
            continue
        found.setdefault(column.name, []).append(values)
        scale[column.name] = max(scale.get(column.name, 0.0), abs(column.scale))
        if column.number:
            straight.add(column.name)
    midpoints, double = all(tree.midpoints for tree in trees), all(tree.double for tree in trees)
    parted = {name: distinct(np.concatenate(points), scale[name], double) for name, points in found.items()}
    known = [name for name in parted if midpoints and name in straight]
    grids = {name: step for name in known if (step := grid_step(parted[name], scale[name], double))}
    forced = grid_values(trees, grids) if grids else {}
    for name, values in parted.items():
        shared: dict[str, Any] = {"features": (name,), "source": place.at(source)}
        yield Thresholds(
            values, midpoints and name in straight, **shared, exact=place.exact if double else "to 32 bits"
        )
        told = "as far as the split points show"
        if name in grids:
            yield Grid(grids[name], 0.0, len(values), **shared, exact=told)
        if len(forced.get(name, ())):
            yield Values(forced[name], **shared, exact=told, personal=None)
