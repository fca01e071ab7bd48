"""Correlations against closed forms and simulated truths; intervals by their coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr

from retrodict.study.analysis import Pair, correlate, usable
from retrodict.study.analysis.correlation import PARTIAL, POOLED, WITHIN

PAIR = Pair("prior_js", "posterior_js", 1, "accuracy")


def clustered(rng: np.random.Generator, groups: int, size: int, between: float, within: float) -> pd.DataFrame:
    """Return rows whose datasets' levels correlate by `between`, and whose rows in a dataset by `within`.

    Levels and rows have variance one each, so that all rows together correlate by the mean of the two.
    """

    def normal(n: int, rho: float) -> np.ndarray:
        return rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n)

    values = np.repeat(normal(groups, between), size, axis=0) + normal(groups * size, within)
    names = np.repeat([f"set{g}" for g in range(groups)], size)
    return pd.DataFrame({"dataset": names, "prior_js": values[:, 0], "posterior_js": values[:, 1]})


def test_known_correlations_are_recovered() -> None:
    """The standard error of a correlation of n independent pairs is (1 - rho^2) / sqrt(n)."""
    frame = clustered(np.random.default_rng(0), 2_000, 10, 0.2, 0.6)
    pooled, within = (correlate(frame, PAIR, scope, "pearson", replicates=50) for scope in (POOLED, WITHIN))
    assert within.estimate.value == pytest.approx(0.6, abs=4 * (1 - 0.36) / np.sqrt(18_000))
    # Levels are shared by ten rows: their half of the variance has 2,000 independent pairs.
    assert pooled.estimate.value == pytest.approx(0.4, abs=4 / np.sqrt(2_000))
    assert (within.estimate.n, within.estimate.datasets) == (20_000, 2_000)


def test_pooled_values_are_those_of_scipy() -> None:
    frame = clustered(np.random.default_rng(1), 6, 30, 0.5, 0.5).round(1)  # with ties
    x, y = frame.prior_js, frame.posterior_js
    assert correlate(frame, PAIR, POOLED, "pearson").estimate.value == pytest.approx(pearsonr(x, y).statistic)
    assert correlate(frame, PAIR, POOLED, "spearman").estimate.value == pytest.approx(spearmanr(x, y).statistic)


def test_each_dataset_has_its_own() -> None:
    frame = clustered(np.random.default_rng(2), 6, 30, 0.5, 0.5).round(1)
    for method, own in (("pearson", pearsonr), ("spearman", spearmanr)):
        for name, value, n in correlate(frame, PAIR, WITHIN, method).by_dataset:  # type: ignore[arg-type]
            rows = frame[frame.dataset == name]
            assert n == 30
            assert value == pytest.approx(own(rows.prior_js, rows.posterior_js).statistic)


def test_ranks_of_a_resample_are_those_within_it() -> None:
    """A resample's Spearman correlation is that of the rows written out as often as they were drawn."""
    from retrodict.study.analysis.correlation import _ranked_together

    frame = clustered(np.random.default_rng(3), 4, 7, 0.5, 0.5).round(1)
    group, labels = pd.factorize(frame.dataset)
    weights = np.array([[1, 1, 1, 1], [2, 0, 1, 1], [0, 0, 3, 1]])
    values = frame[["prior_js", "posterior_js"]].to_numpy()
    for row, found in zip(weights, _ranked_together(values, group, weights), strict=True):
        drawn = np.repeat(values, row[group], axis=0)
        assert found == pytest.approx(spearmanr(drawn[:, 0], drawn[:, 1]).statistic)
    assert len(labels) == 4


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), noise=st.floats(0.1, 3))
def test_partial_correlation_is_the_closed_form(seed: int, noise: float) -> None:
    rng = np.random.default_rng(seed)
    frame = clustered(rng, 3, 12, 0.5, 0.5)
    frame["accuracy"] = frame.prior_js + noise * rng.normal(size=len(frame))
    centred = frame[["prior_js", "posterior_js", "accuracy"]]
    centred = centred - centred.groupby(frame.dataset).transform("mean")
    (_, xy, xz), (_, _, yz), _ = np.corrcoef(centred.T)
    expected = (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))
    assert correlate(frame, PAIR, PARTIAL, "pearson").estimate.value == pytest.approx(expected, abs=1e-9)


def test_signs_may_differ_between_scopes() -> None:
    """Simpson's world: posterior falls with prior in every dataset, and rises from dataset to dataset."""
    rng = np.random.default_rng(4)
    parts = []
    for g in range(8):
        x = g + rng.uniform(-1, 1, 40)
        parts.append(pd.DataFrame({"dataset": f"set{g}", "prior_js": x, "posterior_js": 2 * g - x}))
    frame = pd.concat(parts, ignore_index=True)
    frame["posterior_js"] += rng.normal(0, 0.3, len(frame))
    for method in ("pearson", "spearman"):
        pooled, within = (correlate(frame, PAIR, scope, method) for scope in (POOLED, WITHIN))  # type: ignore[arg-type]
        assert pooled.estimate.sign == 1
        assert within.estimate.sign == -1
        assert len(within.wrong) == 8


def _coverage(by_rows: bool, method: str, repetitions: int) -> float:
    """Return the share of studies of twelve datasets whose interval holds the true pooled correlation, 0.3."""
    hits = 0
    # Spearman's correlation of a bivariate normal.
    truth = 0.3 if method == "pearson" else 6 / np.pi * np.arcsin(0.15)
    for seed in range(repetitions):
        frame = clustered(np.random.default_rng([5, seed]), 12, 15, 0.3, 0.3)
        if by_rows:  # the broken twin: every row is taken for a dataset of its own
            frame["dataset"] = [str(i) for i in range(len(frame))]
        one = correlate(frame, PAIR, POOLED, method, seed=seed, replicates=200).estimate  # type: ignore[arg-type]
        assert one.low is not None
        assert one.high is not None
        hits += one.low <= truth <= one.high
    return hits / repetitions


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_intervals_cover(method: str) -> None:
    """95%, less what twelve datasets cost; four binomial standard errors of 200 repetitions are 0.06."""
    assert 0.88 <= _coverage(False, method, 200) <= 0.995


def test_intervals_by_rows_are_caught() -> None:
    assert _coverage(True, "pearson", 100) < 0.85


def test_what_cannot_be_told_has_a_reason() -> None:
    frame = clustered(np.random.default_rng(6), 4, 10, 0.5, 0.5)
    frame["accuracy"] = frame.prior_js
    few = correlate(frame, PAIR, POOLED, "pearson").estimate
    assert few.value is not None
    assert (few.low, few.high, few.reason) == (None, None, "fewer than 5 datasets")
    held = correlate(frame, PAIR, PARTIAL, "pearson").estimate
    assert (held.value, held.reason) == (None, "prior_js or posterior_js follows accuracy exactly")
    flat = correlate(frame.assign(prior_js=0.1), PAIR, POOLED, "pearson").estimate
    assert (flat.value, flat.reason) == (None, "prior_js does not vary")
    level = frame.assign(prior_js=frame.groupby("dataset").prior_js.transform("mean"))
    within = correlate(level, PAIR, WITHIN, "spearman").estimate
    assert (within.value, within.reason) == (None, "prior_js does not vary within every dataset")
    none = correlate(frame.assign(prior_js=np.nan), PAIR, WITHIN, "pearson").estimate
    assert (none.value, none.n, none.reason) == (None, 0, "no cell has prior_js and posterior_js")


def test_regressors_do_not_mix_with_classifiers() -> None:
    frame = pd.DataFrame(
        {
            "dataset": "a",
            "algorithm": "b",
            "status": "done",
            "task": ["classification", "regression"],
            "accuracy": [0.9, -3.0],
            "replica_accuracy": [0.8, -4.0],
            "prior_js": [np.inf, 0.2],
        }
    )
    done, failed = usable(frame)
    assert failed.empty
    assert done.accuracy.tolist()[0] == 0.9
    assert np.isnan(done.accuracy[1])
    assert (done.r2[1], done.replica_r2[1]) == (-3.0, -4.0)
    assert np.isnan(done.prior_js[0])
