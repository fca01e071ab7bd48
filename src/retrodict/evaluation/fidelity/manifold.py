"""Precision and recall, density and coverage: whether rows lie among real rows, and real rows among them."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict import threads
from retrodict.evaluation.fidelity.table import Table
from retrodict.families.sklearn.geometry import nearest_distances

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
    those of the rows of both tables; the balls keep their sizes.
    """
    from sklearn.metrics import pairwise_distances_chunked

    radius, own = (_radii(table.points) for table in (real, other))
    of_real, of_other = (np.eye(t.weights.counts.shape[1])[t.weights.groups] for t in (real, other))
    held, within = [], []  # by real row and group of the table: rows in its ball, and balls around it
    around = np.zeros((len(other), of_real.shape[1]))  # by row of the table and group of real rows: balls around it
    start = 0
    with threads.asking(len(real), len(other)):  # a distance for each pair
        for part in pairwise_distances_chunked(real.points, other.points):
            rows = slice(start, start + len(part))
            balls = (part <= radius[rows, None]).astype(np.float64)
            held.append(balls @ of_other)
            within.append((part <= own) @ of_other)
            around += balls.T @ of_real[rows]
            start += len(part)
    hit, reached = (np.concatenate(parts) @ other.weights.counts.T for parts in (held, within))
    inside = around @ real.weights.counts.T
    return {
        PRECISION: _mean(other, inside > 0),
        RECALL: _mean(real, reached > 0),
        DENSITY: _mean(other, inside / NEIGHBOURS),
        COVERAGE: _mean(real, hit > 0),
    }


def _mean(table: Table, values: Float[Array, "n r"]) -> Float[Array, " r"]:
    """Return the mean over rows of what each has, replicate by replicate."""
    return np.einsum("rn,nr->r", table.weights.rows, values.astype(np.float64))


def _radii(points: Array) -> Array:
    with threads.asking(*points.shape):
        found = nearest_distances(points, k=NEIGHBOURS)
    return found[:, -1] * _SLACK + 1e-9
