"""What a model of CatBoost states is so, to the last number, on tables that are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("catboost")

import catboost

import retrodict as rd
from retrodict.disclosures import Disclosures
from retrodict.schema import Schema
from tests.families.catboost.fits import SETTINGS, N, fitted, planted

ROUGH = "if every row counts once"


def inspected(train: pd.DataFrame, loss: str | None = None, **settings: Any) -> tuple[Any, Disclosures]:
    made = fitted(train, loss, listed=tuple(name for name in ("site", "code") if name in train), **settings)
    return made, rd.inspect_model(made)


def test_borders_lie_midway_between_neighbouring_values() -> None:
    train = planted()
    _, found = inspected(train, iterations=60)
    for name in ("age", "dose"):
        values = np.unique(train[name].dropna())
        middles = (values[1:] + values[:-1]) / 2.0
        (fact,) = [one for one in found.of("Thresholds") if one.features == (name,)]
        assert fact.midpoints
        assert len(fact.thresholds) > 5
        assert np.isin(fact.thresholds, middles).all()
    (grid,) = [one for one in found.of("Grid") if one.features == ("age",)]
    assert (grid.step, grid.offset) == (1.0, 0.0)
    for fact in found.of("Values"):
        assert np.isin(fact.taken, train[fact.features[0]]).all()


def test_even_borders_are_no_midpoints() -> None:
    _, found = inspected(planted(), feature_border_type="Uniform")
    assert not any(fact.midpoints for fact in found.of("Thresholds"))
    assert not found.of("Grid")


@pytest.mark.parametrize("policy", ["SymmetricTree", "Depthwise", "Lossguide"])
def test_counts_of_every_node(policy: str) -> None:
    train = planted()[["age", "dose", "target"]]
    made, found = inspected(train, grow_policy=policy)
    (counts,) = found.of("NodeCounts")
    leaves = made.calc_leaf_indexes(train[["age", "dose"]])
    for t, (rows, leaf) in enumerate(zip(counts.counts, counts.leaves, strict=True)):
        assert rows[0] == N
        expected = np.bincount(leaves[:, t])
        assert sorted(rows[leaf & (rows > 0)]) == sorted(expected[expected > 0])
    (size,) = found.of("SampleSize")
    assert (size.n, size.exact) == (N, ROUGH)  # weights of two, say, would look the same
    assert counts.personal == any(
        (rows[leaf] == 1).any() for rows, leaf in zip(counts.counts, counts.leaves, strict=True)
    )


def test_stretches_count_the_rows_between_two_borders() -> None:
    train = planted()[["age", "target"]]
    _, found = inspected(train, iterations=1)
    (fact,) = found.of("Stretches")
    for low, high, count in zip(fact.lows, fact.highs, fact.counts, strict=True):
        assert ((train["age"] > low) & (train["age"] <= high)).sum() == count


def test_weights_that_are_no_counts() -> None:
    train = planted()
    weight = np.random.default_rng(1).uniform(0.5, 2.0, N)
    _, found = inspected(train, weight=weight)
    assert not found.of("NodeCounts")
    assert not found.of("Stretches")
    (sums,) = found.of("NodeSums")
    assert sums.statistic == "weight"
    assert all(own[0] == pytest.approx(weight.sum(), rel=1e-6) for own in sums.sums)
    (size,) = found.of("SampleSize")  # counts of categories are not weighted
    assert (size.n, size.source) == (N, "ctr_data")


@pytest.mark.parametrize("settings", [{"class_weights": [1, 2]}, {"auto_class_weights": "Balanced"}])
def test_weights_of_classes(settings: dict[str, Any]) -> None:
    _, found = inspected(planted()[["age", "target"]], **settings)
    assert found.of("NodeSums")
    assert not found.of("NodeCounts")
    assert not found.of("SampleSize")


def test_whole_weights_that_statistics_of_categories_give_away() -> None:
    _, found = inspected(planted(), weight=np.full(N, 2.0))
    assert found.of("NodeSums")
    assert [one.n for one in found.of("SampleSize")] == [N]


def test_category_hashes_with_the_counts_of_each_class() -> None:
    train = planted()
    _, found = inspected(train, iterations=40)
    facts = {one.features: one for one in found.of("CategoryHashes")}
    for name in ("site", "code"):
        fact = facts[(name,)]
        assert fact.classes == ("no", "yes")
        assert fact.exact is True
        by_hash = dict(zip(fact.hashes, fact.counts.tolist(), strict=True))
        for category, rows in train.groupby(name):
            expected = [(rows["target"] == label).sum() for label in fact.classes]
            assert by_hash.pop(fact.hash_of(category)) == expected
        assert not by_hash
    (shares,) = found.of("ClassShares")
    assert shares.shares == tuple((train["target"] == label).mean() for label in shares.classes)
    assert [one.exact for one in found.of("SampleSize")] == [True, True]  # both agree: rows are not weighted


@pytest.mark.parametrize("numbers", [True, False])
def test_counts_by_the_names_of_a_schema(numbers: bool) -> None:
    train = planted() if numbers else planted()[["site", "code", "target"]]
    made = fitted(train, listed=("site", "code"), iterations=40)
    known = Schema.from_frame(train.drop(columns="target").astype({"site": "category", "code": "category"}))
    found = rd.inspect_model(rd.load_model(made, schema=known))
    for fact in found.of("CategoryCounts"):
        mine = train if fact.within is None else train[train["target"] == fact.within]
        counts = mine[fact.features[0]].value_counts()
        assert dict(zip(fact.categories, fact.counts, strict=True)) == counts.to_dict()
    assert {one.within for one in found.of("CategoryCounts")} == {None, "yes", "no"}
    prior = rd.implied_prior(rd.load_model(made, schema=known))
    drawn = prior.schema.decode(prior.sample(4_000, np.random.default_rng(0)))
    assert (drawn["site"] == "north").mean() == pytest.approx((train["site"] == "north").mean(), abs=0.05)


def test_counts_of_three_classes() -> None:
    train = planted("three")
    _, found = inspected(train, simple_ctr=["Buckets"], iterations=40)
    fact = next(one for one in found.of("CategoryHashes") if one.features == ("site",))
    by_hash = dict(zip(fact.hashes, fact.counts.tolist(), strict=True))
    for category, rows in train.groupby("site"):
        assert by_hash[fact.hash_of(category)] == [(rows["target"] == label).sum() for label in fact.classes]


def test_how_frequent_categories_are() -> None:
    train = planted()
    _, found = inspected(train, simple_ctr=["Counter"], iterations=40)
    fact = next(one for one in found.of("CategoryHashes") if one.features == ("site",))
    by_hash = dict(zip(fact.hashes, fact.counts.tolist(), strict=True))
    assert by_hash == {fact.hash_of(one): n for one, n in train["site"].value_counts().items()}


def test_splits_by_single_categories() -> None:
    train = planted().assign(site=lambda t: np.where(t["site"] == "west", "west", "other"))
    _, found = inspected(train)
    fact = next(one for one in found.of("CategoryHashes") if one.features == ("site",))
    assert {*fact.hashes} <= {fact.hash_of("west"), fact.hash_of("other")}
    assert fact.counts is None


def test_rows_of_single_categories_leaf_by_leaf() -> None:
    train = planted()[["site", "target"]].assign(site=lambda t: np.where(t["site"] == "north", "north", "other"))
    made = fitted(train, listed=("site",), iterations=1)
    known = Schema.from_frame(train[["site"]].astype("category"))
    (fact,) = rd.inspect_model(rd.load_model(made, schema=known)).of("Stretches")
    n = {1.0: (train["site"] == fact.category).sum(), 0.0: (train["site"] != fact.category).sum()}
    assert fact.category in ("north", "other")
    for low, high, count in zip(fact.lows, fact.highs, fact.counts, strict=True):
        assert count == sum(rows for value, rows in n.items() if low < value <= high)
    assert not rd.inspect_model(made).of("Thresholds")


def test_missing_values() -> None:
    _, found = inspected(planted())
    (gaps,) = found.of("Gaps")
    assert (gaps.features, gaps.every) == (("dose",), False)
    assert not inspected(planted().assign(dose=1.5))[1].of("Gaps")


@pytest.mark.parametrize("mode", ["Min", "Max"])
def test_the_border_of_missing_values_is_no_value(mode: str) -> None:
    train = planted()
    train["target"] = np.where(train["dose"].isna(), "yes", "no")
    _, found = inspected(train[["dose", "target"]], nan_mode=mode)
    assert all(np.abs(fact.thresholds).max() < 100 for fact in found.of("Thresholds"))


@pytest.mark.parametrize("loss", ["RMSE", "Logloss", "Poisson"])
def test_leaf_values_are_sums_over_their_rows(loss: str) -> None:
    train = planted("class" if loss == "Logloss" else "value")[["age", "target"]]
    if loss == "Poisson":
        train["target"] = np.random.default_rng(0).poisson(train["age"] / 10).astype(float)
    made, found = inspected(train, loss, iterations=1)
    (fact,) = found.of("GradientSums")
    assert (fact.statistic, fact.trees, fact.rate, fact.penalty) == ("sum", 1, made.learning_rate_, 3.0)
    assert fact.equations == len(made.get_leaf_values())
    start = made.get_scale_and_bias()[1]
    y = (train["target"] == "yes").to_numpy(float) if loss == "Logloss" else train["target"].to_numpy()
    mean = {"RMSE": start, "Logloss": 0.5, "Poisson": 1.0}[loss]
    h = {"RMSE": 1.0, "Logloss": 0.25, "Poisson": 1.0}[loss]
    if loss == "Poisson":
        assert isinstance(fact.exact, str)
        return
    leaves = made.calc_leaf_indexes(train[["age"]])[:, 0]
    for leaf, value in enumerate(made.get_leaf_values()):
        mine = y[leaves == leaf]
        assert value / fact.rate * (h * len(mine) + fact.penalty) == pytest.approx((mine - mean).sum(), abs=1e-4)


def test_where_predictions_start() -> None:
    train = planted("value")
    _, found = inspected(train)
    (fact,) = found.of("TargetMoments")
    assert fact.mean == pytest.approx(train["target"].mean(), rel=1e-6)
    _, found = inspected(train, "RMSEWithUncertainty")
    (fact,) = found.of("TargetMoments")
    assert fact.variance == pytest.approx(train["target"].var(ddof=0), rel=1e-5)
    _, found = inspected(train, "Quantile:alpha=0.8")
    (quantile,) = found.of("TargetQuantiles")
    below = (train["target"] <= quantile.quantiles[0] + 1e-5).mean()
    assert quantile.probabilities == (0.8,)
    assert below == pytest.approx(0.8, abs=2 / N)


def test_settings_dates_and_losses() -> None:
    train, other = planted(), planted(seed=1)
    columns = ["age", "dose"]
    made = catboost.CatBoostClassifier(**SETTINGS, random_seed=77, l2_leaf_reg=5, subsample=0.7, bootstrap_type="MVS")
    made.fit(train[columns], train["target"], eval_set=(other[columns], other["target"]), use_best_model=False)
    found = rd.inspect_model(made)
    told = next(one for one in found.of("TrainingSettings") if one.source == "params").settings
    assert (told["random_seed"], told["l2_leaf_reg"], told["loss_function"]) == (77, 5, "Logloss")
    assert told["bootstrap"]["subsample"] == pytest.approx(0.7)
    assert found.of("TrainingDate")[0].when == made.get_metadata()["train_finish_time"]
    losses = {one.exact: one.errors for one in found.of("TrainingErrors")}
    history = made.get_evals_result()
    np.testing.assert_allclose(losses[True], history["learn"]["Logloss"], rtol=1e-6)
    np.testing.assert_allclose(losses["of an evaluation table"], history["validation"]["Logloss"], rtol=1e-6)
    (scores,) = found.of("RowEntries")
    np.testing.assert_array_equal(scores.entries[:, 0], made.predict(other[columns], prediction_type="RawFormulaVal"))


def test_a_text_of_the_user_is_not_read() -> None:
    made = fitted(planted()[["age", "target"]], metadata={"note": "trained on ward 7"})
    (entry,) = rd.inspect_model(made).unread
    assert (entry.path, entry.why) == ("note", "unknown")


def test_categories_in_clear(tmp_path: Any) -> None:
    train = planted()
    made = fitted(train, listed=("site", "code"), iterations=40)
    pool = catboost.Pool(train.drop(columns="target"), train["target"], cat_features=["site", "code"])
    made.save_model(tmp_path / "m.json", format="json", pool=pool)
    found = rd.inspect_model(tmp_path / "m.json")
    told = {one.features: set(one.categories) for one in found.of("Categories")}
    assert told[("site",)] == set(train["site"])
    assert told[("code",)] == {"1", "20", "300", "4000"}
    assert rd.load_model(tmp_path / "m.json").schema["site"].categories[0] in set(train["site"])
    bare = rd.sanitize(tmp_path / "m.json")
    assert not bare.after.of("Categories")
    assert b"north" not in bare.model.written()
