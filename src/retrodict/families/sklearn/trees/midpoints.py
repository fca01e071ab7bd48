"""Split points that lie midway between two values of a node's rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from retrodict.families.sklearn.trees.draws_and_sums import Grown
from retrodict.matching.axes import NumberAxis
from retrodict.matching.codebook import Codebook

Array = np.ndarray


def node_midpoints(trees: Sequence[Grown], book: Codebook) -> Float[Array, " nodes"]:
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
        split, thresholds = (np.asarray(getattr(tree.member.nodes, key)) for key in ("feature", "threshold"))
        own = np.full(len(split), np.nan)
        for i in np.unique(split[split >= 0]) if tree.member.midpoints else ():
            column = tree.member.columns[i]
            if column.number and column.name in numbers:
                mask = (split == i) & np.isfinite(thresholds)
                own[mask] = column.back(thresholds[mask])
        out.append(own)
    return np.concatenate(out)
