"""What some of the shadow models say of each row, as one number: which of them differs from row to row."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float


def mean_over(said: Float[np.ndarray, "s n"], chosen: Bool[np.ndarray, "s n"]) -> Float[np.ndarray, " n"]:
    """Return the mean over the models that are chosen for each row.

    Parameters
    ----------
    said
        What each shadow model says of each row; finite.
    chosen
        Whether it counts: at least one does of each row.
    """
    return np.asarray(np.where(chosen, said, 0.0).sum(axis=0) / chosen.sum(axis=0))
