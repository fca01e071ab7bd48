"""Cells whose chance to be right is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from retrodict.reconstruction.deserved.confidence_map import Judged

Array = np.ndarray


def planted(rows: int, width: int, chance: Callable[[Array, Array], Array]) -> Judged:
    """Return cells of so many rows, of two kinds by turns, right as often as their agreement and kind say.

    Parameters
    ----------
    rows, width
        Of the table.
    chance
        From agreement and kind, shape (rows * width,).
    """
    rng = np.random.default_rng(0)
    stated = np.round(rng.random(rows * width) * 40) / 40
    kind = np.tile(np.arange(width) % 2, rows)
    right = rng.random(rows * width) < chance(stated, kind)
    return Judged(stated, right, kind, np.repeat(np.arange(rows), width))
