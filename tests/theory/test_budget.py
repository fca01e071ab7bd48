"""The error budget is an identity, and its consequences hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings

import retrodict as rd
from retrodict.theory import EXAMPLES, DiscreteWorld, error_budget, random_world
from tests.theory.worlds import worlds

P_Y = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])


@settings(max_examples=150, deadline=None)
@given(worlds(zeros=(0.0, 0.3, 0.8)))
def test_identity(world: DiscreteWorld) -> None:
    budget = error_budget(world)
    assert abs(budget.gap) < 1e-12
    for terms in budget.by_class:
        if terms.share > 0:
            assert terms.posterior == pytest.approx(terms.prior + terms.model - terms.label, abs=1e-11)
    assert min(budget.posterior, budget.prior, budget.model, budget.label) >= 0
    assert budget.posterior <= budget.bound + 1e-12


def test_against_definitions() -> None:
    world = random_world(6, 3, 0)
    p, q = (x[:, None] * y for x, y in ((world.p_x, world.p_y_given_x), (world.q_x, world.q_y_given_x)))
    by_class = [
        sum(p[i, y] / p[:, y].sum() * math.log((p[i, y] / p[:, y].sum()) / (q[i, y] / q[:, y].sum())) for i in range(6))
        for y in range(3)
    ]
    np.testing.assert_allclose(world.posterior_divergence(), by_class, rtol=1e-12)
    budget = error_budget(world)
    assert budget.posterior == pytest.approx(np.dot(world.p_y, by_class))
    assert budget.prior == pytest.approx(np.sum(world.p_x * np.log(world.p_x / world.q_x)))
    assert budget.model == pytest.approx(np.sum(p * np.log(world.p_y_given_x / world.q_y_given_x)))
    assert budget.label == pytest.approx(np.sum(world.p_y * np.log(world.p_y / world.q_y)))
    for name in ("posterior", "prior", "model", "label"):  # terms of classes average to those of all
        mean = sum(terms.share * getattr(terms, name) for terms in budget.by_class)
        assert mean == pytest.approx(getattr(budget, name))


def test_a_wrong_sign_of_the_label_term_is_caught() -> None:
    budget = error_budget(random_world(20, 3, 1))
    assert abs(budget.posterior - (budget.prior + budget.model + budget.label)) > 1e-3


@settings(max_examples=60, deadline=None)
@given(worlds(zeros=(0.0, 0.3)))
def test_known_shares_keep_the_posteriors_and_need_no_label_term(world: DiscreteWorld) -> None:
    mended = world.with_known_shares()
    present = world.p_y > 0
    np.testing.assert_allclose(mended.q_x_given_y[:, present], world.q_x_given_y[:, present], atol=1e-12)
    np.testing.assert_allclose(mended.q_y, world.p_y, atol=1e-12)
    budget = error_budget(mended)
    assert budget.label < 1e-12
    assert budget.bound == pytest.approx(error_budget(world).posterior, abs=1e-11)


def test_prior_without_support_is_infinite() -> None:
    world = DiscreteWorld([0.5, 0.3, 0.2], P_Y, [0.5, 0.5, 0.0], P_Y)
    budget = error_budget(world)
    assert (budget.posterior, budget.prior, budget.model) == (math.inf, math.inf, 0.0)
    assert math.isnan(budget.gap)
    assert math.isfinite(budget.label)
    assert world.expected_divergence("total_variation") < 1


def test_state_that_no_truth_has_costs_nothing_infinite() -> None:
    world = DiscreteWorld([0.5, 0.5, 0.0], P_Y, [0.4, 0.4, 0.2], [[0.9, 0.1], [0.2, 0.8], [1.0, 0.0]])
    assert abs(error_budget(world).gap) < 1e-15


def test_class_without_mass() -> None:
    p_y = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0]])
    q_y = np.array([[0.8, 0.1, 0.1], [0.3, 0.6, 0.1]])
    budget = error_budget(world := DiscreteWorld([0.5, 0.5], p_y, [0.4, 0.6], q_y))
    assert abs(budget.gap) < 1e-15
    assert math.isnan(budget.by_class[2].posterior)
    assert np.isnan(world.posterior_divergence()[2])
    both = DiscreteWorld([0.5, 0.5], p_y, [0.4, 0.6], p_y)  # neither truth nor model knows it
    assert abs(error_budget(both).gap) < 1e-15


def test_class_out_of_reach() -> None:
    world = DiscreteWorld([0.5, 0.5], [[0.9, 0.1], [0.2, 0.8]], [0.5, 0.5], [[1.0, 0.0], [1.0, 0.0]])
    budget = error_budget(world)
    assert budget.posterior == budget.label == budget.model == math.inf
    assert math.isfinite(budget.by_class[0].posterior)
    assert world.posterior_divergence("tv")[1] == 1
    with pytest.raises(rd.errors.RequestError, match="class 1 has no probability under prior and model"):
        world.with_known_shares()


def test_errors_can_cancel() -> None:
    budget = error_budget(EXAMPLES["cancelling"]())
    assert budget.posterior < 1e-15
    assert min(budget.prior, budget.model) > 0.1


def test_a_prior_that_mixes_the_classes_can_be_mended_by_a_model() -> None:
    """The label term can be all of the other two just where the prior is a mixture of the true `P(x|y)`."""
    world = EXAMPLES["cancelling"]()
    weights, *_ = np.linalg.lstsq(world.p_x_given_y, world.q_x)
    np.testing.assert_allclose(world.p_x_given_y @ weights, world.q_x, atol=1e-12)


def test_it_prints_itself() -> None:
    budget = error_budget(EXAMPLES["calibrated"]())
    assert repr(budget) == "ErrorBudget: posterior 0.2858 = prior 0.1927 + model 0.09306 - label 0 (nats)"
    assert list(budget.frame().index) == ["0", "1", "all"]
    assert "<table" in budget._repr_html_()
    assert "3 states, 2 classes" in repr(EXAMPLES["calibrated"]())
