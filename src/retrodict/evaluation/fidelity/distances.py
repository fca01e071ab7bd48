"""Distances between two clouds of rows: energy distance and sliced Wasserstein."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.spatial.distance import cdist

from retrodict.evaluation.fidelity.marginals import number_distances
from retrodict.evaluation.fidelity.table import Table

Array = np.ndarray

ENERGY, SLICED = "energy distance", "sliced wasserstein"
DIRECTIONS = 50


def energy_distance(real: Table, other: Table) -> Float[Array, " r"]:
    """Return ``2 E|X - Y| - E|X - X'| - E|Y - Y'|`` of points, without bias: of equal distributions it is 0 on average.

    Notes
    -----
    Szekely and Rizzo, Journal of Statistical Planning and Inference 143, 2013. scipy's is of one dimension.
    """
    n, m = len(real), len(other)
    between = _mean_distances(real, other)
    within = [_mean_distances(table, table) for table in (real, other)]
    value = 2 * between[0] - within[0][0] * n / (n - 1) - within[1][0] * m / (m - 1)  # no row beside itself
    scatter = 2 * between - within[0] - within[1]
    return scatter - scatter[0] + value


def _mean_distances(a: Table, b: Table) -> Array:
    """Return the mean distance of points under each replicate's weights."""
    blocks = np.zeros((a.weights.counts.shape[1], b.weights.counts.shape[1]))
    order = np.argsort(b.weights.groups, kind="stable")
    starts = np.searchsorted(b.weights.groups[order], np.arange(blocks.shape[1]))
    for g in range(len(blocks)):
        rows = cdist(a.points[a.weights.groups == g], b.points[order])
        blocks[g] = np.add.reduceat(rows.sum(axis=0), starts)
    sums = np.einsum("rk,kl,rl->r", a.weights.counts, blocks, b.weights.counts, optimize=True)
    sizes = [table.weights.counts @ np.bincount(table.weights.groups) for table in (a, b)]
    return sums / (sizes[0] * sizes[1])


def sliced_wasserstein(real: Table, other: Table, directions: Float[Array, "p k"]) -> Float[Array, " r"]:
    """Return the mean over directions of the 1-Wasserstein distance of the points' projections.

    Notes
    -----
    Bonneel, Rabin, Peyre and Pfister, Journal of Mathematical Imaging and Vision 51, 2015.
    """
    total = np.zeros(len(real.weights.counts))
    for direction in directions.T:
        a, b = real.points @ direction, other.points @ direction
        total += number_distances(a, b, real.weights.rows, other.weights.rows)[0]
    return total / directions.shape[1]


def random_directions(p: int, rng: np.random.Generator) -> Float[Array, "p k"]:
    """Return directions, uniform on the sphere."""
    drawn = rng.standard_normal((p, DIRECTIONS))
    return drawn / np.linalg.norm(drawn, axis=0)
