"""Probabilities of a world's states, against draws of the same priors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from retrodict.study.design import Design
from retrodict.study.exact import exact_divergences, model_divergence, state_probabilities
from retrodict.study.setting import Setting, setting_of

DRAWS = 50_000


@pytest.fixture(scope="module")
def here() -> Setting:
    world = {"world": "random", "features": 3, "bins": 3, "seed": 4, "dependence": 2}
    design = Design.model_validate(
        {"name": "t", "datasets": [world], "algorithms": ["naive_bayes"], "priors": ["uniform"]}
    )
    return setting_of(design, "world_random_4", 0)


def _statistic(here: Setting, name: str, expected: np.ndarray) -> float:
    X = here.drawn(here.prior(name), DRAWS, np.random.default_rng(0)).astype(int)
    seen = np.bincount(np.ravel_multi_index(X.T, (3, 3, 3)), minlength=27)
    used = expected > 0
    assert not seen[~used].any()
    return float(((seen[used] - DRAWS * expected[used]) ** 2 / (DRAWS * expected[used])).sum())


@pytest.mark.parametrize("name", ["uniform", "independent", "copula", "mixture_0.4", "empirical"])
def test_states_are_drawn_as_often_as_their_probability_says(here: Setting, name: str) -> None:
    q_x = state_probabilities(here.prior(name), here.table.truth)
    assert q_x.sum() == pytest.approx(1.0)
    limit = chi2.ppf(1 - 1e-4, 26)
    assert _statistic(here, name, q_x) < limit
    twin = 0.95 * q_x + 0.05 * np.roll(q_x, 1) if name != "uniform" else here.table.truth.p_x
    assert _statistic(here, name, twin / twin.sum()) > limit  # a prior that is a little off is found out


def test_nothing_is_between_the_truth_and_itself(here: Setting) -> None:
    truth = here.table.truth
    found = exact_divergences(truth, truth.p_x, truth.p_y)
    assert found.prior_kl == pytest.approx(0.0, abs=1e-12)
    assert found.posterior_kl == pytest.approx(0.0, abs=1e-4)  # what the floor of a millionth moves
    assert model_divergence(truth, truth.p_y) == pytest.approx(0.0, abs=1e-4)


def test_a_model_that_rules_out_what_happens_is_at_a_finite_distance(here: Setting) -> None:
    truth = here.table.truth
    sure = np.eye(truth.p_y.shape[1])[truth.p_y.argmax(axis=1)]
    wrong = 1 - truth.p_x @ truth.p_y.max(axis=1)  # how often the class is another one
    found = model_divergence(truth, sure)
    assert wrong * -np.log(1e-6) - np.log(3) < found < wrong * -np.log(1e-6)


def test_a_prior_that_lacks_a_state_is_infinitely_far(here: Setting) -> None:
    truth = here.table.truth
    q_x = truth.p_x.copy()
    q_x[0] = 0.0
    assert exact_divergences(truth, q_x / q_x.sum(), truth.p_y).prior_kl is None


def test_rows_follow_the_truth(here: Setting) -> None:
    truth = here.table.truth
    X, y = truth.draw(DRAWS, np.random.default_rng(1))
    state = np.ravel_multi_index(X.astype(int).T, (3, 3, 3))
    seen = np.bincount(state * 3 + y.astype(int), minlength=81)
    expected = DRAWS * (truth.p_x[:, None] * truth.p_y).ravel()
    used = expected > 2
    assert ((seen - expected)[used] ** 2 / expected[used]).sum() < chi2.ppf(1 - 1e-4, used.sum())
