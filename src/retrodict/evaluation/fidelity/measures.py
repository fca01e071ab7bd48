"""All measures of a scope, of every table beside the same real rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from retrodict import time_limit
from retrodict.evaluation.fidelity.association import ASSOCIATION, association_difference, associations
from retrodict.evaluation.fidelity.distances import (
    ENERGY,
    SLICED,
    energy_distance,
    random_directions,
    sliced_wasserstein,
)
from retrodict.evaluation.fidelity.manifold import COVERAGE, DENSITY, PRECISION, RECALL, manifold
from retrodict.evaluation.fidelity.marginals import GAPS, KOLMOGOROV, VARIATION, WASSERSTEIN, marginals
from retrodict.evaluation.fidelity.scopes import Scope
from retrodict.evaluation.fidelity.table import Table
from retrodict.evaluation.fidelity.two_sample import AUC, KL, two_sample
from retrodict.tables.layout import Layout, embed

Array = np.ndarray
Key = tuple[str, str]
"""A measure and a column; no column (the empty text) for all together."""
Found = dict[str, dict[Key, Float[Array, " r"]]]
"""Values with replicates, by table."""

COLUMNWISE = (WASSERSTEIN, KOLMOGOROV, VARIATION, GAPS)
WHOLE = (ASSOCIATION, ENERGY, SLICED, AUC, KL, PRECISION, RECALL, DENSITY, COVERAGE)
MEASURES = (*COLUMNWISE, *WHOLE)
HIGHER_IS_NEARER = frozenset({PRECISION, RECALL, DENSITY, COVERAGE})
UNBOUNDED_BELOW = frozenset({ENERGY, KL})
AT_MOST_ONE = frozenset({KOLMOGOROV, VARIATION, GAPS, AUC, PRECISION, RECALL, COVERAGE})


def measure(layout: Layout, scope: Scope, limit: int, seed: Sequence[int], tell: Callable[[], None]) -> Found:
    """Return every measure of every table of a scope.

    Parameters
    ----------
    layout
        Of the scope's columns.
    scope
        The tables.
    limit
        Rows of a table for measures of whole rows; those of single columns take all.
    seed
        Of the weights, the directions and the folds.
    tell
        Called after each table.

    Raises
    ------
    TimeLimitError
        If the time limit was reached.
    """
    gaps: Array = np.any(np.isnan(np.vstack([scope.real, *scope.others.values()])), axis=0)
    wide = Table.of(scope.real, np.random.default_rng([*seed, 0]))
    points = embed(layout, scope.real[:limit], scope.real, gaps)
    narrow = Table.of(scope.real[:limit], np.random.default_rng([*seed, 1]), points)
    directions = random_directions(points.shape[1], np.random.default_rng([*seed, 2]))
    together = associations(layout, narrow, narrow)
    found: Found = {}
    for i, (title, X) in enumerate(scope.others.items()):
        time_limit.check("all tables were measured")
        rng = np.random.default_rng([*seed, 3, i])
        own = found[title] = dict(marginals(layout, wide, Table.of(X, rng), gaps))
        table = Table.of(X[:limit], rng, embed(layout, X[:limit], scope.real, gaps))
        whole = {
            ASSOCIATION: association_difference(together, associations(layout, table, narrow)),
            ENERGY: energy_distance(narrow, table),
            SLICED: sliced_wasserstein(narrow, table, directions),
            **two_sample(layout, narrow, table, seed[0]),
            **manifold(narrow, table),
        }
        own |= {(name, ""): values for name, values in whole.items()}
        tell()
    _add_means(found, layout.names)
    return found


def _add_means(found: Found, names: Sequence[str]) -> None:
    """Add the means over columns, of those that can be measured in every table."""
    for name in COLUMNWISE:
        keys = [(name, column) for column in names if all((name, column) in own for own in found.values())]
        for own in found.values() if keys else ():
            own[name, ""] = np.mean([own[key] for key in keys], axis=0)


def averaged(parts: Sequence[tuple[float, Found]]) -> Found:
    """Return the mean of scopes, weighted, of what was measured in each."""
    total = sum(weight for weight, _ in parts)
    out: Found = {}
    for title in parts[0][1]:
        if not all(title in found for _, found in parts):
            continue
        keys = [key for key in parts[0][1][title] if all(key in found[title] for _, found in parts)]
        out[title] = {key: sum(w / total * found[title][key] for w, found in parts) for key in keys}  # type: ignore[misc]
    return out
