"""Nearest rows of large tables, all pairs looked at: in blocks that stay in the processor's cache."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from retrodict.extras import extra_for
from retrodict.tables.cells import cell_errors
from retrodict.threads import cores

Array = np.ndarray

_BLOCK = 256
_PARTS = 16


@dataclass(frozen=True, eq=False)
class Nearest:
    """The nearest row of another table, for each row of one and back.

    Parameters
    ----------
    at
        Of each row, the position of the nearest one of the other table.
    error
        Mean error of the cells beside it, 0 to 1.
    back
        Of each row of the other table, the mean error beside the nearest one of this; in 32 bits.
    """

    at: Int[Array, " n"]
    error: Float[Array, " n"]
    back: Float[Array, " m"]


def joined(parts: list[tuple[Int[Array, " k"], Nearest]]) -> Nearest:
    """Return the nearest rows of a whole table from those of its parts.

    Parameters
    ----------
    parts
        The positions of each part's rows in the table, and the nearest of them.
    """
    error = np.array([found.error for _, found in parts])
    least = np.argmin(error, axis=0)
    at = np.array([rows[found.at] for rows, found in parts])
    back = np.empty(sum(len(rows) for rows, _ in parts))
    for rows, found in parts:
        back[rows] = found.back
    each = np.arange(error.shape[1])
    return Nearest(at[least, each], error[least, each], back)


def nearest(a: Float[Array, "n d"], b: Float[Array, "m d"]) -> Nearest:
    """Return the nearest rows of two tables, by the mean error of their cells.

    Every pair is looked at, in 32 bits, whatever the dimension; the errors of the pairs found are computed anew in 64.
    The result does not depend on the number of cores.

    Parameters
    ----------
    a, b
        Cells, two of which differ by ``min(|a - b|, 1)``.
    """
    n, m, d = len(a), len(b), a.shape[1]
    count = -(-m // _BLOCK)
    padded = np.full((count * _BLOCK, d), np.inf, dtype=np.float32)
    padded[:m] = b
    blocks = np.ascontiguousarray(padded.reshape(count, _BLOCK, d).transpose(0, 2, 1))
    parts = np.array_split(np.arange(n), min(_PARTS, n))
    rows = a.astype(np.float32)
    at = np.zeros(n, dtype=np.int64)
    back = np.full((count, _BLOCK), np.inf, dtype=np.float32)
    scan = _compiled().scan
    with ThreadPoolExecutor(min(len(parts), cores())) as pool:
        for part, (found, mine) in zip(parts, pool.map(lambda p: _part(scan, rows[p], blocks), parts), strict=True):
            at[part] = found
            np.minimum(back, mine, out=back)
    error = cell_errors(a, b[at]).mean(axis=1)
    return Nearest(at, error, back.ravel()[:m].astype(np.float64) / d)


def errors_between(a: Float[Array, "n d"], b: Float[Array, "m d"]) -> Float[Array, "n m"]:
    """Return the mean error of every row of one table beside every row of the other."""
    return _compiled().errors_between(a, np.ascontiguousarray(b.T))


def _part(scan: Callable[..., None], rows: Array, blocks: Array) -> tuple[Array, Array]:
    at, back = np.zeros(len(rows), dtype=np.int64), np.full((blocks.shape[0], blocks.shape[2]), np.inf, np.float32)
    scan(rows, blocks, at, back)
    return at, back


def _compiled() -> Any:
    """Return the loops, whose compiler is an extra."""
    with extra_for("comparing rebuilt rows with real ones"):
        return import_module("retrodict.evaluation.risk.scan")
