"""A table whose best classifier is known, its base model and a prior fitted to other rows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import retrodict as rd

FAST = ["logistic_regression", "naive_bayes"]


def people(n: int, seed: int) -> pd.DataFrame:
    """Return mixed rows whose label is drawn from a logistic function of them."""
    rng = np.random.default_rng(seed)
    age, site = rng.normal(size=n), rng.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2])
    ill = rng.random(n) < expit(2.0 * age + np.where(site == "c", 1.5, 0.0))
    return pd.DataFrame({"age": age, "site": site, "ill": np.where(ill, "yes", "no")})


def base_of(train: pd.DataFrame, strict: bool = False) -> rd.models.Model:
    encoder = OneHotEncoder(handle_unknown="error" if strict else "ignore")
    columns = make_column_transformer((StandardScaler(), ["age"]), (encoder, ["site"]))
    return rd.load_model(make_pipeline(columns, LogisticRegression()).fit(train.drop(columns="ill"), train.ill))


@dataclass(frozen=True)
class World:
    train: pd.DataFrame
    test: pd.DataFrame
    base: rd.models.Model
    prior: rd.priors.Prior
    rec: rd.Reconstruction


@pytest.fixture(scope="session")
def world() -> World:
    train, test = people(600, 0), people(500, 1)
    base, prior = base_of(train), rd.fit_prior(people(600, 2).drop(columns="ill"), kind="independent")
    rec = rd.reconstruct(base, prior, 600, class_shares="equal", progress=False)
    return World(train, test, base, prior, rec)
