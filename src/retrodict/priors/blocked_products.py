"""Multiply many latents by a small matrix in slices too small to wake the threads of a BLAS."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

Array = np.ndarray

_ONE_THREAD = 262_144
"""Multiplications up to which OpenBLAS stays in the calling thread.

Beyond it every product of a block waits for all threads: on a busy machine that costs milliseconds for microseconds of
work, a hundred times the work itself.
"""
_LEAST_SLICE = 16
"""Latents multiplied at a time at the least: thinner slices cost more in calls than in products."""


def rows_product(z: Float[Array, "n d"], factor: Float[Array, "p d"]) -> Float[Array, "n p"]:
    """Return ``z @ factor.T``, one row a latent."""
    out = np.empty((len(z), len(factor)))
    for part in _slices(len(z), factor):
        np.matmul(z[part], factor.T, out=out[part])
    return out


def columns_product(z: Float[Array, "n d"], factor: Float[Array, "p d"], out: Float[Array, "p n"]) -> None:
    """Write ``factor @ z.T``, one contiguous row a feature."""
    for part in _slices(len(z), factor):
        np.matmul(factor, z[part].T, out=out[:, part])


def _slices(n: int, factor: Array) -> list[slice]:
    width = max(_LEAST_SLICE, _ONE_THREAD // max(1, factor.size))
    return [slice(start, min(start + width, n)) for start in range(0, n, width)]
