"""Values inside cells from split points that lie midway between two values, where rows are known by their cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from retrodict.disclosures.trees.tree import Tree
from retrodict.matching.codebook import Codebook
from retrodict.matching.ensemble import GrownTree
from retrodict.matching.midpoints import node_midpoints
from retrodict.matching.problem import Problem, Table, Targets
from retrodict.matching.splits import splits_in_codes

Array = np.ndarray

_MOST_ROWS = 5_000
"""Of a table whose values are solved for: beyond, the linear programs take longer than the search."""


def midway_values(
    book: Codebook,
    trees: Sequence[Tree],
    codes: Int[Array, "n c"],
    rows: Float[Array, "n d"],
) -> Float[Array, "n d"]:
    """Return rows with the same codes whose numbers meet as many midpoints as they can.

    Parameters
    ----------
    book, trees
        The codes, and the trees.
    codes
        The cells of the table, shape (n, c).
    rows
        Values inside these cells, shape (n, d), which stay where no midpoint tells more.
    """
    if not len(codes) or len(codes) > _MOST_ROWS:
        return rows
    from retrodict.matching.search.cell_values import cell_values  # compiled: imported when needed

    once = np.ones(len(codes), dtype=np.int64)
    splits = splits_in_codes([GrownTree(tree, once, None) for tree in trees], book)
    sizes = np.array([axis.size for axis in book.axes], dtype=np.int64)
    nothing = np.zeros(len(sizes), dtype=np.int64)
    table = Table(len(codes), sizes, nothing > 0, nothing - 1, tuple(np.ones(size) / size for size in sizes.tolist()))
    many = np.full(len(splits.feature), float(len(codes)))  # nothing is known of leaves
    unknown = Targets(0, np.zeros(1), np.ones(1), np.zeros((len(many), 1)), np.zeros(len(splits), dtype=bool))
    problem = Problem(table, replace(splits, counts=many), unknown)
    return cell_values(problem, book, node_midpoints(trees, book), codes, np.zeros(len(codes), dtype=np.int64), rows)
