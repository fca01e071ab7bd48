"""Values that midpoints give away, against the planted columns; and rows counted between split points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, QuantileTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from retrodict.disclosures.trees.chains import chain
from tests.families.sklearn.disclose.checks import by_feature, inspect


def planted(seed: int, n: int = 70) -> tuple[pd.DataFrame, Any]:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sparse": 7.0 * rng.integers(0, 40, n) + rng.integers(0, 2, n),  # integers with many gaps
            "dense": rng.integers(20, 60, n).astype(float),
            "tenths": np.round(rng.gamma(2.0, 3.0, n), 1),
            "real": rng.normal(size=n),
        }
    )
    return frame, frame["dense"] + 20 * rng.normal(size=n) + frame["sparse"] / 4 > 70


MIRROR = ColumnTransformer(
    [("all", StandardScaler(), ["sparse", "dense", "tenths", "real"])], transformer_weights={"all": -1.0}
)
MODELS = {
    "tree": lambda seed: DecisionTreeClassifier(random_state=seed),
    "forest": lambda seed: RandomForestClassifier(20, random_state=seed),
    "boosted": lambda seed: GradientBoostingClassifier(n_estimators=20, random_state=seed),
    "histogram": lambda seed: HistGradientBoostingClassifier(max_iter=3),
    "scaled forest": lambda seed: make_pipeline(StandardScaler(), RandomForestClassifier(20, random_state=seed)),
    "scaled histogram": lambda seed: make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=3)),
}


@pytest.mark.parametrize("name", MODELS)
def test_disclosed_values_are_values_of_training_rows(name: str) -> None:
    told = dict.fromkeys(["sparse", "dense", "tenths", "real"], 0)
    for seed in range(15):
        frame, label = planted(seed)
        for feature, fact in by_feature(inspect(MODELS[name](seed).fit(frame, label)), "Values").items():
            column = frame[feature].to_numpy()
            away = np.abs(np.asarray(fact.taken)[:, None] - column).min(axis=1)
            assert away.max() <= fact.radius + 1e-9 * np.abs(column).max()
            told[feature] += len(fact.taken)
    assert told["dense"] > 0
    assert (told["real"] > 0) == ("histogram" in name)


def test_bins_of_all_values_give_every_value_away() -> None:
    frame, label = planted(0)
    found = by_feature(inspect(HistGradientBoostingClassifier(max_iter=3).fit(frame, label)), "Values")
    for name in ("dense", "sparse", "tenths"):
        assert found[name].radius == 0.0
        np.testing.assert_allclose(found[name].taken, np.unique(frame[name]), atol=1e-9)
    real = found["real"]
    gaps = np.diff(np.unique(frame["real"]))
    np.testing.assert_allclose(real.radius, (gaps[::2].min() + gaps[1::2].min()) / 4.0, rtol=1e-6)
    assert (np.abs(real.taken - np.unique(frame["real"])) <= real.radius + 1e-12).all()
    assert real.personal is True  # as many values as rows
    assert {found[name].personal for name in ("dense", "sparse", "tenths")} == {None}  # how many hold each is not told


def test_a_chain_bounds_its_one_unknown() -> None:
    values = np.array([0.0, 1.0, 4.0, 5.0, 9.0])
    found, radius = chain((values[1:] + values[:-1]) / 2.0)
    assert radius == 1.0  # the least of every second gap are 3 and 1: half their mean
    assert (np.abs(found - values) <= radius).all()
    assert (np.diff(found) > 0).all()
    assert chain((values[1:] + values[:-1]) / 2.0, 1.0)[1] == radius  # two chains on the grid: none is claimed
    values = np.array([0.0, 1.0, 2.0, 5.0])
    exact, none = chain((values[1:] + values[:-1]) / 2.0, 1.0)
    assert none == 0.0
    np.testing.assert_array_equal(exact, values)


def test_random_split_points_give_no_value_away() -> None:
    frame, label = planted(3)
    assert not inspect(ExtraTreesClassifier(20, random_state=0).fit(frame, label)).of("Values")


def test_forms_of_one_feature_are_counted_apart() -> None:
    frame, label = planted(2)
    both = ColumnTransformer(
        [("number", StandardScaler(), ["dense"]), ("code", OrdinalEncoder(), ["dense"])], remainder="drop"
    )
    facts = inspect(make_pipeline(both, RandomForestClassifier(10, random_state=0)).fit(frame, label)).of("Stretches")
    coded, number = sorted(facts, key=lambda fact: fact.categories is None)
    assert coded.categories == tuple(np.unique(frame["dense"]).tolist())
    assert np.isfinite(coded.highs).any()
    assert coded.highs[np.isfinite(coded.highs)].max() < len(coded.categories)
    assert number.highs[np.isfinite(number.highs)].max() > frame["dense"].median()


@pytest.mark.parametrize(
    "front",
    [None, StandardScaler(), QuantileTransformer(n_quantiles=20), MIRROR],
    ids=["bare", "standard", "quantile", "down"],
)
@pytest.mark.parametrize(
    "model", [DecisionTreeClassifier(random_state=0), HistGradientBoostingClassifier(max_iter=2)], ids=["tree", "hist"]
)
def test_stretches_count_the_rows_of_leaves(front: Any, model: Any) -> None:
    """All rows of a tree's leaves add up to no more than the rows that lie in each stretch."""
    frame, label = planted(1)
    fitted = (model if front is None else make_pipeline(front, model)).fit(frame, label)
    trees = 1 if isinstance(model, DecisionTreeClassifier) else 2
    facts = by_feature(inspect(fitted), "Stretches")
    assert facts
    for name, fact in facts.items():
        column = frame[name].to_numpy()
        slack = 1e-6 * np.ptp(column)  # trees round to 32 bits, and curves go back through their quantiles
        for low, high, count in zip(fact.lows, fact.highs, fact.counts, strict=True):
            assert low < high
            assert count <= trees * ((column > low - slack) & (column <= high + slack)).sum()
        assert fact.counts.sum() <= trees * len(frame)
