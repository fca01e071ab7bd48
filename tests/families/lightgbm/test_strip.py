"""What is taken out of a model is out of its file, which the library itself loads and which predicts the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.cli.app import run
from retrodict.families.lightgbm.booster import text_of
from retrodict.models.contract import own_schema
from tests.families.lightgbm.fixtures import FIXTURES
from tests.families.lightgbm.tables import QUIET, labels, table

pytestmark = pytest.mark.slow  # whole files, written and read

FEATURES = ["age", "dose", "site", "ward"]
GONE = {"Range", "NodeCounts", "NodeSums", "Stretches", "SampleSize", "ClassShares", "TargetMoments", "TrainingErrors"}


@pytest.mark.parametrize("name", FIXTURES)
def test_files_of_every_release(name: str, tmp_path: Path) -> None:
    found = rd.sanitize(FIXTURES[name].path, rows=300)
    assert found.identical
    path = found.save(tmp_path / "bare")
    text = text_of(lightgbm.Booster(model_file=path))
    assert not any(tree.count is not None and tree.count.any() for tree in text.trees)
    assert not any(own is not None and own.any() for t in text.trees for own in (t.weight, t.inner_value, t.gain))
    assert {tree.shrinkage for tree in text.trees} == {1.0}
    assert set(text.parameters) <= {"alpha", "linear_tree", "categorical_feature"}
    assert not [info for info in text.infos if info not in ("none", "[-inf:inf]")]
    bare = rd.load_model(path)
    assert FIXTURES[name].same(bare)
    assert own_schema(bare) == own_schema(rd.load_model(FIXTURES[name].path))
    after = rd.inspect_model(path)
    assert after.unread == ()
    assert not {fact.kind for fact in after} & GONE
    assert "GradientSums" in {fact.kind for fact in after}
    assert "trees[*].leaf_value" in {entry.path for entry in found.kept}


def test_kinds_of_columns_are_read_from_what_is_left(tmp_path: Path) -> None:
    frame = table()[["age", "site"]]
    frame["size"] = pd.Categorical(np.array(["s", "m", "l"])[labels(table(), 3)], ["s", "m", "l"], ordered=True)
    frame["idle"] = pd.Categorical(["x"] * len(frame), ["x", "y"])
    booster = lightgbm.train({**QUIET, "num_leaves": 5}, lightgbm.Dataset(frame, table()["target"]), 5)
    model = rd.load_model(booster)
    bare = rd.load_model(rd.sanitize(model, rows=300).save(tmp_path / "bare"))
    assert own_schema(bare) == own_schema(model)
    assert [f.kind for f in own_schema(model).features] == ["continuous", "categorical", "ordinal", "binary"]


def test_an_estimator_is_rid_of_its_settings_and_losses(tmp_path: Path) -> None:
    X, y = table()[FEATURES], labels(table(), 2)
    made = lightgbm.LGBMClassifier(
        n_estimators=5, random_state=7, subsample=0.5, subsample_freq=1, verbose=-1, n_jobs=1
    )
    made.fit(X, y, eval_X=(X,), eval_y=(y,), eval_names=["training"])
    found = rd.sanitize(made, rows=300)
    assert found.identical
    assert not {fact.kind for fact in found.after} & GONE
    again: Any = rd.load_model(found.save(tmp_path / "bare", as_pickle=True), trust_pickle=True)
    assert np.array_equal(again.made.predict_proba(X), made.predict_proba(X))
    assert again.made.random_state is None
    assert again.made.evals_result_ == {}
    assert made.random_state == 7


def test_the_best_round_is_kept(tmp_path: Path) -> None:
    X, y = table()[FEATURES], labels(table(), 2)
    booster = lightgbm.train({"objective": "binary", **QUIET}, lightgbm.Dataset(X, y), 8)
    booster.best_iteration = 3
    found = rd.sanitize(booster, rows=300)
    bare = lightgbm.Booster(model_file=found.save(tmp_path / "bare"))
    assert bare.num_trees() == 3
    assert np.array_equal(bare.predict(X), booster.predict(X))


def test_split_points_are_rounded() -> None:
    X, y = table()[FEATURES], labels(table(), 2)
    booster = lightgbm.train({"objective": "binary", **QUIET}, lightgbm.Dataset(X, y), 8)
    found = rd.sanitize(booster, rows=300, round_splits=True, train=X)
    assert found.identical
    before, after = (
        {point for fact in told.of("Thresholds") if fact.features == ("dose",) for point in fact.thresholds.tolist()}
        for told in (found.before, found.after)
    )
    assert len(after & before) <= 1  # all but the one at zero
    model: Any = found.model
    rows = model.own.encode(X)
    assert np.array_equal(model.outputs(rows)["predict"][0], booster.predict(X))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*arguments: object) -> Any:
        assert run([str(one) for one in (*arguments, "--json")]) == 0
        return json.loads(capsys.readouterr().out)

    path, out = FIXTURES["binary, 4.0.0"].path, tmp_path / "bare.txt"
    told = said("sanitize", path, "--out", out)
    assert told["identical"] is True
    assert {"trees[*].leaf_count", "feature_infos", "parameters"} <= {entry["path"] for entry in told["removed"]}
    assert "trees[*].leaf_value" in {entry["path"] for entry in told["kept"]}
    assert said("inspect", out)["unread"] == []
    kinds = {fact["kind"] for fact in said("inspect", path)["disclosures"]}
    assert {"Range", "NodeCounts", "Thresholds", "Categories", "ClassShares", "SampleSize", "GradientSums"} <= kinds
