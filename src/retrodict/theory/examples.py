"""Small worlds that show where posterior divergence does not follow prior divergence, model divergence or accuracy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from retrodict.theory.random_worlds import shares
from retrodict.theory.world import DiscreteWorld


def perfect_model() -> DiscreteWorld:
    """Return a world whose model is the truth, and whose prior holds a state for a little too rare.

    The prior calls for more of state 1, the posterior for less: state 1 is mostly bought with class 0, which the wrong
    prior makes too rare, so that every row of that class counts more than it should.
    """
    p_y = np.array([[0.1, 0.9], [0.5, 0.5], [0.9, 0.1]])
    return DiscreteWorld(np.array([0.4, 0.3, 0.3]), p_y, np.array([0.62, 0.28, 0.1]), p_y)


def cancelling() -> DiscreteWorld:
    """Return a world whose prior and model are both wrong, and whose posteriors are right: a shift of class shares.

    ``Q(x, y) = Q(y) P(x|y)``: a model trained at other class shares, with the prior of the same source. Mending either
    alone makes the posteriors wrong.
    """
    p_x_given_y = np.array([[0.6, 0.1], [0.3, 0.3], [0.1, 0.6]])
    p, q = p_x_given_y * np.array([0.5, 0.5]), p_x_given_y * np.array([0.85, 0.15])
    return DiscreteWorld(p.sum(axis=1), shares(p), q.sum(axis=1), shares(q))


def overconfident() -> DiscreteWorld:
    """Return a world with the true prior, whose model is sharper than the truth: more accurate, and further from it."""
    p_y = np.array([[0.8, 0.2], [0.6, 0.4], [0.2, 0.8]])
    p_x = np.array([0.4, 0.2, 0.4])
    return DiscreteWorld(p_x, p_y, p_x, shares(p_y**3))


def calibrated() -> DiscreteWorld:
    """Return a world with a wrong prior and a wrong model, whose class shares are right: concurrence is complete."""
    p_y = np.array([[0.1, 0.9], [0.5, 0.5], [0.9, 0.1]])
    q_y = np.array([[0.3, 0.7], [0.5, 0.5], [0.7, 0.3]])
    return DiscreteWorld(np.array([0.4, 0.2, 0.4]), p_y, np.array([0.25, 0.5, 0.25]), q_y)


EXAMPLES: dict[str, Callable[[], DiscreteWorld]] = {
    "perfect-model": perfect_model,
    "cancelling": cancelling,
    "overconfident": overconfident,
    "calibrated": calibrated,
}
"""Makers by the name that the command line knows."""
