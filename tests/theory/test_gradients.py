"""Derivatives in closed form against automatic differentiation and against central differences with 40 digits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from retrodict.theory import DiscreteWorld, gradients, random_world
from tests.theory.reference import OF_MODEL, OF_PRIOR, QUANTITIES, automatic, central, relative_error, variables_of
from tests.theory.worlds import worlds

SIZES = [(2, 2), (7, 3), (40, 5), (200, 10)]
PAIRS = [(quantity, variable) for quantity in QUANTITIES for variable in (*OF_PRIOR, *OF_MODEL)]


@pytest.mark.parametrize(("states", "classes"), SIZES)
def test_automatic_differentiation(states: int, classes: int) -> None:
    world = random_world(states, classes, 3)
    found = gradients(world)
    for quantity, variable in PAIRS:
        if variables_of(quantity)(variable):
            right = automatic(world, quantity, variable)
            assert found[quantity, variable].shape == right.shape
            assert relative_error(found[quantity, variable], right) < 1e-8, (quantity, variable)
        else:
            assert variable not in found[quantity]


@pytest.mark.parametrize(("states", "classes"), SIZES[:3])
def test_central_differences(states: int, classes: int) -> None:
    world, rng = random_world(states, classes, 4), np.random.default_rng(0)
    found = gradients(world)
    for variable in (*OF_PRIOR, *OF_MODEL):
        at = (int(rng.integers(states)),) if variable in OF_PRIOR else tuple(map(int, rng.integers((states, classes))))
        right = central(world, variable, at)
        for quantity in QUANTITIES:
            if variables_of(quantity)(variable):
                mine = np.asarray(found[quantity, variable][(..., *at)])
                assert relative_error(mine, np.asarray(right[quantity])) < 1e-9, (quantity, variable)


def test_a_derivative_without_the_label_term_is_caught() -> None:
    """What would be right if `Q(y)` stood still: the fault that leads to concurrence everywhere."""
    world = random_world(7, 3, 3)
    faulty = world.q_x - world.p_x
    assert relative_error(faulty, automatic(world, "posterior", "theta")) > 1e-2


@settings(max_examples=80, deadline=None)
@given(worlds(zeros=(0.0, 0.4)))
def test_terms_add_up(world: DiscreteWorld) -> None:
    found = gradients(world)
    for variable in (*OF_PRIOR, *OF_MODEL):
        terms = [found[name].get(variable, 0.0) for name in ("prior", "model", "label")]
        np.testing.assert_allclose(found["posterior", variable], terms[0] + terms[1] - terms[2], atol=1e-9, rtol=1e-9)
        present = world.p_y > 0
        of_classes = np.tensordot(world.p_y[present], found["posterior_by_class", variable][present], axes=1)
        finite = np.isfinite(of_classes)
        np.testing.assert_allclose(of_classes[finite], found["posterior", variable][finite], atol=1e-9, rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_a_constant_added_to_all_logits_changes_nothing(world: DiscreteWorld) -> None:
    found = gradients(world)
    for quantity, of in found.items():
        for variable, axis in (("theta", -1), ("phi", -1)):
            if variable in of:
                np.testing.assert_allclose(of[variable].sum(axis=axis), 0, atol=1e-12, err_msg=quantity)


def test_limits_at_zero() -> None:
    """A zero of `Q` gives what the derivative tends to as that probability goes to zero."""
    p_y = np.array([[0.7, 0.3], [0.4, 0.6], [0.5, 0.5]])
    q_y = np.array([[0.6, 0.4], [0.5, 0.5], [0.2, 0.8]])

    def world(small: float) -> DiscreteWorld:
        first = np.array([[1 - small, small]])
        return DiscreteWorld([0.6, 0.4, 0.0], np.vstack([[[1.0, 0.0]], p_y[1:]]), [0.5, 0.5 - small, small],
                             np.vstack([first, q_y[1:]]))  # fmt: skip

    at, near = gradients(world(0.0)), gradients(world(1e-9))
    for quantity, of in at.items():
        for variable, array in of.items():
            np.testing.assert_allclose(array, near[quantity, variable], atol=1e-7, err_msg=f"{quantity} {variable}")


def test_class_without_posterior_is_nan() -> None:
    world = DiscreteWorld([0.5, 0.5], [[0.9, 0.1], [0.2, 0.8]], [0.5, 0.5], [[1.0, 0.0], [1.0, 0.0]])
    found = gradients(world)
    assert np.isnan(found["posterior_by_class", "theta"][1]).all()
    assert np.isfinite(found["posterior_by_class", "theta"][0]).all()


def test_access_and_form() -> None:
    found = gradients(random_world(4, 2, 0))
    assert found["posterior"]["theta"] is found["posterior", "theta"]
    assert found["posterior_by_class", "phi"].shape == (2, 4, 2)
    with pytest.raises(ValueError, match="read-only"):
        found["prior", "theta"][0] = 1
    with pytest.raises(KeyError):
        found["prior", "phi"]
    assert "posterior_by_class: theta (2, 4)" in repr(found)
