"""How many rows releases of XGBoost drew for the first six trees of 200 rows, with the seed 3 and a share of .7."""

from __future__ import annotations

import pytest

pytest.importorskip("xgboost")

from retrodict.families.xgboost.trees.draws import (
    APPROX_ONCE,
    EXACT,
    EXACT_ONCE,
    GENERATORS,
    Draw,
    guesses,
)

DRAWN = {
    "hist": (GENERATORS, [150, 136, 134, 146, 142, 149]),
    "exact": (EXACT, [135, 150, 141, 144, 147, 144]),
    "exact of 1.7": (EXACT_ONCE, [141, 138, 139, 139, 133, 133]),
    "approx of 1.7": (APPROX_ONCE, [141, 150, 139, 144, 132, 145]),
}


@pytest.mark.parametrize("way", DRAWN)
def test_as_many_rows_are_drawn(way: str) -> None:
    twisted, counts = DRAWN[way]
    draw = Draw(3, 0.7, twisted)
    assert draw.rows(200, 6).sum(axis=1).tolist() == counts
    assert draw.fitting(counts, 400) == [200]
    assert Draw(4, 0.7, twisted).fitting(counts, 400) == []


def test_the_same_rows_begin_a_longer_table() -> None:
    draw = Draw(0, 0.5)
    assert (draw.rows(30, 4) == draw.rows(50, 4)[:, :30]).all()


def test_likely_seeds_and_shares_come_first() -> None:
    assert guesses(160.0, 200, None, None)[0][1:] == (0, 0.8)
    assert all(abs(200 * share - 160) < 40 for _, _, share in guesses(160.0, 200, None, None))
    assert [each[1:] for each in guesses(160.0, None, 7, 0.8)] == [(7, 0.8)]
