"""First trees' values show the start: the one share of rows that makes whole numbers of all their leaves."""

from __future__ import annotations

import numpy as np
import pytest

from retrodict.matching.inferring.shares import HeldStart
from retrodict.matching.losses import LossKind, PlainLoss

ROWS = np.array([21, 34, 25, 20])
LOSS = PlainLoss(LossKind.LOGISTIC, single=True)


def first_tree(ones: np.ndarray, rate: float, penalty: float) -> tuple[float, np.ndarray]:
    share = ones.sum() / ROWS.sum()
    start = float(np.log(share / (1.0 - share)))
    (g0, g1), (h, _) = LOSS.terms(np.full((2, 1), start), 0, np.array([0.0, 1.0]))
    return start, start - rate * (g0 * (ROWS - ones) + g1 * ones) / (h * ROWS + penalty)


@pytest.mark.parametrize(("rate", "penalty"), [(0.1, 0.0), (0.3, 1.0)])
def test_the_start_is_found(rate: float, penalty: float) -> None:
    start, values = first_tree(np.array([3, 20, 19, 7]), rate, penalty)
    held = HeldStart((values,), LOSS)
    assert [each.start for each in held.starts(rate, penalty, (100,))] == [pytest.approx((start,), rel=1e-12)]
    assert not list(held.starts(rate * 0.5, penalty, (100,)))
    assert not list(held.starts(rate, penalty + 2.0, (100,)))


def test_values_of_32_bits_show_it_too() -> None:
    start, values = first_tree(np.array([3, 20, 19, 7]), 0.1, 0.0)
    held = HeldStart((values.astype(np.float32).astype(float),), LOSS, rounding=2.0**-24)
    assert pytest.approx((start,), rel=1e-12) in [each.start for each in held.starts(0.1, 0.0, (100,))]


def test_values_that_are_no_steps_show_none() -> None:
    _, values = first_tree(np.array([3, 20, 19, 7]), 0.1, 0.0)
    held = HeldStart((values + np.array([0.0, 1e-4, -1e-4, 0.0]),), LOSS)
    assert not list(held.starts(0.1, 0.0, range(2, 101)))
