"""Paths to the truth: where the divergence must fall, it falls."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retrodict as rd
from retrodict.theory import EXAMPLES, DiscreteWorld, path, random_world
from tests.theory.worlds import worlds


@settings(max_examples=25, deadline=None)
@given(worlds(model_error=0.0), st.sampled_from(["mixture", "geometric"]))
def test_prior_path_under_the_true_model_only_falls(world: DiscreteWorld, kind: str) -> None:
    found = path(world, "prior", kind, 9)
    assert (np.diff(found.by_class, axis=0) <= 1e-12).all()
    assert found.posterior[-1] < 1e-12


@settings(max_examples=25, deadline=None)
@given(worlds(prior_error=0.0))
def test_model_mixture_under_the_true_prior_only_falls(world: DiscreteWorld) -> None:
    found = path(world, "model", "mixture", 9)
    assert (np.diff(found.by_class, axis=0) <= 1e-12).all()
    assert found.posterior[-1] < 1e-12


@settings(max_examples=25, deadline=None)
@given(worlds(zeros=(0.0, 0.3)), st.sampled_from(["prior", "model"]), st.sampled_from(["mixture", "geometric"]))
def test_what_moves_comes_nearer(world: DiscreteWorld, moving: str, kind: str) -> None:
    found = path(world, moving, kind, 7)
    own = getattr(found, moving)
    assert (np.diff(own) <= 1e-12).all()
    assert own[-1] < 1e-12
    np.testing.assert_allclose(found.posterior, found.prior + found.model - found.label, atol=1e-11)


def test_both_at_once_ends_at_the_truth() -> None:
    found = path(random_world(10, 3, 0), "both", steps=5)
    assert found.posterior[-1] == found.prior[-1] == found.model[-1] == 0
    assert found.falling_share == 1


def test_a_better_prior_or_model_can_harm() -> None:
    for moving in ("prior", "model"):
        found = path(EXAMPLES["cancelling"](), moving)
        assert found.net > 0.05
        assert found.falling_share == 0


def test_from_no_support() -> None:
    p_y = np.array([[0.9, 0.1], [0.2, 0.8]])
    world = DiscreteWorld([0.5, 0.5], p_y, [1.0, 0.0], p_y)
    found = path(world, "prior", steps=5)
    assert np.isinf(found.posterior[0])
    assert np.isfinite(found.posterior[1:]).all()
    assert found.falling_share == 1


def test_form() -> None:
    found = path(random_world(5, 2, 0), steps=4)
    assert list(found.frame().index) == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert found.to_dict()["moving"] == "prior"
    assert "Path of the prior (mixture, 4 steps)" in repr(found)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"moving": "data"}, "unknown moving 'data'; use one of prior, model, both"),
        ({"kind": "straight"}, "unknown kind 'straight'; use one of mixture, geometric"),
        ({"steps": 1}, "steps of a path must be a whole number of at least 2, got 1"),
    ],
)
def test_bad_requests(settings: dict[str, object], text: str) -> None:
    with pytest.raises(rd.errors.RequestError, match=text):
        path(random_world(5, 2, 0), **settings)  # type: ignore[arg-type]


def test_geometric_path_needs_overlap() -> None:
    p_y = np.array([[0.9, 0.1], [0.2, 0.8]])
    with pytest.raises(rd.errors.RequestError, match="to overlap; use kind 'mixture'"):
        path(DiscreteWorld([0.0, 1.0], p_y, [1.0, 0.0], p_y), kind="geometric")
