"""Features that no tree of a model splits: no output depends on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Int

Array = np.ndarray


def unsplit(names: Sequence[str], read: Iterable[Int[Array, " k"]]) -> frozenset[str]:
    """Return the features whose position is in none of the arrays.

    Parameters
    ----------
    names
        All features, by position.
    read
        Positions of those that a model reads: what its splits compare, and whatever else it takes.
    """
    taken: set[int] = set()
    for positions in read:
        taken.update(np.unique(positions).tolist())
    return frozenset(name for i, name in enumerate(names) if i not in taken)
