"""Precision and recall, density and coverage: whether rows lie among real rows, and real rows among them."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.evaluation.fidelity.table import Table

Array = np.ndarray

PRECISION, RECALL, DENSITY, COVERAGE = "precision", "recall", "density", "coverage"
NEIGHBOURS = 5
_SLACK = 1 + 1e-9  # equal rows, whose distance is 0 but for rounding, are in one another's balls


def manifold(real: Table, other: Table) -> dict[str, Float[Array, " r"]]:
    """Return four shares, of balls around rows that reach to the `NEIGHBOURS`-th nearest row of the same table.

    `precision`: of the table's rows that lie in a real row's ball. `recall`: of the real rows that lie in a ball of
    the table's. `density`: in how many real balls a row of the table lies, divided by `NEIGHBOURS`. `coverage`: of the
    real balls that hold a row of the table. For a fresh sample of the real distribution, density is 1 on average, and
    coverage ``1 - 2^-NEIGHBOURS`` with as many rows.

    Notes
    -----
    Naeem, Oh, Uh, Choi and Yoo, ICML 2020; precision and recall of Kynkaanniemi and others, NeurIPS 2019. Errors are
    those of the rows that are counted, not of the balls.
    """
    from sklearn.metrics import pairwise_distances_chunked

    radius, own = (_radii(table.points) for table in (real, other))
    inside, hit = np.zeros(len(other)), np.zeros(len(real), dtype=bool)
    reached = np.zeros(len(real), dtype=bool)
    start = 0
    for part in pairwise_distances_chunked(real.points, other.points):
        rows = slice(start, start + len(part))
        balls = part <= radius[rows, None]
        inside += balls.sum(axis=0)
        hit[rows] = balls.any(axis=1)
        reached[rows] = (part <= own).any(axis=1)
        start += len(part)
    return {
        PRECISION: other.weights.means(inside > 0),
        RECALL: real.weights.means(reached),
        DENSITY: other.weights.means(inside / NEIGHBOURS),
        COVERAGE: real.weights.means(hit),
    }


def _radii(points: Array) -> Array:
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(points).kneighbors()[0]  # no row is its own neighbour
    return found[:, -1] * _SLACK + 1e-9
