"""Worlds fitted to tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.theory import error_budget, table_world
from retrodict.theory.table_models import MODELS

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def frame(n: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    age = rng.normal(50, 10, n)
    sex = pd.Categorical(rng.choice(["f", "m"], n))
    site = rng.choice(list("abcdefg"), n, p=[0.4, 0.3, 0.1, 0.05, 0.05, 0.05, 0.05])
    noise = rng.normal(size=n)
    y = np.where(age + 8 * (sex == "m") + rng.normal(0, 8, n) > 55, "ill", "well")
    return pd.DataFrame(
        {"noise": noise, "site": site, "age": np.where(rng.random(n) < 0.1, np.nan, age), "sex": sex, "y": y}
    )


def test_the_truth_is_the_smoothed_table() -> None:
    table = frame()
    fitted = table_world(table, features=["age", "sex"], bins=2, smoothing=2.0)
    assert {name: len(labels) for name, labels in fitted.features.items()} == {"age": 3, "sex": 2}
    assert fitted.features["age"][-1] == "missing"
    world = fitted.world
    assert (world.n_states, world.classes) == (6, ("ill", "well"))
    assert world.states[-1] == "age missing, sex m"
    chosen = table["age"].isna() & (table["sex"] == "m")
    ill = (table["y"] == "ill").mean()
    assert world.p_x[-1] == pytest.approx((chosen.sum() + 2 / 6) / (len(table) + 2))
    right = ((table["y"] == "ill") & chosen).sum() + 2 * ill
    assert world.p_y_given_x[-1, 0] == pytest.approx(right / (chosen.sum() + 2))


def test_most_telling_features_first_as_many_as_fit() -> None:
    fitted = table_world(frame(), max_states=8)
    assert next(iter(fitted.features)) == "age"
    assert fitted.world.n_states <= 8
    labels = table_world(frame(), features=["site"]).features["site"]
    assert labels == ("a", "b", "other")


def test_independent_prior_has_the_true_margins() -> None:
    world = table_world(frame(), features=["age", "sex"], prior="independent").world
    grid = np.stack(np.unravel_index(np.arange(world.n_states), (4, 2)), axis=1)
    for column in grid.T:
        np.testing.assert_allclose(np.bincount(column, world.q_x), np.bincount(column, world.p_x), rtol=1e-12)
    assert error_budget(table_world(frame(), prior="true").world).prior == 0
    assert np.ptp(table_world(frame(), prior="uniform").world.q_x) == 0


@pytest.mark.parametrize("model", MODELS)
def test_models(model: str) -> None:
    budget = error_budget(table_world(frame(), prior="true", model=model).world)
    assert abs(budget.gap) < 1e-12
    assert (budget.model == 0) == (model == "true")
    if model != "naive_bayes":  # fitted class shares are the true ones: the label term vanishes at the true prior
        assert budget.label < 1e-10


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"target": "z"}, "the table has no column 'z'; it has noise, site, age, sex, y"),
        ({"features": ["q"]}, "the table has no column 'q'"),
        ({"bins": 1}, "bins must be a whole number of at least 2, got 1"),
        ({"smoothing": 0.0}, "smoothing must be a positive number"),
        ({"prior": "flat"}, "unknown prior 'flat' of a table's world; use independent, uniform or true"),
        ({"model": "net"}, "unknown model 'net' of a table's world; use one of logistic"),
        ({"features": ["age", "site", "sex"], "max_states": 10}, "these features make more than 10 states"),
        ({"max_states": 1}, "no column has from 2 to 1 bins"),
        ({"target": "age"}, "target 'age' has missing values; drop those rows"),
        ({"target": "noise"}, "target 'noise' has 600 values; a world needs from 2 to 50 classes"),
    ],
)
def test_bad_requests(settings: dict[str, object], text: str) -> None:
    with pytest.raises(rd.errors.RetrodictError, match=text) as caught:
        table_world(frame(), **settings)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_a_column_that_is_mostly_one_value() -> None:
    table = frame().assign(gain=lambda d: np.where(np.arange(len(d)) % 20 == 0, np.arange(len(d)), 0.0))
    assert table_world(table[["gain", "y"]], features=["gain"]).features["gain"] == ("0", "other")


@pytest.mark.parametrize("name", ["pima", "penguins", "german_credit"])
def test_real_tables(name: str) -> None:
    place = DATA / f"{name}.parquet"
    if not place.exists():
        pytest.skip(f"no table {place.name} here")
    world = table_world(pd.read_parquet(place)).world
    assert abs(error_budget(world).gap) < 1e-12
    assert error_budget(world).prior > 0.1
