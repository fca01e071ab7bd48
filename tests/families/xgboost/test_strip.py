"""Stripped models predict the same and state less; rounded split points are no training values any more."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.cli.app import run
from retrodict.errors import RequestError
from retrodict.families.rounded_points import rounded_points
from retrodict.families.xgboost.booster import learner_of
from retrodict.families.xgboost.split_facts import cut_points
from retrodict.families.xgboost.strip import trims
from retrodict.sanitizing.plan import Plan, Trim
from tests.families.xgboost.make_files import FILES
from tests.families.xgboost.test_disclosures import SCORE, TRAIN, trained

xgb = pytest.importorskip("xgboost")

COLUMNS = list(TRAIN.columns)
STATED = ("sum_hessian", "loss_changes", "base_weights")


def stopped() -> Any:
    """Return an estimator that stopped early, so that its last rounds are not used."""
    labels = (SCORE + np.random.default_rng(0).normal(0, 3, len(SCORE)) > 3).astype(int)
    made = xgb.XGBClassifier(n_estimators=60, early_stopping_rounds=3, n_jobs=1, enable_categorical=True, subsample=0.8)
    made.fit(TRAIN[:200], labels[:200], eval_set=[(TRAIN[200:], labels[200:])], verbose=False)
    assert made.best_iteration + 1 < made.get_booster().num_boosted_rounds()
    return made


@pytest.mark.parametrize("suffix", ["ubj", "json"])
def test_a_stripped_file_is_loaded_by_the_library_and_predicts_the_same(suffix: str, tmp_path: Path) -> None:
    made, path, bare = stopped(), tmp_path / f"model.{suffix}", tmp_path / f"bare.{suffix}"
    made.save_model(path)
    found = rd.sanitize(path, rows=300)
    assert found.identical
    found.save(bare)
    assert (bare.read_bytes()[1:2] == b'"') == (suffix == "json")
    again = xgb.XGBClassifier()
    again.load_model(bare)
    assert np.array_equal(again.predict(TRAIN, output_margin=True), made.predict(TRAIN, output_margin=True))
    learner = learner_of(again.get_booster())
    assert len(learner.trees) == made.best_iteration + 1
    for tree in learner.trees:
        assert not tree.hessian.any()
        assert not tree.gain.any()
        assert not tree.weight.any()
    assert not learner.attributes
    told = {entry.path.rpartition(".")[2] for entry in found.removed}
    assert {*STATED, "attributes", "trees[*]"} <= told
    kinds = {fact.kind for fact in found.after}
    assert not kinds & {"NodeCounts", "NodeSums", "SampleSize", "Stretches", "TrainingErrors"}
    assert {"GradientSums", "Values", "ClassShares"} <= kinds  # leaf values alone determine the table
    assert any("alone determine the training table" in entry.why for entry in found.kept)


def test_an_estimator_loses_its_settings_and_history(tmp_path: Path) -> None:
    made = stopped()
    found = rd.sanitize(made, rows=300)
    assert found.identical
    bare = found.model.made
    assert not hasattr(bare, "evals_result_")
    assert bare.subsample is None
    assert bare.get_booster().attributes() == {}
    config = json.loads(bare.get_booster().save_config())["learner"]["gradient_booster"]["tree_train_param"]
    assert config["subsample"] == "1"
    assert made.subsample == 0.8  # the model itself is left as it is
    assert made.get_booster().attr("best_iteration") is not None
    found.save(tmp_path / "bare.pkl", as_pickle=True)
    again = pickle.loads((tmp_path / "bare.pkl").read_bytes())
    assert np.array_equal(again.predict(TRAIN, output_margin=True), made.predict(TRAIN, output_margin=True))


def test_a_booster_keeps_all_rounds() -> None:
    booster = stopped().get_booster()
    found = rd.sanitize(booster, rows=300)
    assert found.identical
    rows = xgb.DMatrix(TRAIN, enable_categorical=True)
    assert np.array_equal(found.model.made.predict(rows), booster.predict(rows))
    assert found.model.made.num_boosted_rounds() == booster.num_boosted_rounds()


def test_pruned_nodes_are_blanked() -> None:
    booster = trained({"tree_method": "exact", "gamma": 5.0}, train=TRAIN[["age", "dose"]])
    bare = learner_of(rd.sanitize(booster, rows=300).model.made)
    pruned = [tree.pruned for tree in bare.trees]
    assert any(own.any() for own in pruned)
    assert not any(tree.condition[own].any() for tree, own in zip(bare.trees, pruned, strict=True))


def test_changes_are_undone_one_by_one() -> None:
    made = stopped()
    before = bytes(made.get_booster().save_raw("ubj"))
    plan = Plan()
    for part in (made, made.get_booster()):  # as a larger model that holds it does
        next(trim for cls, trim in trims().items() if isinstance(part, cls))(part, Trim(plan, "steps[*]"))
    margins = made.predict(TRAIN, output_margin=True)
    for change in plan.changes:
        change.make()
        assert np.array_equal(made.predict(TRAIN, output_margin=True), margins), change.path
    for change in plan.changes:
        change.unmake()
    assert bytes(made.get_booster().save_raw("ubj")) == before


@pytest.mark.parametrize("release", sorted(folder.name for folder in FILES.iterdir() if folder.is_dir()))
def test_old_files_are_stripped(release: str, tmp_path: Path) -> None:
    for name in ("binary", "midpoints", "dart", "linear"):
        found = rd.sanitize(FILES / release / f"{name}.ubj", rows=300)
        assert found.identical
        found.save(tmp_path / "bare.ubj")
        xgb.Booster(model_file=tmp_path / "bare.ubj")


def test_a_mark_of_missing_values_has_no_place_in_a_file(tmp_path: Path) -> None:
    made = xgb.XGBRegressor(n_estimators=2, missing=-1.0, n_jobs=1).fit(TRAIN[["dose"]].fillna(-1.0), SCORE)
    found = rd.sanitize(made, rows=300)
    with pytest.raises(rd.errors.RunError, match="missing value"):
        found.save(tmp_path / "bare.ubj")


def test_rounded_split_points_are_no_training_values(tmp_path: Path) -> None:
    booster = trained({"max_depth": 6}, rounds=30, train=TRAIN[["dose", "age", "grade"]])
    booster.save_model(tmp_path / "model.ubj")
    before = cut_points(learner_of(booster))
    found = rd.sanitize(tmp_path / "model.ubj", rows=300, round_splits=True, train=TRAIN)
    assert found.identical
    after = cut_points(learner_of(found.model.made))
    for i, name in enumerate(("dose", "age", "grade")):
        values = np.float32(TRAIN[name])
        assert (~np.isin(before[i], values)).sum() <= 1  # a mark past the greatest value
        assert not np.isin(after[i], values).any()
    rows = xgb.DMatrix(TRAIN[["dose", "age", "grade"]])
    assert np.array_equal(found.model.made.predict(rows), booster.predict(rows))
    assert found.rounding is not None
    assert (found.rounding.rows, found.rounding.source) == (len(TRAIN), "given")
    assert found.rounding.moved == found.rounding.points == sum(map(len, before.values()))
    assert len(set(after[0].astype(str))) > 20
    assert np.mean([len(str(value)) for value in after[0]]) < np.mean([len(str(value)) for value in before[0]])
    drawn = rd.sanitize(tmp_path / "model.ubj", rows=300, round_splits=True)
    assert drawn.identical
    assert drawn.rounding is not None
    assert drawn.rounding.source == "drawn"


def test_rounding_where_there_is_nothing_to_round() -> None:
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression().fit(TRAIN[["age"]].fillna(0), SCORE > 3)
    with pytest.raises(RequestError, match="no split points"):
        rd.sanitize(line, round_splits=True)
    with pytest.raises(RequestError, match="round_splits=True"):
        rd.sanitize(line, train=TRAIN)


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    booster = trained({}, train=TRAIN[["dose", "age"]])
    booster.save_model(tmp_path / "model.json")
    TRAIN.assign(target=SCORE).to_csv(tmp_path / "train.csv", index=False)
    words = ["sanitize", str(tmp_path / "model.json"), "--out", str(tmp_path / "bare.json"), "--rows", "300", "--json"]
    assert run([*words, "--round-splits", "--train", str(tmp_path / "train.csv")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["identical"] is True
    assert told["rounding"]["rows"] == len(TRAIN)
    assert {"removed", "kept"} <= set(told)
    xgb.Booster(model_file=tmp_path / "bare.json")


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rounded_points_part_the_same_values(below: bool, dtype: Any) -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(size=300), rng.integers(-3, 3, 50), [np.nan, 1e-30, 1e30]]).astype(dtype)
    points = np.unique(np.concatenate([values[:80], rng.normal(size=80), [-5.0, 5.0, 2.0]]).astype(dtype))
    made = rounded_points(points, values, below=below)
    known = values[np.isfinite(values)]

    def left(cut: Any) -> Any:
        return known[:, None] < cut if below else known[:, None] <= cut

    assert np.array_equal(left(points), left(made))
    assert (made != points).mean() > 0.95
    assert not np.isin(made[made != points], known).any()


def test_neighbours_leave_a_point_where_it_is() -> None:
    low = np.float32(1.0)
    high = np.nextafter(low, np.float32(2.0))
    assert rounded_points(np.array([high]), np.array([low, high])) == high


def test_pandas_frames_are_untouched() -> None:
    before = TRAIN.copy()
    rd.sanitize(trained({}), rows=300, round_splits=True, train=TRAIN)
    pd.testing.assert_frame_equal(TRAIN, before)
