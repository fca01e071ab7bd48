"""RMIA by hand: pairs of rows, counted one by one."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from retrodict.evaluation.membership import rmia

RNG = np.random.default_rng(0)
HELD = np.vstack([half := RNG.random((3, 12)) < 0.5, ~half])
SAID = RNG.normal(size=HELD.shape) + HELD
TARGET = RNG.normal(size=12)


def counted(ratios: np.ndarray) -> list[float]:
    """Return the share of the other rows whose ratio is no larger."""
    return [np.mean([ratios[i] >= rmia.GAMMA * ratios[j] for j in range(12) if j != i]) for i in range(12)]


def test_online_by_pairs() -> None:
    p = expit(SAID / rmia.TEMPERATURE)
    usual = [(p[HELD[:, i], i].mean() + p[~HELD[:, i], i].mean()) / 2 for i in range(12)]
    by_hand = counted(expit(TARGET / rmia.TEMPERATURE) / usual)
    np.testing.assert_allclose(rmia.of_labels(TARGET, SAID, HELD), by_hand)


def test_offline_uses_models_that_did_not_see_the_row_alone() -> None:
    p = expit(SAID / rmia.TEMPERATURE)
    unseen = np.array([p[~HELD[:, i], i].mean() for i in range(12)])
    a = rmia.OFFLINE_SCALE
    by_hand = counted(expit(TARGET / rmia.TEMPERATURE) / (((1 + a) * unseen + 1 - a) / 2))
    np.testing.assert_allclose(rmia.of_labels(TARGET, SAID, HELD, offline=True), by_hand)
    changed = np.where(HELD, 99.0, SAID)
    np.testing.assert_allclose(rmia.of_labels(TARGET, changed, HELD, offline=True), by_hand)


def test_certainties_are_probabilities_like_others() -> None:
    said = np.where(HELD, np.inf, -np.inf)
    found = rmia.of_labels(np.where(np.arange(12) < 6, np.inf, -np.inf), said, HELD)
    assert (found[:6] > found[6:].max()).all()


def test_of_values_a_small_error_is_a_large_probability() -> None:
    said = RNG.normal(size=HELD.shape) * np.where(HELD, 0.1, 1.0)
    found = rmia.of_values(np.where(np.arange(12) < 6, 0.0, 2.0), said, HELD)
    assert found[:6].min() > found[6:].max()
