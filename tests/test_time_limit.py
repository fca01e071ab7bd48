"""Limits on time: they nest, say whether they were reached, and stop what looks at them."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from retrodict import time_limit
from retrodict.errors import BudgetExhaustedError, RunError, TimeLimitError
from retrodict.models import Meter, load_model
from retrodict.priors import uniform_prior
from retrodict.schema import Feature, Schema


def test_without_a_limit_nothing_ends() -> None:
    assert math.isinf(time_limit.left())
    time_limit.check("x")
    with time_limit.within(math.inf) as limit:
        assert math.isinf(time_limit.left())
    assert not limit.reached


def test_limits_nest_and_the_nearest_end_holds() -> None:
    with time_limit.within(1_000.0) as outer:
        with time_limit.within(0.0) as inner:
            with time_limit.within(500.0) as innermost, pytest.raises(TimeLimitError, match="before all was done"):
                time_limit.check("all was done")
            assert time_limit.left() == 0.0
        assert 900.0 < time_limit.left() <= 1_000.0
    assert innermost.reached
    assert inner.reached
    assert not outer.reached
    assert math.isinf(time_limit.left())


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=120), "b": rng.normal(size=120)})
    frame["target"] = (frame["a"] + rng.normal(size=120) > 0).astype(int)
    return frame[:60].copy(), frame[60:].reset_index(drop=True)


def test_a_meter_affords_nothing_more_and_engines_keep_what_they_have(
    tables: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    train, _ = tables
    model = load_model(LogisticRegression().fit(train[["a", "b"]], train["target"]))
    meter = Meter(model)
    with time_limit.within(0.0):
        assert meter.affordable(10) == 0
        assert len(meter.output(np.zeros((5, 2)))) == 5  # what was begun is done
        small = Meter(model, batch_size=2)
        with pytest.raises(BudgetExhaustedError, match="time limit"):
            small.output(np.zeros((5, 2)))
    assert meter.affordable(10) == 10


def test_measures_stop_and_replicas_and_curves_keep_what_was_done(
    tables: tuple[pd.DataFrame, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    train, test = tables
    model = LogisticRegression().fit(train[["a", "b"]], train["target"])
    prior = uniform_prior(
        Schema((Feature("a", "continuous", low=-3, high=3), Feature("b", "continuous", low=-3, high=3)))
    )
    rec = rd.reconstruct(model, prior, 100, progress=False)
    with time_limit.within(0.0):
        for asked in (
            lambda: rd.evaluate(rec, train, test, prior),
            lambda: rd.record_risk(rec, train, test),
            lambda: rd.replicate(rec, ["decision_tree"], holdout=test, model=model, prior=prior),
            lambda: rd.query_curve(model, prior, (50, 100), holdout=test),
            lambda: rd.error_budget(model, prior, holdout=pd.concat([test] * 3), draws=2_000),
        ):
            with pytest.raises(RunError):
                asked()
    module = sys.modules["retrodict.evaluation.replicas.replicate"]
    fits: list[Any] = []
    own = module.fit
    monkeypatch.setattr(module, "fit", lambda *given: fits.append(given) or own(*given))
    monkeypatch.setattr(time_limit, "left", lambda: 0.0 if fits else math.inf)  # over once one was trained
    part = rd.replicate(rec, ["decision_tree", "naive_bayes"], holdout=test, model=model, prior=prior, controls=False)
    assert set(part.models) == {"decision_tree"}
    assert "the time limit was reached: naive_bayes were not trained on all tables" in part.notes
