"""Cubics on equal cells of the latent, read by array operations that give the same bits on every machine."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

Array = np.ndarray


def read(coefficients: Float[Array, "4 k"], edge: float, z: Float[Array, " n"]) -> Float[Array, " n"]:
    """Return a piecewise cubic at latents; beyond the table its value at the table's end.

    Only products, sums and look-ups: no library's exponential, whose last bit is another on another processor.

    Parameters
    ----------
    coefficients
        Shape (4, k): the cubic of every cell in units of its width, the constant first.
    edge
        The cells divide the latents from -edge to edge.
    z
        Shape (n,); left as it was.
    """
    count = coefficients.shape[1]
    t = z * (count / (2 * edge))
    t += count / 2
    np.clip(t, 0.0, np.nextafter(count, 0.0), out=t)  # the end itself belongs to the last cell
    whole = np.floor(t)
    t -= whole
    cell = whole.astype(np.intp)  # another type would be turned into this one at each look-up
    out: Array = coefficients[3].take(cell)
    for row in (2, 1, 0):
        out *= t
        out += coefficients[row].take(cell)
    return out


def cubics(nodes: Float[Array, " k1"], slopes: Float[Array, " k1"]) -> Float[Array, "4 k"]:
    """Return the cubic of every cell from values and slopes at its ends, with the cell's width as the unit."""
    rise = np.diff(nodes)
    left, right = slopes[:-1], slopes[1:]
    return np.stack([nodes[:-1], left, 3 * rise - 2 * left - right, left + right - 2 * rise])
