"""What files of XGBoost state of planted tables: every value, count, sum, share and setting, checked exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.disclosures import (
    Categories,
    CategoryCounts,
    ClassShares,
    GradientSums,
    NodeCounts,
    NodeSums,
    PossibleRows,
    SampleSize,
    Stretches,
    TargetMoments,
    TargetQuantiles,
    Thresholds,
    TrainingErrors,
    TrainingSettings,
    Values,
)
from retrodict.families.xgboost.booster import learner_of
from retrodict.families.xgboost.counts import UNWEIGHTED

xgb = pytest.importorskip("xgboost")

N = 300
NEWTON = (0.3, "sum")
"""What absolute and quantile error do from XGBoost 3.3 on: steps as all others."""


def table(gaps: float = 0.1) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    frame = pd.DataFrame({"dose": rng.normal(-2, 1, N), "age": rng.integers(20, 60, N).astype(float)})
    frame["grade"] = rng.choice([-3.5, -1.25, 0.5], N)
    frame["site"] = pd.Categorical(rng.choice(["east", "north", "west"], N, p=[0.2, 0.3, 0.5]))
    for name in frame:
        frame.loc[rng.random(N) < gaps, name] = np.nan
    return frame


TRAIN = table()
SCORE = (
    TRAIN["dose"].fillna(1.0) + TRAIN["age"].fillna(90) / 20 + TRAIN["grade"].fillna(3) + 4 * (TRAIN["site"] == "west")
)
SETTINGS: dict[str, Any] = {"nthread": 1, "max_depth": 4}


def trained(settings: dict[str, Any], target: Any = SCORE, rounds: int = 10, train: Any = TRAIN, **more: Any) -> Any:
    """Return a booster."""
    rows = xgb.DMatrix(train, target, enable_categorical=True, **more)
    return xgb.train(SETTINGS | settings, rows, rounds)


def told(made: Any, folder: Path | None = None) -> Any:
    """Return what a booster states; where a folder is given, what its file does."""
    if folder is None:
        return rd.inspect_model(made)
    made.save_model(folder / "model.ubj")
    return rd.inspect_model(folder / "model.ubj")


def leaves_of(made: Any) -> Any:
    """Return the leaf of each training row in each tree."""
    return made.predict(xgb.DMatrix(TRAIN, enable_categorical=True), pred_leaf=True).astype(int)


@pytest.mark.parametrize("method", ["hist", "approx"])
@pytest.mark.parametrize("gaps", [0.0, 0.1, 0.6])
def test_split_points_are_training_values(method: str, gaps: float, tmp_path: Path) -> None:
    train = table(gaps)
    made = trained({"tree_method": method, "min_child_weight": 0, "max_depth": 8}, rounds=40, train=train)
    for found, exact in ((told(made), "to 32 bits"), (told(made, tmp_path), "does not say")):
        values = {fact.features[0]: fact for fact in found.of(Values)}
        points = {fact.features[0]: fact.thresholds for fact in found.of(Thresholds)}
        assert set(values) == {"dose", "age", "grade"}
        for name, fact in values.items():
            column = train[name].dropna().to_numpy()
            assert np.isin(fact.taken, np.float32(column).astype(float)).all()
            assert len(points[name]) - len(fact.taken) <= 1  # a mark past the greatest value is left out
            near = np.abs(fact.taken[:, None] - column).min(axis=1)
            assert (near <= fact.radius).all()
            assert str(fact.exact).endswith(exact)
            assert fact.personal is None
        assert len(values["dose"].taken) > 100


def test_midpoints_are_told_as_such(tmp_path: Path) -> None:
    rows = TRAIN[["age", "grade"]]
    made = trained({"tree_method": "exact", "gamma": 5.0}, train=rows)
    assert any(tree.pruned.any() for tree in learner_of(made).trees)
    for found in (told(made), told(made, tmp_path)):
        assert all(fact.midpoints for fact in found.of(Thresholds))
        halves = np.arange(20, 60) + 0.5
        ages = next(fact.thresholds for fact in found.of(Thresholds) if fact.features == ("age",))
        assert np.isin(ages[ages < 60], np.concatenate([halves, halves - 0.5])).all()
        for fact in found.of(Values):  # what midpoints on a grid leave no choice about
            assert np.isin(fact.taken, rows[fact.features[0]]).all()


def test_whole_numbers_with_gaps_are_no_midpoints(tmp_path: Path) -> None:
    """A mark past the greatest value of a column of whole numbers is none of them, and no half."""
    rows = pd.DataFrame({"age": TRAIN["age"].astype("Int64")})
    made = trained({"min_child_weight": 0}, SCORE - 20 * rows["age"].isna(), train=rows)
    assert learner_of(made).types == ("int",)
    (values,) = told(made, tmp_path).of(Values)
    assert set(values.taken) <= set(TRAIN["age"])


def test_counts_of_squared_error_are_of_every_node(tmp_path: Path) -> None:
    made = trained({})
    for found in (told(made), told(made, tmp_path)):
        (counts,) = found.of(NodeCounts)
        assert counts.exact == UNWEIGHTED
        leaves = leaves_of(made)
        for t, (own, leaf) in enumerate(zip(counts.counts, counts.leaves, strict=True)):
            assert np.array_equal(np.flatnonzero(leaf), np.unique(leaves[:, t]))
            assert np.array_equal(own[leaf], np.bincount(leaves[:, t], minlength=len(own))[leaf])
            assert own[0] == N
        (size,) = found.of(SampleSize)
        assert (size.n, size.exact) == (N, UNWEIGHTED)
        assert counts.personal == any(
            (own[leaf] == 1).any() for own, leaf in zip(counts.counts, counts.leaves, strict=True)
        )


@pytest.mark.parametrize(
    ("objective", "target"),
    [
        ("binary:logistic", (SCORE > 3).astype(int)),
        ("binary:logitraw", (SCORE > 3).astype(int)),
        ("multi:softprob", pd.qcut(SCORE, [0, 0.2, 0.5, 1], labels=False)),
        ("count:poisson", np.round(np.exp(SCORE / 8))),
    ],
)
def test_counts_of_the_first_round(objective: str, target: Any, tmp_path: Path) -> None:
    classes = {"num_class": 3} if "multi" in objective else {}
    made = trained({"objective": objective, "min_child_weight": 0.01, **classes}, target)
    found = told(made, tmp_path)
    (counts,) = found.of(NodeCounts)
    assert len(counts.counts) == (3 if classes else 1)
    leaves = leaves_of(made)
    for t, (own, leaf) in enumerate(zip(counts.counts, counts.leaves, strict=True)):
        assert np.array_equal(own[leaf], np.bincount(leaves[:, t], minlength=len(own))[leaf])
    (size,) = found.of(SampleSize)
    assert size.n == N
    if "poisson" in objective:
        (mean,) = found.of(TargetMoments)
        assert mean.mean == pytest.approx(np.mean(target), rel=1e-6)
        assert size.exact != UNWEIGHTED  # nothing shows that the first tree saw all rows
    else:
        (shares,) = found.of(ClassShares)
        assert shares.shares == tuple(np.bincount(target) / N)
        assert size.exact == shares.exact == UNWEIGHTED


def test_stretches_count_rows_between_split_points() -> None:
    found = told(trained({}))
    dose = TRAIN["dose"].to_numpy(np.float32).astype(float)
    made = next(fact for fact in found.of(Stretches) if fact.features == ("dose",))
    assert len(made.counts)
    assert made.exact == UNWEIGHTED
    single = told(trained({"max_depth": 1}, train=TRAIN[["dose"]].dropna(), target=SCORE[TRAIN["dose"].notna()]))
    (one,) = single.of(Stretches)
    for low, high, count in zip(one.lows, one.highs, one.counts, strict=True):
        inside = int(((dose > low) & (dose <= high)).sum())
        assert count % inside == 0  # summed over the trees that have this stretch


def test_weights_are_no_counts() -> None:
    weights = np.random.default_rng(0).uniform(0.5, 2.0, N)
    found = told(trained({}, weight=weights))
    assert not found.of(NodeCounts)
    assert not found.of(SampleSize)
    (mean,) = found.of(TargetMoments)
    assert mean.exact == "of the rows as weighted"
    assert mean.mean == pytest.approx(np.average(SCORE, weights=weights), rel=1e-6)
    hessian = next(fact for fact in found.of(NodeSums) if fact.statistic == "hessian")
    assert hessian.sums[0][0] == pytest.approx(weights.sum(), rel=1e-6)
    whole = told(trained({}, weight=np.full(N, 2.0)))
    assert [size.exact for size in whole.of(SampleSize)] == [UNWEIGHTED]  # never plain true: it is 600


@pytest.mark.parametrize("rate", [0.3, 0.07])
@pytest.mark.parametrize("penalty", [0.0, 1.0, 12.5])
def test_gradient_sums(rate: float, penalty: float, tmp_path: Path) -> None:
    """The learning rate and the penalty, which no file states, follow from it; with them, all gradient sums."""
    made = trained({"eta": rate, "lambda": penalty}, rounds=6)
    found = told(made, tmp_path)
    (sums,) = found.of(GradientSums)
    assert (sums.rate, sums.penalty, sums.statistic) == (rate, penalty, "sum")
    gradient = next(fact for fact in found.of(NodeSums) if fact.statistic == "gradient")
    leaves, rows = leaves_of(made), xgb.DMatrix(TRAIN, enable_categorical=True)
    for t, own in enumerate(gradient.sums):
        before = made.predict(rows, iteration_range=(0, t)) if t else np.full(N, SCORE.mean())
        each = before - SCORE.to_numpy()
        for leaf in np.unique(leaves[:, t]):
            assert own[leaf] == pytest.approx(each[leaves[:, t] == leaf].sum(), rel=2e-4, abs=2e-3)
        assert own[0] == pytest.approx(each.sum(), rel=2e-4, abs=2e-3)


def test_no_rate_is_made_up_where_leaves_are_others() -> None:
    for settings in ({"alpha": 3.0}, {"objective": "reg:absoluteerror"}):
        (sums,) = told(trained(settings)).of(GradientSums)
        assert (sums.rate, sums.statistic) in ((None, "quantile" if "objective" in settings else "sum"), NEWTON)
        assert settings.get("alpha") is None or sums.rate is None


@pytest.mark.parametrize(("objective", "at"), [("reg:absoluteerror", 0.5), ("reg:quantileerror", 0.8)])
def test_quantiles_of_the_target(objective: str, at: float) -> None:
    more = {"quantile_alpha": at} if "quantile" in objective else {}
    found = told(trained({"objective": objective, **more}))
    if (found.of(GradientSums)[0].rate, "sum") == NEWTON:
        assert not found.of(TargetQuantiles)
        return
    (fact,) = found.of(TargetQuantiles)
    assert fact.probabilities == (at,)
    assert (fact.quantiles[0] >= SCORE).mean() == pytest.approx(at, abs=2 / N)


def test_a_start_that_was_set_states_nothing() -> None:
    found = told(trained({"base_score": 0.5}))
    assert not found.of(TargetMoments)
    assert any("base_score" in fact.settings for fact in found.of(TrainingSettings))
    assert not told(trained({"base_score": 0.3, "objective": "binary:logistic"}, (SCORE > 3).astype(int))).of(
        ClassShares
    )


def test_categories_and_their_counts(tmp_path: Path) -> None:
    made = trained({"max_depth": 2}, SCORE + 50 * (TRAIN["site"] == "west") - 70 * (TRAIN["site"] == "east"))
    found = told(made, tmp_path)
    (names,) = found.of(Categories)
    assert (names.features, names.categories) == (("site",), ("east", "north", "west"))
    (counts,) = found.of(CategoryCounts)
    assert counts.features == ("site",)
    real = TRAIN["site"].value_counts()
    assert {name: real[name] for name in counts.categories} == dict(zip(counts.categories, counts.counts, strict=True))
    assert len(counts.categories) >= 2


def test_codes_of_categories_without_names() -> None:
    codes = np.column_stack([TRAIN["site"].cat.codes.where(TRAIN["site"].notna()), TRAIN["dose"]])
    rows = xgb.DMatrix(codes, SCORE, feature_types=["c", "float"])
    (names,) = told(xgb.train(SETTINGS, rows, 3)).of(Categories)
    assert names.features == ("x0",)
    assert set(names.categories) <= {0, 1, 2}
    assert "codes" in str(names.exact)


def test_subsamples_are_of_their_draws() -> None:
    found = told(trained({"subsample": 0.5, "seed": 3}))
    (counts,) = found.of(NodeCounts)
    assert "draw" in str(counts.exact)
    assert not found.of(SampleSize)
    (settings,) = [fact for fact in found.of(TrainingSettings) if fact.source == "config"]
    assert float(settings.settings["subsample"]) == 0.5
    assert settings.settings["seed"] == "3"


def test_settings_of_estimators_and_their_errors() -> None:
    made = xgb.XGBRegressor(n_estimators=6, learning_rate=0.2, random_state=7, n_jobs=1, enable_categorical=True)
    made.fit(TRAIN, SCORE, eval_set=[(TRAIN, SCORE)], verbose=False)
    found = told(made)
    (own,) = [fact for fact in found.of(TrainingSettings) if fact.source == "settings"]
    assert {name: own.settings[name] for name in ("learning_rate", "random_state")} == {
        "learning_rate": 0.2,
        "random_state": 7,
    }
    (errors,) = found.of(TrainingErrors)
    assert np.array_equal(errors.errors, made.evals_result()["validation_0"]["rmse"])
    assert not found.unread


def test_the_configuration_of_a_file_is_none(tmp_path: Path) -> None:
    made = trained({"eta": 0.1, "seed": 5})
    assert any(fact.source == "config" for fact in told(made).of(TrainingSettings))
    assert not any("config" in fact.source for fact in told(made, tmp_path).of(TrainingSettings))
    loaded = xgb.Booster(model_file=tmp_path / "model.ubj")
    (lost,) = [fact for fact in told(loaded).of(TrainingSettings) if "config" in fact.source]
    assert "loaded without" in str(lost.exact)


def test_what_users_attach_is_not_read(tmp_path: Path) -> None:
    made = trained({})
    made.set_attr(patients="Ann, Bob")
    made.rows = TRAIN.to_numpy(dtype=object)
    assert [line.path for line in told(made).unread] == ["learner.attributes['patients']"]
    assert [fact.source for fact in told(made).of(PossibleRows)] == ["rows"]
    assert [line.path for line in told(made, tmp_path).unread] == ["learner.attributes['patients']"]


def test_deleted_nodes_still_state_their_sums() -> None:
    made = trained({"tree_method": "exact", "gamma": 5.0}, train=TRAIN[["age"]])
    learner = learner_of(made)
    assert sum(tree.hessian[tree.pruned].astype(bool).sum() for tree in learner.trees) > 0
    hessian = next(fact for fact in told(made).of(NodeSums) if fact.statistic == "hessian")
    assert sum(np.isfinite(own).sum() for own in hessian.sums) == sum(len(tree.left) for tree in learner.trees)
