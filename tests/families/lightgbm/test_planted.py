"""What a model states of a table that is known is so, to the last row: ranges, counts, sums, categories, the start."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, softmax
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

import retrodict as rd
from retrodict.disclosures import (
    Categories,
    ClassShares,
    Gaps,
    GradientSums,
    NodeCounts,
    NodeSums,
    Range,
    SampleSize,
    Stretches,
    TargetMoments,
    TargetQuantiles,
    Thresholds,
    TrainingErrors,
    TrainingSettings,
    Values,
)
from tests.families.lightgbm.tables import QUIET, SITES, N, labels, table

FEATURES = ["age", "dose", "site", "ward"]


def trained(params: dict[str, Any], target: Any, rounds: int = 6, **data: Any) -> tuple[Any, pd.DataFrame]:
    X = table()[FEATURES]
    told = {"num_leaves": 8, "min_data_in_leaf": 3, "min_data_per_group": 3, **QUIET, **params}
    return lightgbm.train(told, lightgbm.Dataset(X, target, **data), num_boost_round=rounds), X


def leaf_sums(booster: Any, X: pd.DataFrame, t: int, each: np.ndarray) -> np.ndarray:
    """Return sums over the rows of each leaf of one tree."""
    leaf = booster.predict(X, pred_leaf=True).astype(int)[:, t]
    return np.bincount(leaf, each)


def sums_of(found: Any, statistic: str) -> list[np.ndarray]:
    (fact,) = [fact for fact in found.of(NodeSums) if fact.statistic == statistic]
    return [own[leaf] for own, leaf in zip(fact.sums, fact.leaves, strict=True)]


def binary_steps(F: np.ndarray, y: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    p = expit(F)
    return w * (p - y), w * p * (1 - p)


def test_columns() -> None:
    y = labels(table(), 2)
    booster, X = trained({"objective": "binary", "min_data_in_bin": 1}, y, 40)
    found = rd.inspect_model(booster)
    assert found.unread == ()
    assert {f.features[0]: (f.low, f.high) for f in found.of(Range)} == {
        name: (X[name].min(), X[name].max()) for name in ("age", "dose")
    }
    declared = {f.features[0]: f.categories for f in found.of(Categories) if f.source == "pandas_categorical"}
    assert declared == {"site": SITES, "ward": tuple(range(7))}
    taken = {f.features[0]: f for f in found.of(Categories) if f.source == "feature_infos"}
    by_count = X["site"].value_counts().index.tolist()
    assert (taken["site"].exact, taken["site"].categories) == (True, tuple(by_count))
    assert sorted(taken["ward"].categories) == sorted(X["ward"].unique())
    assert [f.features for f in found.of(Gaps)] == [("dose",)]
    values = {f.features[0]: f.taken for f in found.of(Values)}
    assert len(values["age"]) > 10
    assert set(values["age"]) <= set(X["age"])
    ages = np.unique(X["age"])
    midway = {f.features[0]: f.thresholds for f in found.of(Thresholds) if f.midpoints}
    between = (ages[1:] + ages[:-1]) / 2
    assert set(np.nextafter(midway["age"], -np.inf)) <= set(between)
    assert (
        np.isclose(
            np.subtract.outer(midway["dose"], (lambda d: (d[1:] + d[:-1]) / 2)(np.unique(X["dose"].dropna()))),
            0,
            atol=1e-9,
        )
        .any(axis=1)
        .all()
    )
    ages_told = [f for f in found.of(Stretches) if f.features == ("age",)]
    for fact in ages_told:
        for low, high, count in zip(fact.lows, fact.highs, fact.counts, strict=True):
            assert 0 < count <= 40 * ((X["age"] > low) & (X["age"] <= high)).sum()


@pytest.mark.parametrize("params", [{}, {"lambda_l2": 2.5, "extra_trees": True}, {"feature_fraction": 0.5}])
@pytest.mark.parametrize("weighed", [False, True])
def test_counts_and_sums_of_a_binary_model(params: dict[str, Any], weighed: bool) -> None:
    y = labels(table(), 2).to_numpy() * (np.arange(N) % 4 > 0)
    w = np.random.default_rng(1).uniform(0.5, 2, N).astype(np.float32).astype(float) if weighed else np.ones(N)
    booster, X = trained({"objective": "binary", **params}, y, weight=w if weighed else None)
    found = rd.inspect_model(booster)
    (counts,) = found.of(NodeCounts)
    assert counts.exact is True
    assert [f.n for f in found.of(SampleSize)] == [N]
    share = (w * y).sum() / w.sum()
    (stated,) = found.of(ClassShares)
    assert stated.exact == ("of the rows as weighted" if weighed else True)
    assert stated.shares == pytest.approx((1 - share, share), abs=1e-9)
    if not weighed:
        assert stated.shares == (1 - y.mean(), y.mean())
    hessians, gradients = sums_of(found, "hessian"), sums_of(found, "gradient")
    for t in range(6):
        F = booster.predict(X, raw_score=True, num_iteration=t) if t else np.full(N, np.log(share / (1 - share)))
        g, h = binary_steps(F, y, w)
        assert np.array_equal(counts.counts[t][counts.leaves[t]], leaf_sums(booster, X, t, np.ones(N)))
        assert hessians[t] == pytest.approx(leaf_sums(booster, X, t, h), rel=1e-6)
        assert gradients[t] == pytest.approx(leaf_sums(booster, X, t, g), abs=1e-5)
        assert counts.counts[t][0] == N


def test_counts_and_sums_of_three_classes() -> None:
    y = labels(table(), 3).to_numpy()
    booster, X = trained({"objective": "multiclass", "num_class": 3}, y, 3)
    found = rd.inspect_model(booster)
    (stated,) = found.of(ClassShares)
    assert stated.shares == tuple(np.bincount(y) / N)
    hessians, gradients = sums_of(found, "hessian"), sums_of(found, "gradient")
    for t in range(9):
        F = (
            booster.predict(X, raw_score=True, num_iteration=t // 3)
            if t >= 3
            else np.log(np.bincount(y) / N) + np.zeros((N, 3))
        )
        p = softmax(F, axis=1)[:, t % 3]
        assert hessians[t] == pytest.approx(leaf_sums(booster, X, t, 1.5 * p * (1 - p)), rel=1e-5)
        assert gradients[t] == pytest.approx(leaf_sums(booster, X, t, p - (y == t % 3)), abs=1e-4)


@pytest.mark.parametrize("objective", ["regression", "poisson", "gamma", "tweedie"])
def test_sums_and_mean_of_values(objective: str) -> None:
    y = np.exp(table()["target"].to_numpy() / 5).astype(np.float32).astype(float)
    booster, X = trained({"objective": objective}, y)
    found = rd.inspect_model(booster)
    (moments,) = found.of(TargetMoments)
    assert moments.mean == pytest.approx(y.mean(), rel=1e-7)
    gradients = sums_of(found, "gradient")
    for t in range(6):
        start = y.mean() if objective == "regression" else np.log(y.mean())
        F = booster.predict(X, raw_score=True, num_iteration=t) if t else np.full(N, start)
        g = {
            "regression": F - y,
            "poisson": np.exp(F) - y,
            "gamma": 1 - y * np.exp(-F),
            "tweedie": -y * np.exp(-0.5 * F) + np.exp(0.5 * F),
        }[objective]
        assert gradients[t] == pytest.approx(leaf_sums(booster, X, t, g), abs=2e-4)


def test_leaves_that_are_quantiles() -> None:
    y = table()["target"].to_numpy()
    for params, at in (({"objective": "regression_l1"}, 0.5), ({"objective": "quantile", "alpha": 0.25}, 0.25)):
        booster, _ = trained(params, y)
        found = rd.inspect_model(booster)
        assert [f.statistic for f in found.of(GradientSums)] == ["quantile"]
        (stated,) = found.of(TargetQuantiles)
        assert stated.probabilities == (at,)
        assert stated.quantiles[0] == pytest.approx(np.quantile(y, at), abs=0.05)
        assert not [f for f in found.of(NodeSums) if f.statistic == "gradient"]


def test_draws() -> None:
    y = labels(table(), 2).to_numpy() * (np.arange(N) % 3 > 0)
    booster, _ = trained({"objective": "binary", "bagging_fraction": 0.6, "bagging_freq": 1}, y)
    found = rd.inspect_model(booster)
    (counts,) = found.of(NodeCounts)
    assert counts.exact == "of each tree's draw"
    (size,) = found.of(SampleSize)
    assert size.exact is False
    assert abs(size.n - N) < 25
    (shares,) = found.of(ClassShares)
    assert shares.exact is False
    assert shares.shares[1] == pytest.approx(y.mean(), abs=0.01)
    (told,) = [f for f in found.of(TrainingSettings) if f.source == "parameters"]
    assert (told.settings["bagging_seed"], told.settings["bagging_fraction"]) == (3, 0.6)


def test_no_start_is_read_where_none_was_added() -> None:
    y = labels(table(), 2).to_numpy() * (np.arange(N) % 3 > 0)
    for params, start in (({"boost_from_average": False}, 0.0), ({}, 0.7)):
        booster, X = trained({"objective": "binary", **params}, y, init_score=np.full(N, start) if start else None)
        found = rd.inspect_model(booster)
        assert not found.of(ClassShares)
        g = expit(np.full(N, start)) - y
        assert sums_of(found, "gradient")[0] == pytest.approx(leaf_sums(booster, X, 0, g), abs=1e-5)


@pytest.mark.parametrize("params", [{"scale_pos_weight": 3.0}, {"is_unbalance": True, "lambda_l2": 1.0}])
def test_a_class_that_counts_more(params: dict[str, Any]) -> None:
    y = labels(table(), 2).to_numpy() * (np.arange(N) % 3 > 0)
    booster, _ = trained({"objective": "binary", **params}, y)
    (shares,) = rd.inspect_model(booster).of(ClassShares)
    assert (shares.exact, shares.shares) == (True, (1 - y.mean(), y.mean()))


def test_leaves_that_were_set_anew_state_no_gradients() -> None:
    y = labels(table(), 2).to_numpy() * (np.arange(N) % 3 > 0)
    booster, X = trained({"objective": "binary"}, y)
    other = booster.refit(X, 1 - y, decay_rate=0.5)
    statistics = [{f.statistic for f in rd.inspect_model(made).of(NodeSums)} for made in (booster, other)]
    assert ["gradient" in told for told in statistics] == [True, False]
    found = rd.inspect_model(other)
    assert [f.exact for f in found.of(GradientSums)] == [False]
    assert [f.exact for f in found.of(ClassShares)] == [False]


def test_rates_that_change() -> None:
    y = labels(table(), 2).to_numpy() * (np.arange(N) % 3 > 0)
    told = {"num_leaves": 8, "objective": "binary", **QUIET}
    decay = lightgbm.reset_parameter(learning_rate=lambda t: 0.3 * 0.5**t)
    X = table()[FEATURES]
    booster = lightgbm.train(told, lightgbm.Dataset(X, y), 4, callbacks=[decay])
    gradients = sums_of(rd.inspect_model(booster), "gradient")
    assert np.isnan(gradients[0]).all()
    for t in (1, 2, 3):
        g, _ = binary_steps(np.asarray(booster.predict(X, raw_score=True, num_iteration=t)), y, np.ones(N))
        assert gradients[t] == pytest.approx(leaf_sums(booster, X, t, g), abs=1e-4)


def test_balanced_weights_are_told_from_even_classes() -> None:
    frame = table()
    y = labels(frame, 2).to_numpy() * (np.arange(N) % 3 > 0)
    made = lightgbm.LGBMClassifier(n_estimators=3, class_weight="balanced", verbose=-1, n_jobs=1)
    (shares,) = rd.inspect_model(made.fit(frame[FEATURES], y)).of(ClassShares)
    assert (shares.exact, shares.shares) == ("of the rows as weighted", pytest.approx((0.5, 0.5)))


def test_codes_of_an_encoder_are_told_as_its_categories() -> None:
    frame = table()[["site", "age"]].astype({"site": str})
    encoder = make_column_transformer((OrdinalEncoder(), ["site"]), remainder="passthrough")
    made = lightgbm.LGBMRegressor(n_estimators=3, verbose=-1, n_jobs=1)
    pipe = make_pipeline(encoder, made)
    pipe.fit(frame, table()["target"], lgbmregressor__categorical_feature=[0])
    found = [fact for fact in rd.inspect_model(pipe).of(Categories) if fact.source.endswith("feature_infos")]
    assert [(fact.features, set(fact.categories)) for fact in found] == [(("site",), set(SITES))]


def test_single_rows_are_personal() -> None:
    y = table()["target"].to_numpy()
    booster, _ = trained({"objective": "regression", "min_data_in_leaf": 1, "num_leaves": 60}, y)
    found = rd.inspect_model(booster)
    assert [f.personal for f in found.of(NodeCounts)] == [True]
    assert {f.statistic for f in found.of(NodeSums) if f.personal} == {"hessian", "gradient"}
    booster, _ = trained({"objective": "regression"}, y)
    assert not any(f.personal for f in rd.inspect_model(booster) if isinstance(f, NodeCounts | NodeSums))


def test_an_estimator_states_its_losses_and_classes() -> None:
    frame = table()
    y = labels(frame, 2).to_numpy() * 10 + 7
    made = lightgbm.LGBMClassifier(n_estimators=5, random_state=7, verbose=-1, n_jobs=1)
    X = frame[FEATURES]
    made.fit(X, y, eval_X=(X, X[:50]), eval_y=(y, y[:50]), eval_names=["training", "other"])
    found = rd.inspect_model(made)
    assert found.unread == ()
    told = {f.source: f for f in found.of(TrainingErrors)}
    own = told["_evals_result['training']['binary_logloss']"]
    assert own.exact.startswith("of the training rows, as far as the name says")
    assert own.errors.tolist() == made.evals_result_["training"]["binary_logloss"]
    assert told["_evals_result['other']['binary_logloss']"].exact != own.exact
    (shares,) = found.of(ClassShares)
    assert shares.classes == (7, 17)
    assert {"random_state": 7, "n_estimators": 5} in [f.settings for f in found.of(TrainingSettings)]


def test_a_booster_in_training_holds_its_table() -> None:
    X = table(gaps=False)[["age", "dose"]]
    y = table()["target"].to_numpy()
    data = lightgbm.Dataset(X.to_numpy(), y, free_raw_data=False, params=QUIET)
    booster = lightgbm.train({"num_leaves": 4, **QUIET}, data, 2, keep_training_booster=True)
    found = rd.inspect_model(booster)
    (rows,) = found.of("Rows")
    assert np.array_equal(rows.rows.astype(float), X.to_numpy())
    assert rows.labels == tuple(y.astype(np.float32).tolist())
    free = lightgbm.train({"num_leaves": 4, **QUIET}, lightgbm.Dataset(X.to_numpy(), y), 2, keep_training_booster=True)
    assert [one.path for one in rd.inspect_model(free).unread] == ["train_set"]
