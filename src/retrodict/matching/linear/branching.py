"""What is left of a table solved in whole numbers, by branching and bounding."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from retrodict.matching.equations import Equations
from retrodict.matching.linear.candidates import Columns
from retrodict.matching.linear.swapping import matrix_of

Array = np.ndarray

_SECONDS = 20.0
"""At most so long: what is not found soon is not found."""
_COLUMNS = 1_000
_EQUATIONS = 4_000
"""The most columns and equations that are worth a try."""


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
    matrix, right = matrix_of(equations.blocks, columns)
    rows, many = matrix.shape
    if many > _COLUMNS or rows > _EQUATIONS:
        return times
    one = sparse.identity(rows, format="csc")
    costs = np.concatenate([np.zeros(many), np.ones(2 * rows)])
    whole = np.concatenate([np.ones(many), np.zeros(2 * rows)])
    constraint = LinearConstraint(sparse.hstack([matrix, one, -one], format="csc"), right, right)
    options = {"time_limit": min(seconds, _SECONDS)}
    found = milp(costs, integrality=whole, bounds=Bounds(0.0, np.inf), constraints=constraint, options=options)
    return times if found.x is None else np.rint(found.x[:many]).astype(np.int64)
