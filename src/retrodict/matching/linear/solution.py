"""A table that was found as the solution of equations."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Solution:
    """A rebuilt table in codes, and how sure it is.

    Parameters
    ----------
    codes
        Shape (n, d).
    labels
        As the loss takes them: class numbers, or targets as they were fitted; shape (n,).
    energy
        How far the table's sums are from those stated, beyond their rounding: 0 where every equation is met.
    misfit
        The same of the solution before numbers of rows were made whole: what no table of any size could explain.
    rounds
        How often all possible rows were priced.
    seconds
        Wall time.
    optimal
        Whether no possible row would lower the misfit; ``False`` where time ran out.
    equations
        How many equations were to be met.
    unique
        Of each row: whether every non-negative solution of the equations has it, as was shown; shape (n,). ``None``
        where that was not looked at.
    entry_agreement
        Of each entry, the share of the possible rows that no tree tells from this one that have it, by what is assumed
        of codes; shape (n, d).
    label_agreement
        Of each label: 1 where it is the only one that fits, shape (n,).
    """

    codes: Int[Array, "n d"] = field(repr=False)
    labels: Float[Array, " n"] = field(repr=False)
    energy: float
    misfit: float
    rounds: int
    seconds: float
    optimal: bool
    equations: int
    unique: Bool[Array, " n"] | None = field(repr=False)
    entry_agreement: Float[Array, "n d"] = field(repr=False)
    label_agreement: Float[Array, " n"] = field(repr=False)

    @property
    def confidence(self) -> Float[Array, " n"]:
        """The share of a row's entries, its label among them, that are sure, shape (n,)."""
        return np.asarray(np.column_stack([self.entry_agreement, self.label_agreement]).mean(axis=1))

    @property
    def determined(self) -> float | None:
        """The share of rows that every solution has; ``None`` where that was not looked at."""
        return None if self.unique is None else float(self.unique.mean()) if len(self.unique) else 0.0
