"""Planted tables, models fitted to them, and the comparison of what was read with what was planted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from retrodict.matching import Reading, energy, read_problem
from retrodict.matching.reference import reached

EXACT = 1e-6


def planted(reading: Reading, table: Any, target: Any) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return the problem, and the codes and labels of the table behind it."""
    frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame(table, columns=list(reading.schema.names))
    codes = reading.codebook.encode(reading.schema.encode(frame))
    problem = reading.problem
    if reading.classes:
        return problem, codes, np.array([reading.classes.index(value) for value in np.asarray(target).tolist()])
    values, labels = np.unique(np.asarray(target, dtype=float), return_inverse=True)
    scale, offset = (
        np.polyfit(reading.raw_levels, problem.targets.levels, 1) if len(reading.raw_levels) > 1 else (1.0, 0.0)
    )
    own = scale * values + offset  # the planted targets themselves, where impure leaves tell them on a grid alone
    return replace(problem, targets=replace(problem.targets, levels=own)), codes, labels


def check(model: Any, table: Any, target: Any, *, labelled: bool | str = True) -> Reading:
    """Check that the planted table meets every count, that broken twins do not, and that codes come back."""
    reading = read_problem(model)
    problem, codes, labels = planted(reading, table, target)
    rng = np.random.default_rng(0)
    table, trees, targets = problem.table, problem.trees, problem.targets
    assert table.n == len(codes)
    assert (codes >= 0).all()
    assert (codes < table.sizes).all()
    assert energy(problem, codes, labels) <= (0.0 if reading.classes else EXACT)
    assert targets.labelled.all() if labelled is True else targets.labelled.any() == bool(labelled)

    back = reading.codebook.decode(codes, rng)
    assert back.shape == (len(codes), len(reading.schema))
    np.testing.assert_array_equal(reading.codebook.encode(back), codes)
    assert list(reading.schema.decode(back).columns) == list(reading.schema.names)
    for feature in np.unique(trees.feature[trees.feature >= 0]):
        twin = _moved(problem, codes, int(feature))
        assert energy(problem, twin, labels) > EXACT
    if labelled:
        swapped = labels.copy()
        drawn = np.flatnonzero(trees.multiplicities[np.flatnonzero(targets.labelled)[0]])
        swapped[drawn[0]] = (labels[drawn[0]] + targets.size // 2) % targets.size
        assert energy(problem, codes, swapped) > EXACT
        if len(reading.codebook.features):
            assert energy(problem, codes, np.roll(labels, 1)) > EXACT
    for share, size in zip(table.chances, table.sizes, strict=True):
        assert len(share) == size
        assert (share > 0).all()
        np.testing.assert_allclose(share.sum(), 1.0)
    np.testing.assert_allclose(targets.chances.sum(), 1.0)
    return reading


def _moved(problem: Any, codes: np.ndarray, feature: int) -> np.ndarray:
    """Return the codes with one drawn row moved across a split of this feature that it passes."""
    trees = problem.trees
    here = reached(trees, codes)
    node = int(np.flatnonzero(trees.feature == feature)[0])
    tree = next(t for t, (start, stop) in enumerate(trees.spans) if start <= node < stop)
    row = int(np.flatnonzero(here[node] & (trees.multiplicities[tree] > 0))[0])
    inside = trees.low[node] < codes[row, feature] <= trees.high[node]
    size = problem.table.sizes[feature]
    others = [c for c in range(size) if (trees.low[node] < c <= trees.high[node]) != inside]
    twin = codes.copy()
    twin[row, feature] = others[0]
    return twin
