"""The query curve: more calls give more, each step has the rows of those before it, and bad ladders are refused."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

import retrodict as rd
from retrodict.evaluation import queries
from tests.evaluation.replicas.conftest import base_of, people

LADDER = (50, 3_000)


@pytest.fixture(scope="module")
def curve() -> rd.QueryCurve:
    train, test = people(400, 0), people(400, 1)
    prior = rd.fit_prior(people(400, 2).drop(columns="ill"), kind="independent")
    return rd.query_curve(
        base_of(train), prior, LADDER, train, test, target="ill", estimators=["logistic_regression"], limit=300
    )


def test_more_calls_give_more(curve: rd.QueryCurve) -> None:
    few, many = curve.series("replica", "agreement", "logistic_regression").itertuples(index=False)
    assert (few.queries, many.queries) == LADDER
    assert few.high < many.low
    assert curve.base["accuracy"] > 0.7
    assert curve.scope == "within classes"
    assert set(curve.frame.what) == {"fidelity", "lift", "replica"}
    lift = curve.series("lift", "wasserstein")
    assert lift.low.iloc[-1] > 0.5


def test_it_is_strict_json_and_prints_itself(curve: rd.QueryCurve) -> None:
    data = json.loads(json.dumps(curve.to_dict(), allow_nan=False))
    assert data["ladder"] == list(LADDER)
    assert len(data["curve"]) == len(curve.frame)
    assert "agreement" in repr(curve)
    assert "<table" in curve._repr_html_()
    assert curve.estimators == ("logistic_regression",)


def test_steps_are_one_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of a step are the first of the next one's, and the calls are those of the last step alone."""
    seen: list[pd.DataFrame] = []
    true = queries.replicate

    def spy(part: rd.Reconstruction, *arguments: object, **settings: object) -> rd.Replicas:
        seen.append(part.frame)
        return true(part, *arguments, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(queries, "replicate", spy)
    prior = rd.fit_prior(people(200, 2).drop(columns="ill"), kind="independent")
    given = {"holdout": people(100, 1), "target": "ill", "estimators": "naive_bayes"}
    found = rd.query_curve(base_of(people(200, 0)), prior, (300, 40, 100), **given)  # type: ignore[arg-type]
    assert [len(frame) for frame in seen] == [40, 100, 300]
    pd.testing.assert_frame_equal(seen[0], seen[2][:40])
    pd.testing.assert_frame_equal(seen[1], seen[2][:100])
    assert found.ladder == (40, 100, 300)
    assert found.scope == ""
    assert "no training rows are given: fidelity and lift are left out" in found.notes


def test_a_regressors_pilot_is_counted() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=300)})
    frame["y"] = 2 * frame.a + rng.normal(size=300)
    model = LinearRegression().fit(frame[["a"]], frame.y)
    prior = rd.fit_prior(frame[["a"]], kind="independent")
    found = rd.query_curve(model, prior, (50, 200), holdout=frame, target="y", estimators="linear_regression")
    assert found.ladder[1] - found.ladder[0] == 150
    assert found.ladder[0] > 50
    assert found.series("replica", "R2", "linear_regression").value.iloc[-1] > 0.5


@pytest.mark.parametrize(
    ("ladder", "text"),
    [
        ((), "the ladder needs steps of at least 20 model calls"),
        ((5, 100), "the ladder needs steps of at least 20 model calls"),
        ((50.5,), "a step of the ladder must be a whole number"),
        (100, "the ladder must be numbers of model calls, got 100"),
    ],
)
def test_a_bad_ladder_is_refused(ladder: object, text: str) -> None:
    with pytest.raises(rd.errors.RequestError, match=text):
        rd.query_curve(base_of(people(100, 0)), None, ladder, holdout=people(50, 1), target="ill")  # type: ignore[arg-type]


def test_test_rows_are_needed() -> None:
    with pytest.raises(rd.errors.RequestError, match="give them"):
        rd.query_curve(base_of(people(100, 0)))
