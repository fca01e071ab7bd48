"""Divergences against scipy and against values known by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

import retrodict as rd
from retrodict.theory import DIVERGENCES, DiscreteWorld, random_world
from tests.theory.worlds import worlds


def test_by_hand() -> None:
    p, q = np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.5, 0.25])
    one_class = np.ones((3, 1))
    world = DiscreteWorld(p, one_class, q, one_class)
    right = {
        "kl": 0.5 * np.log(2),
        "reverse_kl": np.inf,
        "total_variation": 0.25,
        "hellinger": np.sqrt(1 - np.sqrt(0.125) - 0.5),
        "chi_square": 0.25 + 0.25,
    }
    for kind, value in right.items():
        assert world.posterior_divergence(kind)[0] == pytest.approx(value), kind
        assert world.expected_divergence(kind) == pytest.approx(value), kind


def test_against_scipy() -> None:
    world = random_world(30, 4, 5)
    p, q = world.p_x_given_y, world.q_x_given_y
    np.testing.assert_allclose(world.posterior_divergence("kl"), entropy(p, q), rtol=1e-12)
    np.testing.assert_allclose(world.posterior_divergence("reverse_kl"), entropy(q, p), rtol=1e-12)
    np.testing.assert_allclose(world.posterior_divergence("js"), jensenshannon(p, q, axis=0) ** 2, rtol=1e-10)


@settings(max_examples=60, deadline=None)
@given(worlds(zeros=(0.0, 0.5)))
def test_bounds_between_them(world: DiscreteWorld) -> None:
    present = world.p_y > 0
    found = {kind: world.posterior_divergence(kind)[present] for kind in DIVERGENCES}
    tv, hellinger = found["total_variation"], found["hellinger"]
    slack = 1e-9
    assert (found["kl"] >= 2 * tv**2 - slack).all()  # Pinsker
    assert (found["chi_square"] >= found["kl"] - slack).all()
    assert (hellinger**2 <= tv + slack).all()
    assert (tv <= np.sqrt(2) * hellinger + slack).all()
    assert (found["jensen_shannon"] <= np.log(2) * tv + slack).all()
    for kind, (_, largest) in DIVERGENCES.items():
        assert (found[kind] >= 0).all()
        assert (found[kind] <= largest + slack).all()


def test_largest_where_a_class_is_out_of_reach() -> None:
    world = DiscreteWorld([0.5, 0.5], [[0.9, 0.1], [0.2, 0.8]], [0.5, 0.5], [[1.0, 0.0], [1.0, 0.0]])
    for kind, (_, largest) in DIVERGENCES.items():
        assert world.posterior_divergence(kind)[1] == largest


@pytest.mark.parametrize(
    ("short", "kind"),
    [("JS", "jensen_shannon"), ("tv", "total_variation"), ("chi2", "chi_square"), ("reverse-KL", "reverse_kl")],
)
def test_short_names(short: str, kind: str) -> None:
    world = random_world(5, 2, 0)
    np.testing.assert_array_equal(world.posterior_divergence(short), world.posterior_divergence(kind))


def test_unknown_name() -> None:
    with pytest.raises(rd.errors.RequestError, match="unknown divergence 'euclid'; use one of kl, reverse_kl"):
        random_world(5, 2, 0).posterior_divergence("euclid")
