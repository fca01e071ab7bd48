"""Lift: where it is defined, and how often its interval is right."""

from __future__ import annotations

import numpy as np
import pytest

from retrodict.evaluation.fidelity.resampling import Resample, interval, lift


def replicates(value: float, se: float, rng: np.random.Generator) -> np.ndarray:
    return np.concatenate([[value], value + se * rng.standard_normal(100)])


def test_the_way_from_prior_to_ceiling():
    rng = np.random.default_rng(0)
    prior, half, ceiling = (replicates(x, 0.001, rng) for x in (1.0, 0.6, 0.2))
    for higher, sign in ((False, 1), (True, -1)):
        found = lift(half * sign, prior * sign, ceiling * sign, higher)
        assert found.value == pytest.approx(0.5)
        assert found.low is not None
        assert found.high is not None
        assert found.low < 0.5 < found.high
        assert found.high - found.low < 0.02


def test_no_lift_where_prior_and_ceiling_are_alike_or_the_wrong_way_round():
    rng = np.random.default_rng(0)
    one, two, far = (replicates(x, 0.1, rng) for x in (1.0, 1.1, 5.0))
    assert "can't be told apart" in lift(one, one, two, False).reason
    assert lift(one, one, two, False).value is None
    same = np.ones(101)
    assert "can't be told apart" in lift(same, same, same, False).reason
    assert "nearer to the training rows than held-out" in lift(one, one, far, False).reason
    assert lift(one, one, far, True).value == 0.0


@pytest.mark.parametrize("truth", [0.0, 0.5, 1.0])
def test_intervals_hold_the_truth_as_often_as_they_say(truth: float):
    rng, hits, runs = np.random.default_rng(1), 0, 400
    for _ in range(runs):
        means = np.array([1 - truth, 1.0, 0.0])
        tables = [replicates(mean + 0.1 * rng.standard_normal(), 0.1, rng) for mean in means]
        found = lift(*tables, False)
        hits += found.low is not None and found.high is not None and found.low <= truth <= found.high
    assert hits / runs == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / runs))


@pytest.mark.parametrize("n", [30, 400])
def test_intervals_of_a_mean_are_right(n: int):
    hits, runs = 0, 300
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        _, low, high = interval(Resample.of(n, rng).means(rng.normal(size=n)))
        hits += low <= 0 <= high
    assert hits / runs == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / runs))
