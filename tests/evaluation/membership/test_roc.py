"""AUC and the true positive rate at few false positives: values by hand, intervals by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from retrodict.evaluation.membership.roc import auc, rate_at


def test_the_auc_is_the_share_of_pairs_in_order_ties_counted_half() -> None:
    members, others = np.array([3.0, 2.0, 2.0]), np.array([1.0, 2.0, 4.0])
    # 3 is above 1 and 2; each 2 is above 1 and ties with 2; nothing is above 4
    assert auc(members, others).value == pytest.approx((2 + 1.5 + 1.5) / 9)
    turned = auc(others, members)
    assert turned.value == pytest.approx(1 - 5 / 9)
    assert turned.low == pytest.approx(1 - auc(members, others).high)


def test_infinite_signals_have_their_place() -> None:
    assert auc(np.array([0.0, -np.inf]), np.array([-np.inf, -1.0])).value == pytest.approx((2 + 0.5) / 4)


def test_delongs_variance_by_hand() -> None:
    members, others = np.array([3.0, 1.0]), np.array([2.0, 0.0, 0.0])
    # shares of the others below each member: 1 and 2/3; of the members above each other row: 1/2, 1, 1
    spread = np.var([1.0, 2 / 3], ddof=1) / 2 + np.var([0.5, 1.0, 1.0], ddof=1) / 3
    found = auc(members, others)
    assert found.value == pytest.approx(5 / 6)
    logit = np.log(5) + 1.959963985 * np.sqrt(spread) / (5 / 36)
    assert found.high == pytest.approx(1 / (1 + np.exp(-logit)))


def test_perfect_order_has_an_interval_below_one() -> None:
    found = auc(np.arange(10.0) + 10, np.arange(10.0))
    assert (found.value, found.high) == (1.0, 1.0)
    true = found.low
    spread = true * (1 - true) * (1 + 9 * ((1 - true) / (2 - true) + true / (1 + true))) / 100
    assert 1 - true == pytest.approx(1.959963985 * np.sqrt(spread), rel=1e-6)
    assert 0.6 < true < 0.9
    worst = auc(np.arange(10.0), np.arange(10.0) + 10)
    assert (worst.value, worst.low) == (0.0, 0.0)
    assert worst.high == pytest.approx(1 - true)


@pytest.mark.parametrize(("apart", "m", "n"), [(0.0, 60, 80), (1.0, 40, 120), (2.5, 50, 50)])
def test_intervals_hold_the_true_auc_as_often_as_they_say(apart: float, m: int, n: int) -> None:
    rng, true, tries = np.random.default_rng(0), norm.cdf(apart / np.sqrt(2)), 1_000
    found = [auc(rng.normal(apart, 1, m), rng.normal(0, 1, n)) for _ in range(tries)]
    held = np.mean([one.low <= true <= one.high for one in found])
    assert abs(held - 0.95) < 4 * np.sqrt(0.95 * 0.05 / tries)


def test_a_threshold_that_one_in_a_hundred_others_is_above() -> None:
    others = np.arange(200.0)  # two of them may be above: the threshold is 197
    members = np.array([197.0, 198.0, 197.5, 0.0])
    assert rate_at(members, others).value == 0.5
    assert rate_at(members, others[:50]).value == 0.75  # none of fifty may be
    assert rate_at(np.full(4, 1.0), np.full(100, 1.0)).value == 0.0  # ties are above nobody


def test_too_few_others_leave_the_rate_unknown_from_below() -> None:
    found = rate_at(np.full(500, 9.0), np.arange(9.0).repeat(10))
    assert (found.value, found.low, found.high) == (1.0, 0.0, 1.0)


def test_intervals_of_the_rate_hold_it_at_least_as_often_as_they_say() -> None:
    rng, tries = np.random.default_rng(1), 400
    true = norm.sf(norm.isf(0.01) - 2.0)
    found = [rate_at(rng.normal(2, 1, 300), rng.normal(0, 1, 800)) for _ in range(tries)]
    held = np.mean([one.low <= true <= one.high for one in found])
    assert held > 0.95 - 4 * np.sqrt(0.95 * 0.05 / tries)
    assert np.mean([one.value for one in found]) == pytest.approx(true, abs=0.03)
    assert np.mean([one.low for one in found]) > 0.1  # and they say something
