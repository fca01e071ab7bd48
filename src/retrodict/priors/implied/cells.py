"""How the rows spread over the cells between split points."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from retrodict.priors.implied.facts import Facts
from retrodict.schema import Feature

Array = np.ndarray


def closed_edges(inner: Float[Array, " k"], feature: Feature) -> tuple[Float[Array, " e"], str]:
    """Return the edges of cells with an end on both sides, and a note on ends that had to be assumed.

    A known bound is the end. Otherwise the outermost cell is as wide as the wider of the mean gap of the inner edges
    and the gap next to it; a lone edge has the larger of its own size and one.

    Parameters
    ----------
    inner
        Sorted distinct edges, at least one.
    feature
        With its bounds, where known.
    """
    half = 0.5 if feature.kind == "integer" else 0.0  # an integer takes what lies within half a unit of it
    gaps = np.diff(inner) if len(inner) > 1 else np.array([max(1.0, abs(float(inner[0])))])
    low = float(inner[0] - max(gaps.mean(), gaps[0])) if feature.low is None else feature.low - half
    high = float(inner[-1] + max(gaps.mean(), gaps[-1])) if feature.high is None else feature.high + half
    assumed = [side for side, bound in (("min", feature.low), ("max", feature.high)) if bound is None]
    note = f"; {' and '.join(assumed)} assumed one gap beyond the last" if assumed else ""
    kept = inner[(inner > low) & (inner < high)]
    return np.concatenate([[low], kept, [high]]), note


def cell_shares(edges: Float[Array, " e"], facts: Facts) -> tuple[Float[Array, " k"], bool]:
    """Return the share of rows in each cell, and whether any counts say so."""
    return np.ones(len(edges) - 1), False
