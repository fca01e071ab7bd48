"""Bands hold the whole distribution function as often as they say, and numbers that are not uniform leave them."""

from __future__ import annotations

import numpy as np
import pytest

from retrodict.evaluation.simulated.uniform import band, counted, p_value, points


def test_counts_are_those_at_or_below_each_point() -> None:
    u = np.random.default_rng(0).random((3, 40))
    u[0, :2] = points(40)[[3, 7]]
    np.testing.assert_array_equal(counted(u), (u[:, :, None] <= points(40)).sum(axis=1))


@pytest.mark.parametrize("n", [20, 80])
def test_a_band_is_left_as_often_as_its_level_says(n: int) -> None:
    runs, level = 10_000, 0.05
    left = 1 - band(n, level).holds(counted(np.random.default_rng(n).random((runs, n)))).mean()
    # Counts are whole, so that the level is not reached quite; four standard errors for the simulation.
    error = 4 * np.sqrt(level * (1 - level) / runs)
    assert 0.7 * level < left < level + error


def test_a_p_value_is_small_just_where_the_band_is_left() -> None:
    rng = np.random.default_rng(1)
    one = band(60, 0.05)
    runs = [rng.beta(*rng.uniform(0.6, 1.4, 2), 60) for _ in range(60)]
    inside = [bool(one.holds(counted(u[None]))[0]) for u in runs]
    assert [p_value(u) > 0.05 for u in runs] == inside
    assert 6 < sum(inside) < 54


@pytest.mark.parametrize("a", [(1.5, 1.0), (0.6, 0.6), (1.8, 1.8)])
def test_numbers_that_are_not_uniform_are_found(a: tuple[float, float]) -> None:
    assert p_value(np.random.default_rng(2).beta(*a, 300)) < 1e-3


def test_the_extremes_have_a_p_value() -> None:
    assert p_value(np.zeros(30)) < 1e-12
    assert p_value((np.arange(30) + 0.5) / 30) > 0.99
