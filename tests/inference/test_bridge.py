"""The evidence by a bridge: against densities whose ratio is known, its error, and what few pairs say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from retrodict.inference.smc import bridge as bridging
from retrodict.inference.smc.bridge import Bridge, bridge

Z, WIDE, N = 3e-6, 0.8, 2_000


def pairs(seed: int, lag: float = 0.0) -> tuple[np.ndarray, ...]:
    """Return log-weights of draws of ``N(0, 1)``, whose mass is `Z`, and of a reference that is too narrow."""
    rng = np.random.default_rng(seed)
    here, there = rng.standard_normal(N) * (1.0 - lag), WIDE * rng.standard_normal(N)
    weigh = [np.log(Z) + norm.logpdf(x) - norm.logpdf(x, scale=WIDE) for x in (here, there)]
    return weigh[0], weigh[1], np.arange(N), np.arange(N) % 4


def found(seed: int, lag: float = 0.0) -> Bridge:
    told = bridge(*pairs(seed, lag), effective=N)
    assert told is not None
    return told


def test_right_within_its_error() -> None:
    told = [found(seed) for seed in range(60)]
    off = np.array([one.log_evidence - np.log(Z) for one in told])
    errors = np.array([one.error for one in told])
    assert abs(off.mean()) < 4.0 * off.std() / np.sqrt(len(off))
    assert 0.5 < errors.mean() / off.std() < 2.5
    # of 60 runs 57 are expected; fewer than 52 come by chance once in 100
    assert (np.abs(off) < 1.96 * errors).sum() >= 52


def test_a_twin_that_forgets_a_side_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = bridging._sides
    monkeypatch.setattr(bridging, "_DISTRUST", 1.0)
    monkeypatch.setattr(bridging, "_sides", lambda *given: (right(*given)[0], np.ones(N)))
    with pytest.raises(AssertionError):
        test_right_within_its_error()


def test_particles_that_lag_behind_widen_the_error_more_than_they_move_the_answer() -> None:
    told = found(0, lag=0.5)
    assert abs(told.log_evidence - np.log(Z)) < told.error
    assert told.error > 4.0 * found(0).error


@pytest.mark.parametrize("apart", [1.0, 5.0, 10.0, 15.0])
def test_densities_that_hardly_meet_have_an_error_that_says_so(apart: float) -> None:
    # Log-weights whose two sides are normal, as far apart as their variance says, have an evidence of one.
    rng = np.random.default_rng(1)
    right = 0
    for _ in range(20):
        noise = apart * rng.standard_normal((2, N))
        told = bridge(noise[0] + apart**2 / 2, noise[1] - apart**2 / 2, np.arange(N), np.arange(N) % 4, effective=N)
        assert told is not None
        right += abs(told.log_evidence) < 1.96 * told.error
    assert right >= 16  # of 19 expected; fewer come by chance once in 400


def test_too_few_pairs_and_impossible_proposals_say_nothing() -> None:
    here, there, family, population = pairs(0)
    assert bridge(here[:100], there[:100], family[:100], population[:100], 100.0) is None
    assert bridge(here, np.full(N, -np.inf), family, population, N) is None
