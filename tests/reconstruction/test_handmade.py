"""Whatever satisfies `Classifier` or `Regressor` works in every function, and no more is asked of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.errors import ModelError, PriorError
from retrodict.matching import Matching
from retrodict.models import Classifier, Model, Regressor
from retrodict.schema import Feature, Schema
from tests.budget.known import ONE
from tests.conformance.handmade import CHANCE, FEATURES, KEEPER, LINE, STUMP, Line


def real(model: Any, n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"x": rng.random(n), "job": rng.choice(["a", "b", "c"], n)})
    X = model.schema.encode(frame)
    if model is LINE:
        return frame.assign(y=model.predict(X) + 0.25 * rng.standard_normal(n))
    return frame.assign(y=np.where(rng.random(n) < np.exp(model.log_proba(X)[:, 1]), "yes", "no"))


@pytest.fixture(params=[CHANCE, LINE], ids=["classifier", "regressor"])
def model(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_they_are_models() -> None:
    assert isinstance(CHANCE, Classifier)
    assert isinstance(LINE, Regressor)
    assert not hasattr(CHANCE, "undetermined")
    assert all(isinstance(model, Model) for model in (CHANCE, LINE))


def test_the_implied_prior_is_what_the_schema_shows(model: Any) -> None:
    prior = rd.implied_prior(model)
    rows = prior.sample(2_000, np.random.default_rng(0))
    assert rows[:, 0].min() >= 0.0
    assert rows[:, 0].max() <= 1.0
    assert rows[:, 0].mean() == pytest.approx(0.5, abs=0.03)
    assert np.bincount(rows[:, 1].astype(int)) / 2_000 == pytest.approx(np.full(3, 1 / 3), abs=0.05)
    open_ended = type(model)(Schema((Feature("x"), FEATURES[1], Feature("z", low=0.0)), model.schema.target))
    with pytest.raises(PriorError, match=r"discloses no values of x, z: .*give a prior, or a schema with"):
        rd.implied_prior(open_ended)
    with pytest.raises(PriorError, match="no prior was given, and the model discloses no values of x, z"):
        rd.reconstruct(open_ended, None, 10)


def test_rows_and_outputs(model: Any) -> None:
    found = rd.reconstruct(model, None, 400, seed=1)
    assert found.complete
    assert list(found.frame) == ["x", "job", "y"]
    assert found.provenance.model["family"] == "hand-made"
    asked = [0.5, 1.5] if model is LINE else ["yes", "no"]
    drawn = rd.invert(model, outputs=asked, draws=50)
    assert drawn.complete
    low, high = (drawn.frame.loc[drawn.frame["output"] == i, "x"].mean() for i in (0, 1))
    assert (low < high) == (model is LINE)
    if model is LINE:
        far = rd.invert(model, outputs=[9.0], draws=10)
        assert far.diagnostics[0].nearest == pytest.approx(3.0, abs=0.1)
        assert not far.complete
    else:
        even = rd.reconstruct(model, None, 100, class_shares={"no": 0.25, "yes": 0.75})
        assert even.frame["y"].value_counts().to_dict() == {"yes": 75, "no": 25}


@pytest.mark.slow
def test_evaluation(model: Any) -> None:
    train, test = real(model, 200, 1), real(model, 200, 2)
    rec = rd.reconstruct(model, None, 300, seed=1)
    judged = rd.evaluate(rec, train, test, model=model)
    assert "the prior-only control is the prior that the model file implies" in " ".join(judged.notes)
    assert judged.queries > 0
    assert rd.record_risk(rec, train, test).matched.n == 200
    estimator = "logistic_regression" if model is CHANCE else "decision_tree"
    found = rd.replicate(rec, [estimator], holdout=test, train=train, model=model)
    assert set(found.models) == {estimator}
    bare = rd.replicate(rec.frame, [estimator], holdout=test, model=model, target="y")
    assert set(bare.models) == {estimator}
    curve = rd.query_curve(model, None, (50, 100), train, test, estimators=[estimator])
    assert curve.ladder == (50, 100)
    new = rd.migrate(model, estimator, rows=300, holdout=test)
    assert new.estimator.predict(test[["x", "job"]]).shape == (200,)


def test_the_error_budget() -> None:
    found = rd.error_budget(CHANCE, holdout=real(CHANCE, 300, 3), train=real(CHANCE, 300, 4), draws=3_000, **ONE)
    assert found.to_dict()
    with pytest.raises(rd.errors.RequestError):
        rd.error_budget(LINE, holdout=real(LINE, 50, 3))


def test_an_unknown_noise_is_assumed_and_a_table_can_not_be_rebuilt(model: Any) -> None:
    if model is LINE:
        quiet = Line(LINE.schema)
        quiet.noise_scale = None
        found = rd.reconstruct(quiet, None, 200)
        assert found.complete
    with pytest.raises(ModelError, match="no node counts of trees are known of a hand-made, so"):
        rd.rebuild(model)


def test_rows_that_a_hand_made_model_keeps_are_rebuilt(tmp_path: Path) -> None:
    model = KEEPER
    (note,) = rd.reconstruct(model, None, 10).notes
    assert note.values == {"rows": 2, "source": "stored rows", "whole": False}
    found = rd.rebuild(model, out=tmp_path / "out")
    assert found.frame.drop(columns="confidence").values.tolist() == [[0.25, "a", "no"], [0.75, "c", "yes"]]
    assert (found.quality.rows, found.quality.table_rows, found.provenance.queries) == (2, 3, 0)
    assert rd.Rebuilt.load(tmp_path / "out") == found


def test_node_counts_of_a_hand_made_model_are_rebuilt() -> None:
    found = rd.rebuild(STUMP, search=Matching(chains=1, sweeps=20))
    assert found.quality.met
    assert sorted(zip(found.frame["x"] > 0.5, found.frame["target"], strict=True)) == [
        (False, "no"),
        (False, "no"),
        (True, "yes"),
    ]
