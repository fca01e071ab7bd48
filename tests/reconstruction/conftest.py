from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import retrodict as rd


@pytest.fixture(scope="session")
def iris() -> pd.DataFrame:
    data = load_iris(as_frame=True)
    return data.data.assign(species=data.target_names[data.target])


@pytest.fixture(scope="session")
def flower(iris: pd.DataFrame) -> LogisticRegression:
    return LogisticRegression(max_iter=1_000).fit(iris.drop(columns="species"), iris["species"])


@pytest.fixture(scope="session")
def flower_prior(iris: pd.DataFrame) -> rd.priors.Prior:
    return rd.fit_prior(iris.drop(columns="species"), "copula")


@pytest.fixture(scope="session")
def mixed_frame() -> pd.DataFrame:
    """Columns of every kind, some missing."""
    rng = np.random.default_rng(0)
    n = 400
    frame = pd.DataFrame(
        {
            "site": rng.choice(["north", "south", "west"], n),
            "age": rng.integers(18, 90, n),
            "dose": rng.gamma(2.0, 1.5, n),
            "rooms": rng.choice([1, 2, 5], n),
            "smoker": rng.random(n) < 0.3,
        }
    )
    frame["sick"] = np.where(frame["age"] / 40 + frame["smoker"] + rng.normal(size=n) > 2, "yes", "no")
    return frame


@pytest.fixture(scope="session")
def mixed(mixed_frame: pd.DataFrame) -> Pipeline:
    columns = make_column_transformer(
        (OneHotEncoder(), ["site", "rooms"]), (StandardScaler(), ["age", "dose"]), remainder="passthrough"
    )
    model = make_pipeline(columns, LogisticRegression())
    return model.fit(mixed_frame.drop(columns="sick"), mixed_frame["sick"])


@pytest.fixture(scope="session")
def diabetes() -> tuple[LinearRegression, pd.DataFrame]:
    data = load_diabetes(as_frame=True)
    return LinearRegression().fit(data.data, data.target), data.data
