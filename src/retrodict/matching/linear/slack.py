"""How far sums are from those stated, and how far the rounding of the true ones may be."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from retrodict.matching.equations import Blocks, Equations
from retrodict.matching.linear.columns import Columns, columns_of_table, explained

Array = np.ndarray

_SUMS = 1e-12
"""Of the sum of all terms' sizes, what sums of 64 bits and decimals of seventeen digits may be off by."""
EXACT = 1e-18
"""The energy of a table that is right: rows that differ by the rounding of their terms to 32 bits differ by 1e-14."""


def energy_of(equations: Equations, codes: Int[Array, "n d"], labels: Float[Array, " n"]) -> float:
    """Return how far a table's sums are from those stated, beyond their rounding, squared and weighed to rows.

    Parameters
    ----------
    equations
        What is stated.
    codes, labels
        The table, shapes (n, d) and (n,); in its order where draws tell rows apart.
    """
    return energy(equations.blocks, columns_of_table(equations, codes, labels), np.ones(len(codes)))


def energy(blocks: Blocks, columns: Columns, x: Float[Array, " m"]) -> float:
    """Return the same for so many of each column."""
    beyond = np.maximum(excess_of(blocks, columns, x) - slack_of(blocks, columns, x), 0.0)
    return float((beyond**2).sum())


def excess_of(blocks: Blocks, columns: Columns, x: Float[Array, " m"]) -> Float[Array, "sites Q"]:
    """Return how far the sums of so many of each column are from those stated, weighed.

    Parameters
    ----------
    blocks
        What is stated.
    columns
        m of them.
    x
        How many of each, shape (m,).
    """
    stated = blocks.totals * np.sqrt(blocks.weights)
    return np.asarray(np.abs(stated - explained(columns, x, len(stated))))


def slack_of(blocks: Blocks, columns: Columns, x: Float[Array, " m"]) -> Float[Array, "sites Q"]:
    """Return how far the sums of the true rows may be from those stated, weighed, were they these; see `excess_of`."""
    sizes = explained(Columns(columns.sites, np.abs(columns.entries)), x, len(blocks.totals))
    rounding = blocks.rounding
    if blocks.row_rounding.any():
        ones = np.ones_like(columns.entries)
        rounding = rounding + blocks.row_rounding * explained(Columns(columns.sites, ones), x, len(blocks.totals))
    return np.asarray(rounding * np.sqrt(blocks.weights) + _SUMS * sizes)
