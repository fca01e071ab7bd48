"""What a model's first trees let assume of a regressor's target, before any equation is met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.matching.boosting import COUNT, GRADIENT, HESSIAN, SQUARE

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class AssumedLevels:
    """Between which ends targets lie, and how large rows' terms are.

    Parameters
    ----------
    ends
        The least and the greatest target, shape (2,): a wide guess, which a misfit contradicts. One number, shape (1,),
        where no equation tells targets.
    gradient, hessian
        How large those of one row are, about; both above zero.
    """

    ends: Float[Array, " m"]
    gradient: float
    hessian: float

    @property
    def typical(self) -> dict[int, float]:
        """What a row contributes; see `Boosting`."""
        return {COUNT: 1.0, GRADIENT: self.gradient, HESSIAN: self.hessian, SQUARE: self.gradient**2}
