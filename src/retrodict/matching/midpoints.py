"""Split points that lie midway between two values of a node's rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from retrodict.disclosures.trees.tree import Tree
from retrodict.matching.axes import NumberAxis
from retrodict.matching.codebook import Codebook

Array = np.ndarray


def node_midpoints(trees: Sequence[Tree], book: Codebook) -> Float[Array, " nodes"]:
    """Return each node's split point in raw units; NaN where it is none midway between raw numbers.

    Parameters
    ----------
    trees
        All trees, in the order of the problem's.
    book
        The codes.
    """
    numbers = {axis.name for axis in book.axes if isinstance(axis, NumberAxis)}
    out = []
    for tree in trees:
        own = np.full(len(tree.feature), np.nan)
        for i in tree.used if tree.midpoints else ():
            column = tree.columns[i]
            if column.number and column.name in numbers:
                mask = (tree.feature == i) & np.isfinite(tree.threshold)
                own[mask] = column.back(tree.threshold[mask])
        out.append(own)
    return np.concatenate(out)
