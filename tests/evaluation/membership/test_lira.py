"""LiRA by hand, and what certainties and models that always say the same are taken for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from retrodict.evaluation.membership import lira

HELD = np.array([[True, False], [False, True], [True, True], [False, False], [True, False], [False, True]])
SAID = np.array([[3.0, 0.0], [1.0, 2.0], [4.0, 1.0], [0.0, -1.0], [5.0, -2.0], [2.0, 3.0]])


def test_with_one_variance_it_is_the_ratio_of_two_normals() -> None:
    target = np.array([3.5, 0.5])
    seen = [SAID[HELD[:, i], i] for i in (0, 1)]
    unseen = [SAID[~HELD[:, i], i] for i in (0, 1)]
    wide_in, wide_out = (np.sqrt(np.mean([np.var(one, ddof=1) for one in rows])) for rows in (seen, unseen))
    by_hand = [
        norm.logpdf(t, a.mean(), wide_in) - norm.logpdf(t, b.mean(), wide_out)
        for t, a, b in zip(target, seen, unseen, strict=True)
    ]
    np.testing.assert_allclose(lira.ratio(target, SAID, HELD, "fixed variance"), by_hand)


def test_offline_is_the_distance_from_those_that_did_not_see_the_row() -> None:
    target = np.array([3.5, 0.5])
    unseen = [SAID[~HELD[:, i], i] for i in (0, 1)]
    shared = np.mean([np.var(one, ddof=1) for one in unseen])
    own = [(2 * np.var(one, ddof=1) + lira.SHARED * shared) / (2 + lira.SHARED) for one in unseen]
    by_hand = [(t - one.mean()) / np.sqrt(v) for t, one, v in zip(target, unseen, own, strict=True)]
    np.testing.assert_allclose(lira.ratio(target, SAID, HELD, "offline"), by_hand)


def test_a_row_that_fits_those_who_saw_it_scores_higher() -> None:
    for kind in ("online", "offline", "fixed variance"):
        high, low = (lira.ratio(np.array([at, at - 3.0]), SAID, HELD, kind) for at in (4.0, 1.0))
        assert (high > low).all()


def test_certainties_are_a_little_surer_than_the_surest_that_is_none() -> None:
    target, said = lira.finite(np.array([np.inf, -np.inf]), np.array([[2.0, np.inf], [-3.0, 0.0]]))
    assert target == pytest.approx([3.0 + np.log(2.0), -3.0 - np.log(2.0)])
    assert said[0] == pytest.approx([2.0, 3.0 + np.log(2.0)])


def test_models_that_say_nothing_but_certainties_still_order_rows() -> None:
    said = np.where(HELD, np.inf, -np.inf)
    for kind in ("online", "offline", "fixed variance"):
        found = lira.ratio(np.array([np.inf, -np.inf]), said, HELD, kind)
        assert np.isfinite(found).all()
        assert found[0] > found[1]
