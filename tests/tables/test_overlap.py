"""Which rows stand in two tables, and which columns number them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retrodict.tables.columns import counts_rows
from retrodict.tables.overlap import CHANCE, OVERLAP, overlap, overlap_of
from retrodict.tables.titles import HOLDOUT, PRIOR, REBUILT, TRAIN


def _alarm(holdout: np.ndarray, train: np.ndarray) -> bool:
    found = overlap(holdout, train)
    return found is not None and found.code == OVERLAP


def test_what_is_said() -> None:
    train = np.array([[0.0, np.nan], [1.0, 2.0], [3.0, 4.0], [-0.0, np.nan], [5.0, 6.0]])
    held = np.array([[0.0, -np.nan], [1.0, 2.0], [7.0, 8.0], [9.0, 9.0]])
    found = overlap(held, train)
    assert found is not None
    assert found.code == CHANCE  # of five training rows two are equal
    assert found.values == {"rows": 2, "of": 4, "again": 0.4, "table": TRAIN}
    assert found == (
        "2 of 4 held-out rows (50.0%) equal a row of the training rows; 40.0% of these equal another one: no more than "
        "chance gives"
    )
    assert overlap(held[2:], train) is None
    rng = np.random.default_rng(0)
    some = rng.standard_normal((50, 2))
    both = overlap(some[:25], some)
    assert both is not None
    assert both.code == OVERLAP
    assert both.endswith("the parts overlap, held-out rows are no fresh sample, and lifts come out too low")
    stored = overlap_of({HOLDOUT: some[:25], REBUILT: some, PRIOR: some})
    assert (
        stored == "25 of 25 held-out rows (100.0%) equal a row of the reconstruction: the base model may have been "
        "trained on them"
    )
    assert overlap_of({HOLDOUT: some[:25], TRAIN: some + 1.0, REBUILT: some}) is None
    assert overlap_of({TRAIN: some, REBUILT: some}) is None


def test_a_few_repeats_in_a_split_table_are_no_overlap():
    """A table with 30 pairs of equal rows, split at random again and again; a copied row in thirty is an overlap."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((3_000, 2))
    rows[:30] = rows[30:60]
    split = [rows[order] for order in (rng.permutation(3_000) for _ in range(200))]
    alarms = [_alarm(X[:1_000], X[1_000:]) for X in split]
    assert sum(alarms) <= 4
    copied = np.vstack([split[0][:1_000], split[0][1_000:1_033]])
    assert _alarm(copied, split[0][1_000:])


def test_row_numbers_are_known_shuffled_and_split():
    rng = np.random.default_rng(0)
    numbers = pd.Series(rng.permutation(1_000))
    assert counts_rows(numbers)
    assert counts_rows(numbers[:500])
    assert not counts_rows(pd.Series(rng.integers(0, 1_000, 500)))
    assert not counts_rows(pd.Series(rng.integers(0, 10**9, 500)))
    assert not counts_rows(numbers + 0.5)
