"""What of scikit-learn's estimators serves as geometry: nearest neighbours, and the plane of greatest spread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

Array = np.ndarray


def nearest_distances(among: Float[Array, "m p"], points: Array | None = None, k: int = 1) -> Float[Array, "n k"]:
    """Return the distances to the nearest of some points, nearest first.

    Parameters
    ----------
    among
        The points that are searched, shape (m, p).
    points
        Whose neighbours are looked for, shape (n, p); by default those of `among`, of which none is its own.
    k
        How many.
    """
    from sklearn.neighbors import NearestNeighbors

    distances: Array = NearestNeighbors(n_neighbors=k).fit(among).kneighbors(points)[0]
    return distances


def plane(points: Float[Array, "n p"]) -> tuple[Callable[[Array], Array], float]:
    """Return the way to the plane of the two largest principal components, and the share of variance it holds.

    Parameters
    ----------
    points
        Whose components they are; where there are fewer than two, the plane is a line.
    """
    from sklearn.decomposition import PCA

    found = PCA(min(2, *points.shape), random_state=0).fit(points)
    return found.transform, float(found.explained_variance_ratio_.sum())
