"""Both divergences against known truth: equal, disjoint, and Gaussians whose divergence is found by quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from retrodict.study.divergence import LARGEST, Divergences, divergences

REPEATS = 12


def _js_of_gaussians(shift: float) -> float:
    p, q = norm(0, 1).pdf, norm(shift, 1).pdf

    def integrand(x: float) -> float:
        a, b = p(x), q(x)
        return (a * np.log(2 * a / (a + b)) + b * np.log(2 * b / (a + b))) / 2

    return quad(integrand, -8, 8 + shift, points=[0, shift / 2, shift])[0]


def _clouds(shift: float, d: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((n, d)), rng.standard_normal((n, d))
    return a, b + shift / np.sqrt(d)


def _alone(a: np.ndarray, b: np.ndarray, seed: int = 0) -> Divergences:
    return divergences(a, b, np.zeros(len(a), dtype=int), np.zeros(len(b), dtype=int), seed)


@pytest.mark.parametrize("d", [1, pytest.param(5, marks=pytest.mark.slow)])
def test_equal_distributions_are_hardly_apart(d: int) -> None:
    found = [_alone(*_clouds(0.0, d, 300, seed), seed) for seed in range(REPEATS)]
    assert np.mean([one.js for one in found]) < 0.005
    # Of equal distributions the energy estimate is 0 on average before it is cut; its error is that of 1/n.
    assert np.mean([one.energy for one in found]) < 0.01


@pytest.mark.parametrize("d", [1, 5])
def test_disjoint_supports_are_as_far_as_can_be(d: int) -> None:
    found = _alone(*_clouds(30.0, d, 200, 0))
    assert LARGEST - 0.002 < found.js <= LARGEST
    assert 0.8 < found.energy <= 1.0


@pytest.mark.slow
@pytest.mark.parametrize(("shift", "d"), [(1.0, 1), (2.0, 1), (4.0, 1), (2.0, 4)])
def test_gaussians_reach_the_divergence_of_quadrature(shift: float, d: int) -> None:
    truth = _js_of_gaussians(shift)
    values = np.array([_alone(*_clouds(shift, d, 300, seed), seed).js for seed in range(REPEATS)])
    error = values.std(ddof=1) / np.sqrt(REPEATS)
    # It is a lower bound on average; what two learners miss with 300 rows is within a hundredth here.
    assert truth - 0.012 - 3 * error < values.mean() < truth + 3 * error


@pytest.mark.slow
def test_energy_of_gaussians_is_that_of_their_means() -> None:
    """In one dimension ``E|X-Y|`` of normals is that of a folded normal."""
    shift = 2.0
    between = 2 / np.sqrt(np.pi) * np.exp(-(shift**2) / 4) + shift * (1 - 2 * norm.cdf(-shift / np.sqrt(2)))
    truth = 1 - (2 / np.sqrt(np.pi)) / between
    values = np.array([_alone(*_clouds(shift, 1, 300, seed), seed).energy for seed in range(REPEATS)])
    assert abs(values.mean() - truth) < 4 * values.std(ddof=1) / np.sqrt(REPEATS)


def test_a_group_that_is_not_met_is_as_far_as_can_be() -> None:
    a, b = _clouds(0.0, 2, 200, 0)
    group = np.arange(200) % 2
    found = divergences(a, b[group == 0], group, group[group == 0], 0)
    assert found.js_of[1] == LARGEST
    assert found.energy_of[1] == 1.0
    assert found.js == pytest.approx(LARGEST / 2, abs=0.02)


def test_the_mean_over_groups_sees_labels_that_are_exchanged() -> None:
    """The features alone are equal; within classes they are exchanged. A judge of features alone misses it."""
    rng = np.random.default_rng(0)
    group = np.arange(400) % 2
    a, b = (rng.standard_normal((400, 2)) + 4.0 * group[:, None] for _ in range(2))
    assert _alone(a, b).js < 0.02
    assert divergences(a, b, group, 1 - group, 0).js > 0.6


def test_rows_drawn_again_and_again_are_not_known_by_their_copies() -> None:
    """Forty rows of the truth, each drawn many times; the twin without the remedy calls them far away."""
    rng = np.random.default_rng(0)
    real, few = rng.standard_normal((200, 3)), rng.standard_normal((40, 3))
    copies = few[rng.integers(40, size=300)]
    assert _alone(real, copies).js < 0.1
    moved = copies + 1e-6 * rng.standard_normal(copies.shape)  # no longer equal: the twin
    assert _alone(real, moved).js > 0.3


def test_the_same_seed_gives_the_same_values() -> None:
    a, b = _clouds(1.0, 3, 100, 0)
    group = np.arange(100) % 3
    first, again = (divergences(a, b, group, group, 7) for _ in range(2))
    assert (first.js, first.energy) == (again.js, again.energy)
    assert np.array_equal(first.js_of, again.js_of)


@settings(max_examples=10, deadline=None)
@given(
    n=st.integers(10, 60), m=st.integers(10, 60), d=st.integers(1, 5), k=st.integers(1, 3), seed=st.integers(0, 2**16)
)
def test_values_stay_in_their_ranges(n: int, m: int, d: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 3, (n, d)).astype(float), rng.standard_normal((m, d))
    found = divergences(a, b, rng.integers(k, size=n), rng.integers(k, size=m), seed)
    for value, most in ((found.js, LARGEST), (found.energy, 1.0)):
        assert 0.0 <= value <= most
