"""The standard normal distribution function, as fast as a table and as exact as a double of a probability."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr

from retrodict.priors.marginals.cubics import cubics, read

Array = np.ndarray

_REACH = 8.5
"""Beyond it the distribution function is 0 or 1 up to 1e-17."""

_CELLS = 16_384
"""Cubics with the exact slopes at both ends of a cell err by at most ``h**4 / 384`` times the largest fourth
derivative, 0.55: of this many cells 1.7e-15, a few units of the last place of a probability near one."""


def _table() -> Float[Array, "4 k"]:
    nodes = np.linspace(-_REACH, _REACH, _CELLS + 1)
    width = 2 * _REACH / _CELLS
    return cubics(ndtr(nodes), np.exp(-0.5 * nodes**2) / np.sqrt(2 * np.pi) * width)


_TABLE = _table()


def normal_share(z: Float[Array, " n"]) -> Float[Array, " n"]:
    """Return the probability that a standard normal lies below each latent, within 3e-15 and never decreasing.

    For maps that are linear in a probability. Where small probabilities count by their relative size (tails), use
    `scipy.special.ndtr`, which takes twice as long.

    Parameters
    ----------
    z
        Shape (n,); left as it was.
    """
    return read(_TABLE, _REACH, z)
