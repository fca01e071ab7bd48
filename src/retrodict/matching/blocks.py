"""What boosted trees state, as blocks of equations that compiled code can walk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from retrodict.disclosures.trees.tree import Tree
from retrodict.matching.boosting import COUNT, GRADIENT, HESSIAN, SQUARE, BoostedTree, Statement
from retrodict.matching.equations import Blocks

Array = np.ndarray

_TYPICAL = {COUNT: 1.0, GRADIENT: 0.5, HESSIAN: 0.25, SQUARE: 0.25}
"""What one row contributes of each term, about, where losses are of shares; it scales misfits to rows."""


def blocks_of(trees: Sequence[BoostedTree], typical: Mapping[int, float] | None = None) -> Blocks:
    """Return the equations of all trees.

    Parameters
    ----------
    trees
        All of the table.
    typical
        What one row contributes of 1, g, h and g squared, about: misfits are weighed by its inverse.
    """
    size = np.array([(typical or _TYPICAL)[i] for i in range(4)])
    most_leaves = max(int(each.tree.leaf.sum()) for each in trees)
    found = [(t, *part) for t, each in enumerate(trees) for part in _parts(each)]
    width = max((len(statements) for _, _, _, statements in found), default=1)
    sites = sum(len(nodes) for _, nodes, _, _ in found)
    blocks = len(found)
    tree = np.array([t for t, *_ in found], dtype=np.int64)
    site = np.full((blocks, most_leaves), -1, dtype=np.int64)
    coefficients = np.zeros((blocks, most_leaves, width, 4))
    totals, rounding, weights, row_rounding = (np.zeros((sites, width)) for _ in range(4))
    taken = 0
    for b, (t, nodes, below, statements) in enumerate(found):
        for i, node in enumerate(nodes.tolist()):
            leaves, at = np.flatnonzero(below[i]), taken + i
            site[b, leaves] = at
            for q, each in enumerate(statements):
                if np.isnan(each.totals[node]):
                    continue
                own = each.coefficients[node] if each.coefficients.ndim > 1 else each.coefficients
                if each.by_leaf:
                    own = each.coefficients[np.flatnonzero(trees[t].tree.leaf)[leaves]]
                coefficients[b, leaves, q] = own
                totals[at, q] = each.totals[node]
                slack = float(np.broadcast_to(each.rounding, each.totals.shape)[node])
                rounding[at, q] = slack
                row_rounding[at, q] = float(np.broadcast_to(each.row_rounding, each.totals.shape)[node])
                most = float(((own * size) ** 2).sum(axis=-1).max())
                if not most:  # it asks nothing of any row
                    continue
                weights[at, q] = 1.0 / (most + slack**2)
        taken += len(nodes)
    return Blocks(tree, site, coefficients, totals, rounding, weights, row_rounding)


def _parts(each: BoostedTree) -> Iterator[tuple[Array, Array, list[Statement]]]:
    """Yield nodes of which none lies below another, the tree's leaves below each, and what they state."""
    tree, below = each.tree, _leaves_below(each.tree)
    stating = [statement for statement in each.statements if not np.isnan(statement.totals).all()]
    leaves = np.flatnonzero(tree.leaf)
    at_leaves = [statement for statement in stating if not np.isnan(statement.totals[leaves]).all()]
    if at_leaves:
        own = leaves[~np.all([np.isnan(statement.totals[leaves]) for statement in at_leaves], axis=0)]
        yield own, below[own], at_leaves
    for level in tree.levels():
        of_level = [statement for statement in stating if not np.isnan(statement.totals[level]).all()]
        if of_level:
            own = level[~np.all([np.isnan(statement.totals[level]) for statement in of_level], axis=0)]
            yield own, below[own], of_level


def _leaves_below(tree: Tree) -> Array:
    """Return which leaves lie below each node, itself included, shape (nodes, leaves)."""
    leaves = np.flatnonzero(tree.leaf)
    below = np.zeros((len(tree.feature), len(leaves)), dtype=bool)
    below[leaves, np.arange(len(leaves))] = True
    for level in reversed(tree.levels()):
        below[level] = below[tree.left[level]] | below[tree.right[level]]
    return below
