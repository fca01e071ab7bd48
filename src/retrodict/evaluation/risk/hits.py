"""Rows that agree in every cell: which training rows are hit, and which are singled out."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.spatial import cKDTree

Array = np.ndarray


def hit_by(rows: Float[Array, "n d"], others: Float[Array, "m d"], tolerance: float) -> Int[Array, " n"]:
    """Return for each row one of the others that agrees with it in every cell, the nearest; -1 where none does.

    A search tree finds it: agreement in every cell within a tolerance below 1 is a ball of the maximum norm, and small
    balls are found fast in many dimensions.

    Parameters
    ----------
    rows, others
        Cells: two values of a list are 1 or more apart.
    tolerance
        Up to which two cells agree.
    """
    found = _tree(others).query(rows, p=np.inf, distance_upper_bound=_beyond(tolerance))[1]
    return np.where(found == len(others), -1, found).astype(np.int64)


def alone(rows: Float[Array, "n d"], tolerance: float) -> Bool[Array, " n"]:
    """Return which rows agree with no other row of their own table."""
    second = _tree(rows).query(rows, k=[2], p=np.inf, distance_upper_bound=_beyond(tolerance))[0]
    return np.isinf(second[:, 0])


def singled_out(
    members: Float[Array, "n d"],
    others: Float[Array, "m d"] | None,
    rebuilt: Float[Array, "k d"],
    tolerance: float,
) -> tuple[Int[Array, " s"], Int[Array, " s"]]:
    """Return members that a rebuilt row hits, that are alone in their table, and that no other table's row agrees with.

    Parameters
    ----------
    members
        Training rows; held-out rows for the control.
    others
        Held-out rows, and training rows for the control; ``None`` where there are none.
    rebuilt
        Rebuilt rows.
    tolerance
        Up to which two cells agree.

    Returns
    -------
    tuple
        Positions in `members`, and of the rebuilt rows that hit them.
    """
    by = hit_by(members, rebuilt, tolerance)
    chosen = np.flatnonzero((by >= 0) & alone(members, tolerance))
    if others is not None and len(chosen):
        chosen = chosen[hit_by(members[chosen], others, tolerance) < 0]
    return chosen, by[chosen]


def _tree(rows: Array) -> cKDTree:
    # equal rows can't be parted, and medians of columns with few values would be cut at again and again
    return cKDTree(rows, leafsize=32, balanced_tree=False, compact_nodes=True)


def _beyond(tolerance: float) -> float:
    return float(np.nextafter(tolerance * (1 + 1e-12), 1.0))
