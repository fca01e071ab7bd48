"""Draws inside an interval: inside it, and by the marginal's own law there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from retrodict.errors import PriorError
from retrodict.priors.marginals import (
    Cells,
    Discrete,
    Marginal,
    Normal,
    Rounded,
    SampleQuantiles,
    Uniform,
    integer_moments,
    listed,
    moments,
    quantiles,
)
from retrodict.priors.restricted_draw import draw_within

MARGINALS: dict[str, Marginal] = {
    "normal": Normal(2.0, 3.0),
    "uniform": Uniform(-1.0, 4.0),
    "beta": moments(1.0, 0.5, -1.0, 4.0),
    "gamma": moments(1.0, 2.0, 0.0),
    "quantiles": quantiles({0.25: -1.0, 0.5: 0.0, 0.75: 3.0}, -4.0, 9.0),
    "sample": SampleQuantiles(np.array([-2.0, 0.0, 0.0, 0.5, 3.0])),
    "cells": Cells(np.array([-3.0, -1.0, 0.0, 4.0]), np.array([0.2, 0.0, 0.8])),
    "integers": integer_moments(2.0, 1.5, 0, 9),
    "rounded": Rounded(Normal(0.0, 4.0)),
    "listed": listed([0.1, 0.6, 0.0, 0.3], [2, 0, 3, 1]),
}
ENDS = st.floats(-20, 20) | st.sampled_from([-np.inf, np.inf, -1.0, 0.0, 0.5, 1.0])


@pytest.mark.parametrize("name", MARGINALS)
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ENDS, ENDS, st.floats(0, 1)).filter(lambda t: t[0] != t[1]), min_size=1, max_size=8))
def test_draws_lie_in_their_intervals(name: str, asked: list[tuple[float, float, float]]) -> None:
    low, high = np.sort(np.array([row[:2] for row in asked]), axis=1).T
    out = draw_within(MARGINALS[name], low, high, np.array([row[2] for row in asked]))
    assert ((low < out) & (out <= high)).all()


@pytest.mark.parametrize("name", MARGINALS)
def test_draws_follow_the_marginal_between_the_ends(name: str) -> None:
    """The reference is rejection: draws of the marginal that fall inside."""
    rng, n, low, high = np.random.default_rng(5), 4000, 0.4, 3.0
    inside = MARGINALS[name].quantile_z(rng.standard_normal(20 * n))
    inside = inside[(inside > low) & (inside <= high)][:n]
    drawn = draw_within(MARGINALS[name], np.full(n, low), np.full(n, high), rng.random(n))
    limit = 1.95 * np.sqrt(1 / len(inside) + 1 / n)  # passed by chance once in a thousand
    assert stats.ks_2samp(drawn, inside).statistic < limit
    shifted = draw_within(MARGINALS[name], np.full(n, low), np.full(n, high), rng.random(n) ** 2)
    assert stats.ks_2samp(shifted, inside).statistic > limit or np.ptp(inside) == 0.0  # the test can fail


def test_tails_keep_their_precision() -> None:
    u = np.linspace(0.01, 0.99, 50)
    for sign in (-1.0, 1.0):
        low, high = sorted((sign * 7.0, sign * 7.5))
        drawn = draw_within(Normal(0.0, 1.0), np.full(50, low), np.full(50, high), u)
        exact = stats.truncnorm.ppf(u, low, high)
        np.testing.assert_allclose(drawn, exact, rtol=1e-6)


def test_without_mass_the_draw_is_uniform_between_the_ends() -> None:
    u = np.array([0.0, 0.25, 1.0])
    np.testing.assert_allclose(draw_within(Uniform(0, 1), np.full(3, 2.0), np.full(3, 4.0), u), [2.0, 2.5, 4.0])
    drawn = draw_within(Discrete(np.arange(3.0), np.ones(3)), np.full(3, 9.5), np.full(3, 12.5), u)
    assert drawn.tolist() == [10.0, 10.0, 12.0]
    assert draw_within(Uniform(0, 1), np.array([-np.inf, 3.0]), np.array([-2.0, np.inf]), u[:2]) == pytest.approx(
        [-2.0, 3.0]
    )


def test_bad_intervals_are_refused() -> None:
    with pytest.raises(PriorError, match="interval 1 from 2 to 2 is empty; low must lie below high"):
        draw_within(Normal(0, 1), np.array([0.0, 2.0]), np.array([1.0, 2.0]), np.zeros(2))
    with pytest.raises(PriorError, match="one low, one high and one uniform a draw"):
        draw_within(Normal(0, 1), np.zeros(2), np.ones(3), np.zeros(2))
