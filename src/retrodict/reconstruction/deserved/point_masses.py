"""Values that many rows share: a file does not say where they are, and made-up tables are not to lack them."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.reading import Reading

Array = np.ndarray

_FINER = 1.5
"""How many times the cells of the true table's trees show that a made-up feature lacks a point mass: forests of one
table differ by a fifth."""


def finer_features(made: Reading, reading: Reading) -> list[str]:
    """Return features that a made-up table's trees cut more finely than the true table's.

    Rows of one cell that all hold the same value, as zeros of a number that is seldom above, can't be parted; values
    drawn anywhere in the cell can, and trees of many cells tell less of each.

    Parameters
    ----------
    made, reading
        The problems of both.
    """
    own, true = _cells(made), _cells(reading)
    return [name for name in reading.schema.names if own.get(name, 1) > _FINER * true.get(name, 1)]


def with_shared_values(
    X: Float[Array, "n d"], codes: Int[Array, "n c"], reading: Reading, names: list[str]
) -> Float[Array, "n d"]:
    """Return rows whose cells of some features hold one value each, the middle one of those that were drawn.

    Parameters
    ----------
    X, codes
        The rows, and their cells, shapes (n, d) and (n, c).
    reading
        What the codes are of.
    names
        Of the features.
    """
    out, coded = X.copy(), {name: codes[:, j] for j, name in enumerate(reading.codebook.features)}
    for name in names:
        f = reading.schema.names.index(name)
        cells = coded.get(name, np.zeros(len(X), dtype=np.int64))
        for cell in np.unique(cells):
            rows = np.flatnonzero((cells == cell) & ~np.isnan(X[:, f]))
            if len(rows):
                out[rows, f] = np.sort(X[rows, f])[(len(rows) - 1) // 2]
    return out


def _cells(reading: Reading) -> dict[str, int]:
    sizes = reading.problem.table.sizes.tolist()
    return dict(zip(reading.codebook.features, sizes, strict=True))
