"""Estimates beside exact budgets; a broken twin that the same test must catch."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.budget import EstimatedBudget
from retrodict.results.notes import of_code
from tests.budget import known
from tests.budget.known import ONE

TERMS = ("prior", "model", "label", "total", "posterior")


@cache
def budget(seed: int) -> EstimatedBudget:
    return rd.error_budget(known.model(), known.prior(), holdout=known.rows(700, seed), seed=seed)


def budgets() -> tuple[EstimatedBudget, ...]:
    return tuple(budget(seed) for seed in range(4))


def far(name: str, truth: float) -> float:
    """Return how many standard errors the mean of the budgets' estimates is from a value."""
    found = [getattr(one, name) for one in budgets()]
    error = np.mean([(one.high - one.low) / 2 / 1.96 for one in found]) / np.sqrt(len(found))
    return abs(np.mean([one.value for one in found]) - truth) / error


@pytest.mark.slow
@pytest.mark.parametrize("name", TERMS)
def test_mean_of_estimates_is_near_the_truth(name: str) -> None:
    assert far(name, known.truth()[name]) < 3.5


@pytest.mark.slow
@pytest.mark.parametrize("name", ["prior", "model", "total", "posterior"])
def test_the_same_test_catches_another_world(name: str) -> None:
    other = known.truth(log_q_y=known.LOG_P_Y)["model"] if name == "model" else known.truth(q_x=known.P_X)[name]
    assert far(name, other) > 3.5


@pytest.mark.slow
def test_most_intervals_hold_the_truth() -> None:
    # 20 intervals at 95%: fewer than 15 have probability below 1e-3 even if those of one budget come in pairs
    inside = [getattr(one, t).low <= known.truth()[t] <= getattr(one, t).high for one in budgets() for t in TERMS]
    assert sum(inside) >= 15


@pytest.mark.slow
def test_intervals_of_one_budget_hold_the_truth() -> None:
    assert sum(getattr(budget(0), t).low <= known.truth()[t] <= getattr(budget(0), t).high for t in TERMS) >= 4


@pytest.mark.slow
def test_both_sides_agree() -> None:
    assert budget(0).agree


@pytest.mark.slow
def test_both_sides_agree_for_other_seeds() -> None:
    assert all(one.agree for one in budgets())


def test_classes_add_up_to_the_whole() -> None:
    one = budget(0)
    for name in ("prior", "model"):
        parts = sum(c.share * getattr(c, name).value for c in one.classes)
        assert parts == pytest.approx(getattr(one, name).value, abs=1e-9)
    assert sum(c.share * c.posterior.value for c in one.classes) == pytest.approx(one.posterior.value, abs=0.01)


@pytest.mark.slow
def test_same_seed_same_budget() -> None:
    frame = known.rows(200, 1)
    first, second = (
        rd.error_budget(known.model(), known.prior(), holdout=frame, seed=3, draws=2_000) for _ in range(2)
    )
    assert first.to_dict() == second.to_dict()


def test_train_rows_narrow_the_prior_term() -> None:
    test, train = known.rows(400, 1), known.rows(2_000, 2)
    alone = rd.error_budget(known.model(), known.prior(), holdout=test, **ONE)
    both = rd.error_budget(known.model(), known.prior(), holdout=test, train=train, **ONE)
    assert both.prior.half_width < 0.75 * alone.prior.half_width
    assert both.n_train == 2_000


def test_overlap_is_said() -> None:
    test = known.rows(300, 1)
    found = rd.error_budget(known.model(), known.prior(), holdout=test, train=test.head(100), draws=4_000, **ONE)
    (shared,) = of_code(found.notes, "repeats_by_chance")  # of a world of few states
    assert shared.values["rows"] >= 100


@pytest.mark.slow
def test_mixed_columns_with_gaps() -> None:
    rng = np.random.default_rng(0)
    n = 600
    frame = pd.DataFrame(
        {"age": rng.integers(20, 70, n), "lab": np.round(rng.gamma(2.0, 1.0, n), 1), "sex": rng.choice(["f", "m"], n)}
    )
    frame.loc[rng.random(n) < 0.2, "lab"] = np.nan
    y = np.where(frame["age"] + 10 * (frame["sex"] == "f") + rng.normal(0, 10, n) > 50, "ill", "well")
    frame["diagnosis"] = y
    train, test = frame.iloc[:200], frame.iloc[200:]
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), ["age", "lab"]), (OneHotEncoder(), ["sex"])
    )
    model = make_pipeline(columns, LogisticRegression()).fit(train.drop(columns="diagnosis"), train["diagnosis"])
    prior = rd.fit_prior(frame, "independent", target="diagnosis")
    found = rd.error_budget(model, prior, holdout=test, train=train, target="diagnosis")
    assert found.prior.trustworthy
    assert found.prior.low < 0.05  # a fitted independent prior of independent columns
    assert found.agree
    assert any("lab (1 decimals)" in note for note in found.notes)
