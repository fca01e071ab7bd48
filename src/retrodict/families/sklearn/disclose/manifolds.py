"""Embeddings: the rows that new ones are placed beside, and where training put each row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn import decomposition, manifold, preprocessing

from retrodict.disclosures.kinds import Disclosure, SampleSize
from retrodict.disclosures.place import Place

_DISTANCES = "distances to the other rows"


def kernel(step: decomposition.KernelPCA, place: Place) -> Iterator[Disclosure]:
    """Yield every row, and where each lies along the components."""
    rows = getattr(step, "X_fit_", None)
    if rows is not None:
        given = step.kernel == "precomputed"
        yield place.entries("X_fit_", "kernel with the other rows", rows) if given else place.rows("X_fit_", rows)
        yield SampleSize(int(rows.shape[0]), features=(), source=place.at("X_fit_"), exact=place.exact)
    meanings = {
        "eigenvectors_": "place along the components, scaled",
        "X_transformed_fit_": "place along the components",
        "dual_coef_": "weights of its columns on the way back",
    }
    yield from place.kept(step, meanings)


def centred_kernel(step: preprocessing.KernelCenterer, place: Place) -> Iterator[Disclosure]:
    """Yield each row's mean kernel with all rows."""
    yield place.entries("K_fit_rows_", "mean kernel with all rows", step.K_fit_rows_)


def embedded(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield where each row was put, and what is stored of its distances."""
    matrices = {
        "embedding_": "place in the embedding",
        "dist_matrix_": f"{_DISTANCES} along the graph",
        "dissimilarity_matrix_": _DISTANCES,
        "affinity_matrix_": "how near it is to each other row",
    }
    yield from place.kept(step, matrices)
    n = next((np.shape(getattr(step, name))[0] for name in matrices if getattr(step, name, None) is not None), 0)
    if n:
        yield SampleSize(int(n), features=(), source=place.at("embedding_"), exact=place.exact)


_NAMES = ("Isomap", "LocallyLinearEmbedding", "SpectralEmbedding", "TSNE", "MDS", "ClassicalMDS")
_EMBEDDINGS = [vars(manifold)[name] for name in _NAMES if name in vars(manifold)]  # classical scaling came later

READERS: dict[type, Callable[[Any, Place], Iterator[Disclosure]]] = {
    decomposition.KernelPCA: kernel,
    preprocessing.KernelCenterer: centred_kernel,
    **dict.fromkeys(_EMBEDDINGS, embedded),
}
