"""What is left of a table solved in whole numbers, by branching and bounding."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from retrodict.matching.equations import Equations
from retrodict.matching.linear.columns import Columns
from retrodict.matching.linear.silent import silent
from retrodict.matching.linear.swapping import matrix_of

Array = np.ndarray

_SECONDS = 20.0
"""At most so long: what is not found soon is not found."""
_COLUMNS = 800
"""The most columns that are worth a try."""


def branched(equations: Equations, columns: Columns, times: Int[Array, " m"], seconds: float) -> Int[Array, " m"]:
    """Return the whole numbers of rows whose sums are nearest to those stated, as far as they are found in time.

    Parameters
    ----------
    equations
        What is stated.
    columns
        Of m possible rows.
    times
        How often each was there before, shape (m,); returned where nothing is found.
    seconds
        Stop after about so long.
    """
    found = in_whole_groups(equations, columns, np.arange(len(times)), seconds)
    return times if found is None else np.rint(found).astype(np.int64)


def in_whole_groups(
    equations: Equations, columns: Columns, group: Int[Array, " m"], seconds: float
) -> Float[Array, " m"] | None:
    """Return numbers of rows of which those of one group come to a whole number; ``None`` where none are found.

    Parameters
    ----------
    equations
        What is stated.
    columns
        Of m possible rows.
    group
        The number of each row's group, from 0, shape (m,).
    seconds
        Stop after about so long.
    """
    many = columns.sites.shape[1]
    if not 0 < many <= _COLUMNS or seconds <= 0.0:
        return None
    matrix, right = _fewer(*matrix_of(equations.blocks, columns))
    rows, groups = len(right), int(group.max()) + 1
    member = sparse.csc_matrix((np.ones(many), (group, np.arange(many))), shape=(groups, many))
    off = sparse.identity(rows, format="csc")
    stated = sparse.hstack([sparse.csc_matrix(matrix), sparse.csc_matrix((rows, groups)), off, -off])
    summed = sparse.hstack([member, -sparse.identity(groups), sparse.csc_matrix((groups, 2 * rows))])
    both = np.concatenate([right, np.zeros(groups)])
    with silent():
        found = milp(
            np.concatenate([np.zeros(many + groups), np.ones(2 * rows)]),
            integrality=np.concatenate([np.zeros(many), np.ones(groups), np.zeros(2 * rows)]),
            bounds=Bounds(0.0, np.inf),
            constraints=LinearConstraint(sparse.vstack([stated, summed], format="csc"), both, both),
            options={"time_limit": min(seconds, _SECONDS)},
        )
    return None if found.x is None else np.asarray(found.x[:many])


def _fewer(matrix: sparse.csc_matrix, right: Array) -> tuple[Array, Array]:
    """Return as many equations as columns that are met where all are: the others follow, or add to the misfit alone."""
    dense = np.asarray(matrix.todense())
    if len(dense) <= dense.shape[1]:
        return dense, right
    turned, upper = np.linalg.qr(dense)
    return upper, turned.T @ right
