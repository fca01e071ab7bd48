"""A stripped model of CatBoost is loaded by CatBoost itself, says the same bit for bit, and states less."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("catboost")

import catboost

import retrodict as rd
from retrodict.families.catboost.cbm_file import read_cbm, write_cbm
from retrodict.families.catboost.checks import checked
from retrodict.families.catboost.content import CtrBase
from retrodict.families.catboost.native import booster_of, content_of
from retrodict.sanitizing.plan import Plan, Trim
from retrodict.schema import Schema
from tests.families.catboost.fits import SETTINGS, fitted, planted
from tests.families.catboost.test_model import asked

pytestmark = pytest.mark.slow  # whole files, written and read

LEFT = {
    *("Thresholds", "Grid", "Values", "GradientSums"),
    *("CategoryHashes", "CategoryCounts", "SampleSize", "ClassShares", "TargetMoments"),
}


@pytest.mark.parametrize("form", ["cbm", "json"])
@pytest.mark.parametrize("policy", ["SymmetricTree", "Lossguide"])
@pytest.mark.parametrize("target", ["class", "three", "value"])
def test_the_library_loads_what_is_left(target: str, policy: str, form: str, tmp_path: Path) -> None:
    train = planted(target)
    listed = ("site", "code") if policy == "SymmetricTree" else ()
    columns = ["age", "dose", *listed]
    made = fitted(train[[*columns, "target"]], listed=listed, grow_policy=policy)
    whole, bare = tmp_path / "whole", tmp_path / "bare"
    made.save_model(whole, format=form)
    found = rd.sanitize(whole)
    assert found.identical
    found.save(bare)
    one, other = type(made)().load_model(whole, format=form), type(made)().load_model(bare, format=form)
    rows = asked(train)[columns]
    for kind in ("RawFormulaVal", "Class", "Probability") if target != "value" else ("RawFormulaVal",):
        assert np.array_equal(one.predict(rows, prediction_type=kind), other.predict(rows, prediction_type=kind))
    assert {fact.kind for fact in rd.inspect_model(bare)} <= LEFT
    gone = {entry.path for entry in found.removed}
    assert {"leaf_weights", "params", "train_finish_time", "training", "model_guid"} <= gone
    assert {"leaf_values"} <= {entry.path for entry in found.kept}
    text = bare.read_bytes()
    assert not any(word in text for word in (b"random_seed", b"learning_rate", b"train_finish_time", b"Commit"))
    rd.sanitize(whole).save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == text


def test_a_model_in_memory() -> None:
    train = planted()
    made = catboost.CatBoostClassifier(**SETTINGS, random_seed=987_654)
    made.fit(train[["age", "dose"]], train["target"], eval_set=(train[["age", "dose"]], train["target"]))
    assert {"RowEntries", "TrainingSettings"} <= {fact.kind for fact in rd.inspect_model(made)}
    found = rd.sanitize(made)
    assert found.identical
    assert {fact.kind for fact in found.after} <= LEFT
    assert {"_test_evals", "_init_params", "_prediction_values_change"} <= {entry.path for entry in found.removed}
    told = pickle.loads(found.model.written(as_pickle=True)).__getstate__()  # type: ignore[attr-defined]
    assert set(told) == {"__model"}
    assert b"987654" not in told["__model"]
    assert rd.inspect_model(made).of("TrainingSettings"), "the model itself is as it was"


def test_rounder_borders_part_the_same_rows() -> None:
    train = planted()
    train["dose"] = np.random.default_rng(4).normal(size=len(train))  # whole numbers part no rounder than midway
    train["target"] = np.where((train["dose"] > 0) == (train["site"] == "north"), "yes", "no")
    made = fitted(train, listed=("site", "code"), iterations=80, max_ctr_complexity=3)
    assert any(table.base.of.number_splits for table in content_of(made).ctr_tables or ())
    frame = train.drop(columns="target")
    known = Schema.from_frame(frame.astype({"site": "category", "code": "category"}))
    model: Any = rd.load_model(made, schema=known)
    other, told = model.round_splits(model.own.encode(frame))
    assert told.moved > told.points / 2
    raw = made.predict(frame, prediction_type="RawFormulaVal")
    assert np.array_equal(other.raw(model.own.encode(frame)), raw)
    before, after = content_of(made).numbers, content_of(other.made).numbers
    assert all((np.diff(one.borders) > 0).all() for one in after)
    digits = [sum(len(f"{border:.9g}") for one in side for border in one.borders) for side in (before, after)]
    assert digits[1] < digits[0]
    found = rd.sanitize(model, round_splits=True, train=train)
    assert found.identical


def test_what_borders_show_without_any_settings() -> None:
    train = planted()[["age", "dose", "target"]]
    found = rd.sanitize(fitted(train, iterations=60))
    steps = {fact.features[0]: fact.step for fact in found.after.of("Grid")}
    assert steps["age"] == 1.0
    for fact in found.after.of("Values"):
        assert np.isin(fact.taken, train[fact.features[0]]).all()
    even = rd.sanitize(fitted(train, iterations=60, feature_border_type="Uniform"))
    assert not even.after.of("Grid")


def test_borders_and_statistics_that_nothing_asks_for() -> None:
    train = planted()
    content = content_of(fitted(train, listed=("site", "code"), iterations=40))
    first = content.numbers[0]
    wider = np.sort(np.append(first.borders, np.float32(-7.0)))  # stands first: all splits are numbered anew
    assert content.ctr_tables
    spare = replace(content.ctr_tables[0], base=CtrBase(content.ctr_tables[0].base.of, "Buckets"))
    more = replace(
        content,
        numbers=(replace(first, borders=wider), *content.numbers[1:]),
        ctr_tables=(*content.ctr_tables, spare),
    ).with_trees(splits=content.trees.splits + 1)
    found = rd.sanitize(booster_of(checked(more)))
    assert found.identical
    assert {"float_features[*].borders (unused)", "ctr_data (unused)"} <= {entry.path for entry in found.removed}
    left: Any = read_cbm(found.model.written())  # type: ignore[attr-defined]
    assert np.array_equal(left.numbers[0].borders, first.borders)
    assert np.array_equal(left.trees.splits, content.trees.splits)
    assert len(left.ctr_tables) == len(content.ctr_tables)


def test_inside_another_model() -> None:
    from retrodict.families.catboost.strip import trims

    train = planted()[["age", "target"]]
    made = fitted(train)
    before = made.predict(train[["age"]], prediction_type="RawFormulaVal")
    plan = Plan()
    trims()[type(made)](made, Trim(plan, "steps[1]"))
    assert all(change.path.startswith("steps[1].") for change in plan.changes)
    for change in plan.changes:
        change.make()
    assert np.array_equal(made.predict(train[["age"]], prediction_type="RawFormulaVal"), before)
    assert not len(content_of(made).trees.weights)
    for change in reversed(plan.changes):
        change.unmake()
    assert len(content_of(made).trees.weights)


def test_writing_gives_the_same_bytes() -> None:
    content = content_of(fitted(planted(), listed=("site", "code")))
    assert write_cbm(read_cbm(write_cbm(content))) == write_cbm(content)
