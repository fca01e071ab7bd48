"""Planted tables, models fitted to them, and the comparison of what was read with what was planted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from retrodict.matching import Reading, energy, read_problem

EXACT = 1e-6


def planted(reading: Reading, table: Any, target: Any) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return the problem, and the codes and labels of the table behind it."""
    frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame(table, columns=list(reading.schema.names))
    codes = reading.codebook.encode(reading.schema.encode(frame))
    problem = reading.problem
    if reading.classes:
        return problem, codes, np.array([reading.classes.index(value) for value in np.asarray(target).tolist()])
    values, labels = np.unique(np.asarray(target, dtype=float), return_inverse=True)
    scale, offset = np.polyfit(reading.levels, problem.levels, 1) if len(reading.levels) > 1 else (1.0, 0.0)
    own = scale * values + offset  # the planted targets themselves, where impure leaves tell them on a grid alone
    return replace(problem, levels=own), codes, labels


def check(model: Any, table: Any, target: Any, *, labelled: bool | str = True) -> Reading:
    """Check that the planted table meets every count, that broken twins do not, and that codes come back."""
    reading = read_problem(model)
    problem, codes, labels = planted(reading, table, target)
    rng = np.random.default_rng(0)
    assert problem.n == len(codes)
    assert (codes >= 0).all()
    assert (codes < problem.cells).all()
    assert energy(problem, codes, labels) <= (0.0 if reading.classes else EXACT)
    assert problem.labelled.all() if labelled is True else problem.labelled.any() == bool(labelled)

    back = reading.codebook.decode(codes, rng)
    assert back.shape == (len(codes), len(reading.schema))
    np.testing.assert_array_equal(reading.codebook.encode(back), codes)
    assert list(reading.schema.decode(back).columns) == list(reading.schema.names)
    for feature in np.unique(problem.feature[problem.feature >= 0]):
        twin = _moved(problem, codes, int(feature))
        assert energy(problem, twin, labels) > EXACT
    if labelled:
        swapped = labels.copy()
        drawn = np.flatnonzero(problem.draws[np.flatnonzero(problem.labelled)[0]])
        swapped[drawn[0]] = (labels[drawn[0]] + problem.labels // 2) % problem.labels
        assert energy(problem, codes, swapped) > EXACT
        if len(reading.codebook.features):
            assert energy(problem, codes, np.roll(labels, 1)) > EXACT
    for share, cells in zip(problem.chances, problem.cells, strict=True):
        assert len(share) == cells
        assert (share > 0).all()
        np.testing.assert_allclose(share.sum(), 1.0)
    np.testing.assert_allclose(problem.label_chances.sum(), 1.0)
    return reading


def _moved(problem: Any, codes: np.ndarray, feature: int) -> np.ndarray:
    """Return the codes with one drawn row moved across a split of this feature that it passes."""
    from retrodict.matching.reference import reached, spans

    here = reached(problem, codes)
    node = int(np.flatnonzero(problem.feature == feature)[0])
    tree = next(t for t, (start, stop) in enumerate(spans(problem)) if start <= node < stop)
    row = int(np.flatnonzero(here[node] & (problem.draws[tree] > 0))[0])
    inside = problem.low[node] < codes[row, feature] <= problem.high[node]
    others = [c for c in range(problem.cells[feature]) if (problem.low[node] < c <= problem.high[node]) != inside]
    twin = codes.copy()
    twin[row, feature] = others[0]
    return twin
