"""Measures of whole rows against closed forms and against definitions written out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats.contingency import association as scipy_association

from retrodict.evaluation.fidelity.association import association_difference, associations
from retrodict.evaluation.fidelity.distances import energy_distance, random_directions, sliced_wasserstein
from retrodict.evaluation.fidelity.manifold import NEIGHBOURS, manifold
from retrodict.evaluation.fidelity.resampling import interval
from retrodict.evaluation.fidelity.table import Table
from retrodict.evaluation.fidelity.two_sample import AUC, KL, two_sample
from retrodict.schema import Feature
from retrodict.tables.layout import Layout
from tests.evaluation.fidelity.conftest import Pair

N = 1_500


def gaussians(shift: float, d: int = 1, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(N, d)), rng.normal(size=(N, d)) + shift * np.eye(1, d)[0]


def error(replicates: np.ndarray) -> float:
    value, _, high = interval(replicates)
    return high - value


@pytest.mark.parametrize("shift", [0.0, 0.7, 1.5])
def test_energy_distance_of_shifted_gaussians(shift: float, pair: Pair):
    _, real, other = pair(*gaussians(shift))
    sd = real.X.std()  # the encoding divides by it
    between = 2 / np.sqrt(np.pi) * np.exp(-(shift**2) / 4) + shift * (1 - 2 * norm.cdf(-shift / np.sqrt(2)))
    found = energy_distance(real, other)
    assert found[0] == pytest.approx((2 * between - 4 / np.sqrt(np.pi)) / sd, abs=2 * error(found))
    assert error(found) < 0.15


def test_energy_distance_by_its_definition(pair: Pair):
    _, real, other = pair(np.arange(5.0)[:, None] ** 2, np.arange(4.0)[:, None])
    a, b = real.points[:, 0], other.points[:, 0]
    apart = [np.abs(x[:, None] - y[None, :]).sum() for x, y in ((a, b), (a, a), (b, b))]
    assert energy_distance(real, other)[0] == pytest.approx(2 * apart[0] / 20 - apart[1] / 20 - apart[2] / 12)


def test_sliced_wasserstein_of_shifted_gaussians(pair: Pair):
    _, real, other = pair(*gaussians(1.0, d=3))
    directions = random_directions(3, np.random.default_rng(0))
    found = sliced_wasserstein(real, other, directions)
    shift = np.array([1.0 / real.X[:, 0].std(), 0, 0])
    # Along each direction two Gaussians of unit variance, whose distance is their shift or, near 0, sampling noise.
    assert found[0] == pytest.approx(np.abs(shift @ directions).mean(), abs=2 * error(found))


@pytest.mark.parametrize("shift", [0.0, 0.5, 1.0])
def test_a_classifier_finds_the_known_auc_and_divergence(shift: float, pair: Pair):
    layout, real, other = pair(*gaussians(shift, seed=3))
    found = two_sample(layout, real, other, seed=0)
    # No classifier is perfect, and boosted trees are part of this one: a little less than the truth.
    truth = norm.cdf(shift / np.sqrt(2))
    assert truth - 0.015 - error(found[AUC]) < found[AUC][0] < truth + error(found[AUC])
    assert 0.01 < error(found[AUC]) < 0.025
    assert 0.85 * shift**2 / 2 - error(found[KL]) < found[KL][0] < shift**2 / 2 + error(found[KL])


def test_tables_that_have_nothing_in_common_are_told_apart(pair: Pair):
    layout, real, other = pair(*gaussians(50.0))
    found = two_sample(layout, real, other, seed=0)
    assert found[AUC][0] == 1.0
    assert np.isfinite(found[KL]).all()
    shares = manifold(real, other)
    assert all(shares[name][0] == 0 for name in shares)


def test_fresh_rows_have_the_shares_of_the_paper(pair: Pair):
    _, real, other = pair(*gaussians(0.0, d=3))
    found = manifold(real, other)
    assert found["density"][0] == pytest.approx(1.0, abs=0.1)
    expected = 1 - np.prod([(N - i) / (2 * N - i) for i in range(1, NEIGHBOURS + 1)])  # Naeem et al., lemma 1
    assert found["coverage"][0] == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / N))
    same = manifold(real, real)
    assert [same[name][0] for name in ("precision", "recall", "coverage")] == pytest.approx([1.0, 1.0, 1.0])


def test_a_collapsed_table_keeps_precision_and_loses_coverage(pair: Pair):
    real, other = gaussians(0.0, d=3)
    _, one, two = pair(real, other * 0.1)
    found = manifold(one, two)
    assert found["precision"][0] > 0.95
    assert found["coverage"][0] < 0.3
    assert found["recall"][0] < 0.2


def mixed(n: int, seed: int) -> tuple[Layout, np.ndarray]:
    rng = np.random.default_rng(seed)
    site = rng.integers(0, 3, n).astype(float)
    sex = (rng.random(n) < 0.2 + 0.3 * site).astype(float)
    age = rng.normal(40 + 10 * site, 5)
    bmi = 0.3 * age + rng.normal(size=n)
    bmi[rng.random(n) < 0.2] = np.nan
    columns = (
        Feature("site", "categorical", categories=("a", "b", "c")),
        Feature("sex", "categorical", categories=("f", "m")),
        Feature("age"),
        Feature("bmi"),
    )
    return Layout(columns), np.column_stack([site, sex, age, bmi])


def test_associations_are_those_of_pandas_and_scipy():
    layout, X = mixed(400, 0)
    table = Table.of(X, np.random.default_rng(0))
    frame = pd.DataFrame(X, columns=list(layout.names))

    def ratio(number: str, group: str) -> float:
        own = frame.dropna(subset=number)
        fitted = own.groupby(group)[number].transform("mean")
        return float(np.sqrt(fitted.var(ddof=0) / own[number].var(ddof=0)))

    expected = [
        scipy_association(pd.crosstab(frame.site, frame.sex).to_numpy(), method="cramer"),
        ratio("age", "site"),
        ratio("bmi", "site"),
        ratio("age", "sex"),
        ratio("bmi", "sex"),
        frame.age.corr(frame.bmi),
    ]
    assert associations(layout, table, table)[0] == pytest.approx(expected)


def test_associations_under_weights_are_those_of_repeated_rows():
    layout, X = mixed(60, 1)
    table = Table.of(X, np.random.default_rng(0))
    counts = table.weights.counts[1, table.weights.groups].astype(int)
    repeated = Table.of(np.repeat(X, counts, axis=0), np.random.default_rng(0))
    once = associations(layout, table, table)[1]
    assert once == pytest.approx(associations(layout, repeated, table)[0])


def test_shuffled_columns_lose_their_associations():
    layout, X = mixed(800, 0)
    real = Table.of(X, np.random.default_rng(0))
    together = associations(layout, real, real)
    assert association_difference(together, together)[0] == 0
    rng = np.random.default_rng(1)
    shuffled = Table.of(np.column_stack([rng.permutation(x) for x in X.T]), rng)
    lost = association_difference(together, associations(layout, shuffled, real))
    assert lost[0] == pytest.approx(np.abs(together[0]).mean(), abs=0.08)
    fresh = Table.of(mixed(800, 2)[1], rng)
    assert association_difference(together, associations(layout, fresh, real))[0] < lost[0] / 4
