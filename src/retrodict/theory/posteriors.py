"""Exact posteriors over the states of a world."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

Array = np.ndarray


def ratio(a: Array, b: Array) -> Array:
    """Return ``a / b`` with broadcasting; 0/0 is 0, and anything else over 0 is infinite."""
    a, b = np.broadcast_arrays(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    limit = np.where(a == 0, 0.0, np.inf)
    return np.divide(a, b, out=limit, where=b > 0)


def joint(x: Float[Array, " n"], y_given_x: Float[Array, "n k"]) -> Float[Array, "n k"]:
    """Return the probabilities of state and class together."""
    return x[:, None] * y_given_x


def class_posteriors(together: Float[Array, "n k"]) -> Float[Array, "n k"]:
    """Return the distribution of the state given each class, one column a class.

    Parameters
    ----------
    together
        Probabilities of state and class.

    Returns
    -------
    Float[Array, "n k"]
        Columns sum to one; the column of a class without mass is NaN: it has no posterior.
    """
    totals = together.sum(axis=0)
    out = np.full(together.shape, np.nan)
    return np.divide(together, totals, out=out, where=totals > 0)
