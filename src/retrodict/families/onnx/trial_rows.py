"""Rows to try a graph with before anything is made of it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.families.onnx.inputs import Layout
from retrodict.schema import Schema

Array = np.ndarray

_SCALES = (0.0, 0.1, 1.0, 10.0, 1000.0)
"""What rows are drawn at, in turn: nobody knows a column's unit."""


def trial_feeds(layout: Layout, n: int, rows: Float[Array, "n d"] | None = None) -> dict[str, Array]:
    """Return rows as the tensors that a graph is given.

    Parameters
    ----------
    layout
        What the graph is given.
    n
        Rows.
    rows
        In the encoding of its own columns; zeros and first values where none are given.
    """
    own = Schema(layout.features)
    return layout.feeds(own, own.names, np.zeros((n, len(own))) if rows is None else rows)


def drawn(layout: Layout, n: int) -> Float[Array, "n d"]:
    """Return rows drawn at several scales, whole numbers and values of lists where they are such, with one seed."""
    rng = np.random.default_rng(0)
    scales = np.resize(_SCALES, n)[:, None]
    out = np.round(rng.normal(size=(n, len(layout.features))) * scales, 3)
    for i, feature in enumerate(layout.features):
        if feature.listed:
            out[:, i] = rng.integers(0, len(feature.categories), n)
        elif feature.kind == "integer":
            out[:, i] = np.abs(np.round(out[:, i])) % 100  # within the smallest type of whole numbers
    return out
