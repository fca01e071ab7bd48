"""Put trees, codes and labels together into one problem."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrodict.disclosures.trees.tree_facts import Member
from retrodict.families.sklearn.trees.draws_and_sums import Grown
from retrodict.families.sklearn.trees.targets import Targets
from retrodict.matching.assumed import chances_of
from retrodict.matching.codebook import Codebook
from retrodict.matching.problem import Problem

Array = np.ndarray


def assemble(book: Codebook, trees: Sequence[Grown], targets: Targets) -> Problem:
    """Return the trees' splits in codes, with what their nodes state.

    Parameters
    ----------
    book
        The codes.
    trees
        All trees of the table.
    targets
        What their nodes state of the labels.
    """
    offsets = np.cumsum([0, *(len(tree.member.nodes.feature) for tree in trees)])
    parts = [_nodes(tree.member, book, int(start)) for tree, start in zip(trees, offsets[:-1], strict=True)]
    feature, low, high, left, right = (np.concatenate([part[i] for part in parts]) for i in range(5))
    return Problem(
        n=len(trees[0].draws),
        cells=np.array([axis.cells for axis in book.axes], dtype=np.int64),
        ordered=np.array([axis.ordered for axis in book.axes], dtype=bool),
        missing=np.array([axis.missing for axis in book.axes], dtype=np.int64),
        roots=offsets[:-1].astype(np.int64),
        feature=feature,
        low=low,
        high=high,
        left=left,
        right=right,
        draws=np.stack([tree.draws for tree in trees]).astype(np.int64),
        seen=np.concatenate([np.asarray(tree.member.nodes.n_node_samples, dtype=np.float64) for tree in trees]),
        mass=targets.mass,
        labelled=targets.labelled,
        classes=targets.classes,
        levels=targets.levels,
        chances=chances_of(book),
        label_chances=targets.chances,
    )


def _nodes(member: Member, book: Codebook, start: int) -> tuple[Array, ...]:
    """Return feature, low, high, left and right of one tree's nodes, children counted from `start`."""
    nodes = member.nodes
    split, thresholds = np.asarray(nodes.feature), np.asarray(nodes.threshold)
    sides = np.asarray(getattr(nodes, "missing_go_to_left", np.zeros(len(split)))).astype(bool)
    feature, low, high = (np.full(len(split), -1, dtype=np.int64) for _ in range(3))
    children = np.column_stack([nodes.children_left, nodes.children_right]).astype(np.int64)
    children[children >= 0] += start
    for i in np.unique(split[split >= 0]):
        mask, column = split == i, member.columns[i]
        axis = book.features.index(column.name)
        feature[mask] = axis
        low[mask], high[mask], swapped = book.axes[axis].intervals(column, thresholds[mask], sides[mask])
        turned = np.flatnonzero(mask)[swapped]
        children[turned] = children[turned, ::-1]
    return feature, low, high, children[:, 0], children[:, 1]
