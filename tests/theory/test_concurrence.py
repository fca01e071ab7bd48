"""Concurrence: the theorems of docs/explanation/theory.md hold in every world, and counter-examples fail as it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import retrodict as rd
from retrodict.theory import EXAMPLES, DiscreteWorld, concurrence, gradients, random_world
from tests.theory.worlds import worlds


@settings(max_examples=60, deadline=None)
@given(worlds(zeros=(0.0, 0.3)))
def test_right_class_shares_give_complete_concurrence(world: DiscreteWorld) -> None:
    found = concurrence(world.with_known_shares())
    for one in (found.prior, found.model):
        assert one.same[one.counted].all()
        np.testing.assert_allclose(one.derivative, one.posterior, atol=1e-12)
        assert one.must[one.counted].all()


@settings(max_examples=80, deadline=None)
@given(worlds(zeros=(0.0, 0.3)))
def test_signs_differ_exactly_where_the_label_term_outweighs(world: DiscreteWorld) -> None:
    derivatives, found = gradients(world), concurrence(world)
    for one, variable in ((found.prior, "theta"), (found.model, "phi")):
        np.testing.assert_allclose(one.label, derivatives["label", variable], atol=1e-11)
        clear = one.counted & (np.minimum(np.abs(one.derivative), np.abs(one.posterior)) > 1e-11)
        outweighs = (one.label * one.derivative > 0) & (np.abs(one.label) > np.abs(one.derivative))
        np.testing.assert_array_equal(outweighs[clear], ~one.same[clear])


@settings(max_examples=80, deadline=None)
@given(worlds(zeros=(0.0, 0.3)))
def test_what_must_concur_does(world: DiscreteWorld) -> None:
    for one in concurrence(world):
        assert not (one.must & one.counted & ~one.same).any()


def test_a_range_of_label_ratios_that_is_too_narrow_is_caught() -> None:
    """The condition of theorem 2 with half of the range forces signs that do differ in some world."""

    def broken(world: DiscreteWorld) -> bool:
        r = np.log(world.p_y / world.q_y)
        error = np.log(world.p_x / world.q_x)
        must = (error > r.max() / 2) | (error < r.min() / 2)
        return bool((must & ~concurrence(world).prior.same).any())

    assert any(broken(random_world(20, 2, seed)) for seed in range(50))


@settings(max_examples=60, deadline=None)
@given(worlds(model_error=0.0))
def test_perfect_model_by_class(world: DiscreteWorld) -> None:
    """With the true model, class y fails exactly where Q(x)/P(x) lies between 1 and Q(y)/P(y)."""
    shares, limits = world.q_x / world.p_x, world.q_y / world.p_y
    for one in concurrence(world).by_class:
        if one.against == "prior":
            limit = limits[world.classes.index(one.of)]
            between = (shares - 1) * (shares - limit) < 0
            clear = one.counted & (np.abs(shares - 1) > 1e-9) & (np.abs(shares - limit) > 1e-9)
            np.testing.assert_array_equal(between[clear], ~one.same[clear])


@settings(max_examples=40, deadline=None)
@given(worlds(prior_error=1.0))
def test_as_they_stand_the_claim_fails_in_every_world(world: DiscreteWorld) -> None:
    """Prior divergence falls in every Q(x_k) as it stands, posterior divergence can't: its mean derivative is zero."""
    found = concurrence(world, "raw").prior
    assert (found.derivative < 0).all()
    assert float(world.q_x @ found.posterior) == pytest.approx(0, abs=1e-11)
    if np.abs(found.posterior).max() > 1e-9:
        assert found.share < 1


def test_weights_have_the_signs_of_logits() -> None:
    world = random_world(30, 4, 2)
    logits, weights = concurrence(world), concurrence(world, "weights")
    for one, other in zip(logits, weights, strict=True):
        np.testing.assert_array_equal(one.same, other.same)
    assert logits.prior.cosine != weights.prior.cosine


def test_examples() -> None:
    found = {name: concurrence(make()) for name, make in EXAMPLES.items()}
    assert found["calibrated"].prior.share == found["calibrated"].model.share == 1
    failing = found["perfect-model"].prior.failures()
    assert failing["state"].tolist() == [1]
    assert failing["derivative"][0] < 0 < failing["posterior"][0]
    assert np.isnan(found["cancelling"].prior.cosine)  # nothing pulls the posterior: it is right
    assert found["overconfident"].model.share == 1
    assert found["overconfident"].accuracy.share == 0


def test_the_truth_concurs_with_itself() -> None:
    found = concurrence(random_world(10, 3, 0, prior_error=0.0, model_error=0.0))
    assert found.prior.share == found.model.share == found.prior.mass_share == 1
    assert np.isnan(found.prior.cosine)
    assert found.accuracy.share < 0.5  # accuracy would still rise: it is no proper score


def test_form() -> None:
    found = concurrence(random_world(4, 3, 0))
    assert len(found.frame()) == 3 + 3 * 3
    assert found.frame().loc[("all", "prior"), "coordinates"] == 4
    assert [one["against"] for one in found.to_dict()["comparisons"][:3]] == ["prior", "model", "accuracy"]
    assert "Concurrence in logits" in repr(found)
    assert "<table" in found._repr_html_()
    with pytest.raises(rd.errors.RequestError, match="unknown coordinates 'polar'; use one of logits, weights, raw"):
        concurrence(random_world(4, 3, 0), "polar")
