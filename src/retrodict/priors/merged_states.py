"""Lists of states: merging those that stand twice."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

Array = np.ndarray


def merged_states(
    states: Float[Array, "n d"], log_weights: Float[Array, " n"]
) -> tuple[Float[Array, "m d"], Float[Array, " m"]]:
    """Merge equal rows (NaN equals NaN), adding their probabilities.

    Parameters
    ----------
    states
        Rows, shape (n, d); NaN is missing.
    log_weights
        Shape (n,): their log-probabilities.

    Returns
    -------
    tuple[Float[Array, "m d"], Float[Array, " m"]]
        The distinct rows, sorted, with their log-probabilities.
    """
    keyed = np.where(np.isnan(states), np.inf, states)  # NaN differs from itself; infinity is no value of a schema
    distinct, inverse = np.unique(keyed, axis=0, return_inverse=True)
    out = np.full(len(distinct), -np.inf)
    np.logaddexp.at(out, inverse.ravel(), log_weights)
    return np.where(np.isinf(distinct), np.nan, distinct), out
