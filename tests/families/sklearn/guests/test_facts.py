"""What boosted models of other libraries state inside scikit-learn models, in raw units and of the real classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import BaggingClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from retrodict.disclosures.kinds import ClassShares, NodeCounts, SampleSize, Thresholds, Values
from tests.families.sklearn.guests.boosters import LIBRARIES, booster, mixed, table


def of(found: Any, kind: Any, part: str) -> list[Any]:
    return [one for one in found if isinstance(one, kind) and part in one.source]


@pytest.mark.parametrize("library", LIBRARIES)
def test_facts_go_back_to_raw_features_in_raw_units(library: str) -> None:
    frame, score = table()
    estimator = mixed(booster(library)).fit(frame, (score > 3).astype(int))
    found = rd.inspect_model(rd.load_model(estimator))
    assert not found.unread
    name = estimator.steps[-1][0]
    (ages,) = [one for one in of(found, Thresholds, name) if one.features == ("age",)]
    values = np.unique(frame.age)
    # an integer: split points are values, or midway between two of them, up to rounding to 32 bits of scaled values
    middles = (values[1:] + values[:-1]) / 2
    nearest = np.abs(ages.thresholds[:, None] - np.concatenate([values, middles])).min(axis=1)
    assert len(ages.thresholds)
    assert nearest.max() < 1e-4
    features = {name for one in found for name in one.features}
    assert features <= set(frame)
    if library == "xgboost":
        (taken,) = [one for one in of(found, Values, name) if one.features == ("age",)]
        assert np.abs(taken.taken[:, None] - values).min(axis=1).max() <= max(taken.radius, 1e-4)
    else:
        (counted,) = of(found, NodeCounts, name)
        assert {int(own[0]) for own in counted.counts} == {len(frame)}
    assert len(frame) in {one.n for one in of(found, SampleSize, name)}


@pytest.mark.parametrize("library", LIBRARIES)
def test_members_state_what_is_of_their_own_rows(library: str) -> None:
    frame, score = table()
    X = frame[["age", "bmi"]].fillna(25.0).to_numpy()
    bagged = BaggingClassifier(booster(library), 2, max_features=1, random_state=0).fit(X, (score > 3).astype(int))
    found = rd.inspect_model(rd.load_model(bagged))
    assert not found.unread
    for i, own in enumerate(bagged.estimators_features_):
        told = of(found, Thresholds, f"estimators_[{i}]")
        assert {one.features for one in told} == {(f"x{own[0]}",)}
    assert all(one.exact != True for one in of(found, SampleSize, "estimators_["))  # noqa: E712  it may be a text


def test_shares_of_coded_classes_are_of_the_real_ones() -> None:
    frame, score = table()
    y = np.array(["few", "some", "many"])[np.digitize(score, np.quantile(score, [0.2, 0.5]))]
    X = frame[["age"]].to_numpy()
    for library in ("lightgbm", "xgboost"):
        against = OneVsRestClassifier(booster(library)).fit(X, y)
        found = rd.inspect_model(rd.load_model(against))
        shares = of(found, ClassShares, "estimators_[0]")
        assert shares
        (first,) = shares
        assert first.classes == ("not few", "few")
        assert first.shares[1] == pytest.approx(np.mean(y == "few"), abs=1e-6)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_stripped_pipeline_answers_the_same_and_states_less(library: str, tmp_path: Any) -> None:
    frame, score = table()
    estimator = mixed(booster(library)).fit(frame, (score > 3).astype(int))
    before = rd.load_model(estimator)
    result = rd.sanitize(before)
    assert result.identical
    assert not result.unjudged
    after: Any = rd.load_model(result.model)
    name = estimator.steps[-1][0]
    rows = before.schema.encode(frame)
    np.testing.assert_array_equal(after.log_proba(rows), before.log_proba(rows))  # type: ignore[attr-defined]
    kinds = {one.kind for one in rd.inspect_model(after) if name in one.source}
    assert not kinds & {"NodeCounts", "NodeSums", "SampleSize", "TrainingDate", "TrainingErrors", "Range"}
    assert {"Thresholds", "GradientSums"} <= kinds  # leaf values alone determine the table
    assert {one.path.split(".")[1].split("[")[0] for one in result.kept if name in one.path}
    result.save(tmp_path / "bare.skops")
    again: Any = rd.load_model(tmp_path / "bare.skops")
    np.testing.assert_array_equal(again.log_proba(rows), after.log_proba(rows))


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_regressor_of_a_scaled_target_is_read_through(library: str) -> None:
    frame, score = table()
    estimator = make_pipeline(StandardScaler(), booster(library, False)).fit(frame[["age"]], score)
    found = rd.inspect_model(rd.load_model(estimator))
    assert not found.unread
    assert {one.features for one in found if one.kind == "Thresholds"} == {("age",)}


def test_a_model_that_stopped_early_is_stripped_as_it_predicts() -> None:
    frame, score = table()
    X = frame[["age", "bmi"]]
    estimator = Pipeline([("clf", booster("lightgbm", n_estimators=20))]).fit(X, (score > 3).astype(int))
    whole = estimator.predict_proba(X)
    estimator["clf"].booster_.best_iteration = 3
    assert not np.array_equal(estimator.predict_proba(X), whole)
    model: Any = rd.load_model(estimator)
    result = rd.sanitize(model)
    after: Any = rd.load_model(result.model)
    rows = model.schema.encode(X)
    np.testing.assert_allclose(np.exp(model.log_proba(rows)), estimator.predict_proba(X), atol=1e-12)
    np.testing.assert_array_equal(after.log_proba(rows), model.log_proba(rows))
