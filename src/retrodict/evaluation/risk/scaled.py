"""Several tables as cells on one scale: that of the training rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from retrodict.errors import SchemaError
from retrodict.tables.cells import FAR
from retrodict.tables.encoded import Inputs
from retrodict.tables.titles import TRAIN

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Tables:
    """One table.

    Parameters
    ----------
    cells
        Features: two cells differ by ``min(|a - b|, 1)``.
    labels
        The target, on the same terms.
    """

    cells: Float[Array, "n d"]
    labels: Float[Array, "n 1"]

    def take(self, rows: Array) -> Tables:
        """Return some of the rows."""
        return Tables(self.cells[rows], self.labels[rows])


def scaled(inputs: Inputs, tolerance: float) -> dict[str, Tables]:
    """Return all tables as cells.

    Numbers are divided by the range of the training column; a listed value is its place in the list, so that any other
    is at least 1 away; a missing value lies beyond all others.

    Parameters
    ----------
    inputs
        Tables on one layout.
    tolerance
        Where the training column holds one value only, a number this near to it (relative to it) is equal.

    Raises
    ------
    SchemaError
        If a number is infinite.
    """
    out = {title: np.array(codes, dtype=np.float64) for title, codes in inputs.tables.items()}
    for j, column in enumerate(inputs.layout.columns):
        columns = [cells[:, j] for cells in out.values()]
        if any(np.isinf(values).any() for values in columns):
            raise SchemaError(f"column '{column.name}' holds infinite values; replace or drop them")
        if not column.listed:
            real = inputs.tables[TRAIN][:, j]
            present = real[~np.isnan(real)]
            low, high = (present.min(), present.max()) if len(present) else (0.0, 0.0)
            for values in columns:
                gone = np.isnan(values)
                one_value = np.abs(values - low) > tolerance * abs(low)
                values[:] = (values - low) / (high - low) if high > low else one_value
                values[gone] = np.nan
        far = min(np.nanmin(values, initial=0.0) for values in columns) - FAR
        for values in columns:
            values[np.isnan(values)] = far
    return {title: Tables(cells[:, :-1], cells[:, -1:]) for title, cells in out.items()}
