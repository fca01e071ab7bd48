"""One column at a time: against scipy, and against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp, norm, wasserstein_distance

from retrodict.evaluation.fidelity.marginals import marginals, number_distances
from retrodict.evaluation.fidelity.resampling import interval
from retrodict.evaluation.fidelity.table import Table
from retrodict.schema import Feature
from retrodict.tables.layout import Layout
from tests.evaluation.fidelity.conftest import Pair

numbers = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=30)


@given(numbers, numbers)
@settings(max_examples=60, deadline=None)
def test_distances_are_scipys_ties_included(a: list[float], b: list[float]):
    weights = [np.full((1, len(x)), 1 / len(x)) for x in (a, b)]
    wasserstein, kolmogorov = number_distances(np.array(a), np.array(b), *weights)
    assert wasserstein[0] == pytest.approx(wasserstein_distance(a, b), abs=1e-12)
    assert kolmogorov[0] == pytest.approx(ks_2samp(a, b, method="asymp").statistic, abs=1e-12)


def test_weighted_distances_are_scipys():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=40), rng.normal(1, 2, size=25)
    u, v = rng.dirichlet(np.ones(40), size=5), rng.dirichlet(np.ones(25), size=5)
    found = number_distances(a, b, u, v)[0]
    assert found == pytest.approx([wasserstein_distance(a, b, *pair) for pair in zip(u, v, strict=True)])


@pytest.mark.parametrize("shift", [0.3, 1.0, 2.0])
def test_a_shifted_gaussian_has_its_known_distances(shift: float, pair: Pair):
    rng = np.random.default_rng(1)
    layout, real, other = pair(rng.normal(size=(5_000, 1)), shift + rng.normal(size=(5_000, 1)))
    found = marginals(layout, real, other, np.zeros(1))
    se = np.sqrt(2 / 5_000)
    assert found["wasserstein", "x0"][0] == pytest.approx(shift, abs=4 * se * (1 + shift))
    low, high = interval(found["wasserstein", "x0"])[1:]
    assert 2 * 1.96 * se * 0.7 < high - low < 2 * 1.96 * se * (1.5 + shift)  # scaled by an sd that was measured, too
    assert found["kolmogorov-smirnov", "x0"][0] == pytest.approx(2 * norm.cdf(shift / 2) - 1, abs=4 * 0.5 * se)


def test_shares_and_gaps_differ_by_what_was_planted():
    layout = Layout((Feature("site", "categorical", categories=("a", "b", "c")), Feature("bmi")))
    real = np.column_stack([np.repeat([0.0, 1.0, 2.0], [50, 30, 20]), np.arange(100.0)])
    other = np.column_stack([np.repeat([0.0, 1.0, np.nan], [30, 30, 40]), np.arange(100.0)])
    other[:25, 1] = np.nan
    tables = [Table.of(X, np.random.default_rng(0)) for X in (real, other)]
    found = marginals(layout, *tables, np.ones(2))
    assert found["total variation", "site"][0] == pytest.approx(0.4)
    assert found["missing", "site"][0] == pytest.approx(0.4)
    assert found["missing", "bmi"][0] == pytest.approx(0.25)
    assert ("wasserstein", "site") not in found


def test_a_column_without_values_has_no_distance_and_a_constant_one_a_finite_one():
    layout = Layout((Feature("empty"), Feature("constant")))
    X = np.column_stack([np.full(30, np.nan), np.full(30, 7.0)])
    tables = [Table.of(x, np.random.default_rng(0)) for x in (X, X + np.array([0.0, 7.0]))]
    found = marginals(layout, *tables, np.zeros(2))
    assert ("wasserstein", "empty") not in found
    assert found["wasserstein", "constant"][0] == pytest.approx(1.0)
    assert found["kolmogorov-smirnov", "constant"][0] == pytest.approx(1.0)
