"""A chain that begins at a table stays where counts hold it, and goes where they do not."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from retrodict.matching import read_problem
from retrodict.matching.search.drift import drift

SEED = np.random.SeedSequence(1)


def drifted(trees: int, depth: int | None) -> float:
    """Return the share of a binary table's cells that a chain begun there still holds, and check the start's counts."""
    rng = np.random.default_rng(0)
    table = rng.integers(0, 2, (30, 5)).astype(float)
    target = (table[:, 0] + table[:, 1] * table[:, 2] + rng.random(30) > 1.2).astype(int)
    reading = read_problem(RandomForestClassifier(trees, max_depth=depth, random_state=0).fit(table, target))
    codes = reading.codebook.encode(table)
    held = drift(reading.problem, codes, target, SEED, sweeps=60)
    assert held.codes.shape == (30, 30, len(reading.codebook.features))
    assert held.energies.shape == (30,)
    return float((held.codes == codes).mean())


def test_counts_that_determine_the_table_hold_the_chain_there() -> None:
    assert drifted(40, None) > 0.97


def test_counts_that_leave_cells_open_let_them_go() -> None:
    """Two small trees know less of 30 rows: open cells are drawn from what is assumed, some of them right by chance."""
    assert 0.5 < drifted(2, 2) < 0.9
