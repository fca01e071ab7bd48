"""Where no number can be given: the reason, the bound, and what is infinite."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import retrodict as rd
from retrodict.budget.verdict import lower_bound
from retrodict.errors import RequestError, SchemaError
from retrodict.priors.marginals import Normal
from tests.budget import known
from tests.budget.known import ONE


def gaussian(n: int, centre: float, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2)) + centre
    y = np.where(rng.random(n) < 1 / (1 + np.exp(-(X[:, 0] - centre))), "b", "a")
    return pd.DataFrame(X, columns=["x0", "x1"]).assign(y=y)


def normal_prior() -> rd.priors.IndependentPrior:
    schema = rd.Schema((rd.Feature("x0"), rd.Feature("x1")))
    return rd.priors.IndependentPrior(schema, (Normal(0.0, 1.0),) * 2)


def fitted(frame: pd.DataFrame) -> LogisticRegression:
    return LogisticRegression().fit(frame.drop(columns="y"), frame["y"])


@pytest.fixture(scope="module")
def far() -> rd.EstimatedBudget:
    # supports of N((4, 4), I) and N(0, I) barely meet: the divergence is 16 nats
    return rd.error_budget(fitted(gaussian(200, 4.0, 1)), normal_prior(), holdout=gaussian(500, 4.0), target="y")


def test_barely_meeting_supports_give_a_bound_in_place_of_a_number(far: rd.EstimatedBudget) -> None:
    assert far.prior.value is None
    assert "supports barely meet" in str(far.prior.reason)
    assert 3.0 < far.prior.at_least <= 16.0
    assert far.total.value is None
    assert far.total.at_least <= 17.0
    assert far.agree is None
    assert "not trustworthy" in repr(far)
    assert "not trustworthy" in far._repr_html_()


def test_plain_data_is_strict_json(far: rd.EstimatedBudget) -> None:
    data = json.loads(far.document())
    assert data["prior"]["estimate"] is None
    assert data["prior"]["trustworthy"] is False
    assert far.frame().query("`class` == 'all'")["term"].tolist() == ["prior", "model", "label", "total", "posterior"]


def test_too_few_rows() -> None:
    found = rd.error_budget(known.model(), known.prior(), holdout=known.rows(30, 0), draws=4_000)
    assert found.prior.value is None
    assert "too few rows" in str(found.prior.reason)
    assert found.model.value is None
    assert found.posterior.value is None
    assert found.label.finite


def test_zero_probability_is_infinite_and_said() -> None:
    log_q = known.LOG_Q_Y.copy()
    log_q[0] = [0.0, -np.inf]
    found = rd.error_budget(known.model(log_q), known.prior(), holdout=known.rows(400, 0), **ONE)
    assert found.model.value == np.inf
    assert "probability zero" in str(found.model.reason)
    assert found.total.value == np.inf
    assert found.posterior.value == np.inf
    assert found.prior.finite
    data = json.loads(found.document())
    assert data["model"]["infinite"]
    assert data["model"]["estimate"] is None


def test_rows_outside_the_prior_are_infinite_and_said() -> None:
    frame = gaussian(400, 0.0)
    inside = frame.drop(columns="y").abs().max(axis=1) < 2.0
    schema = rd.Schema((rd.Feature("x0", low=-2.0, high=2.0), rd.Feature("x1", low=-2.0, high=2.0)))
    found = rd.error_budget(fitted(frame), rd.priors.uniform_prior(schema), holdout=frame, target="y", **ONE)
    assert found.prior.value == np.inf
    assert f"{int((~inside).sum())} of 400 rows cannot be drawn" in str(found.prior.reason)
    assert found.model.finite
    assert found.total.value == np.inf


def test_a_category_the_prior_lacks_is_infinite() -> None:
    prior = known.prior()
    frame = known.rows(300, 0)
    frame["a"] = frame["a"].astype(object)
    frame.loc[:4, "a"] = "z"
    found = rd.error_budget(known.model(), prior, holdout=frame, draws=4_000, **ONE)
    assert found.prior.value == np.inf
    assert "categories that the prior does not list" in str(found.prior.reason)


def test_regressors_are_refused() -> None:
    frame = gaussian(60, 0.0)
    model = LinearRegression().fit(frame[["x0", "x1"]], frame["x0"])
    with pytest.raises(RequestError, match="for classifiers"):
        rd.error_budget(model, normal_prior(), holdout=frame, target="y")


def test_requests_that_cannot_be_met() -> None:
    frame = known.rows(100, 0)
    with pytest.raises(SchemaError, match="the held-out rows: there is no target column 'label'; it may be y"):
        rd.error_budget(known.model(), known.prior(), holdout=frame, target="label")
    with pytest.raises(SchemaError, match="holds 'maybe', none of the classes"):
        rd.error_budget(known.model(), known.prior(), holdout=frame.assign(y="maybe"))
    with pytest.raises(SchemaError, match="the held-out rows: features are absent: b"):
        rd.error_budget(known.model(), known.prior(), holdout=frame.drop(columns="b"))
    with pytest.raises(RequestError, match="learners must be"):
        rd.error_budget(known.model(), known.prior(), holdout=frame, learners=("oracle",))


def test_the_bound_holds_and_is_not_vacuous() -> None:
    # scores of N(2, 1) rows and N(0, 1) draws: the divergence is 2 nats; 200 bounds at 97.5% exceed it at most 12 times
    rng = np.random.default_rng(0)
    bounds = []
    for _ in range(200):
        rows, draws = rng.normal(2.0, 1.0, 300), np.sort(rng.normal(size=5_000))
        bounds.append(lower_bound(len(draws) - np.searchsorted(draws, rows), len(draws)))
    assert sum(bound > 2.0 for bound in bounds) <= 12
    assert np.median(bounds) > 0.8
    same = [lower_bound(rng.integers(0, 5_001, 300), 5_000) for _ in range(200)]
    assert sum(bound > 0.0 for bound in same) <= 12
