"""Members that a file gives away: each row looked up by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import retrodict as rd
from retrodict.disclosures import Disclosures, Range, Values
from retrodict.evaluation.membership.asked import Asked, Scores
from retrodict.evaluation.membership.asking import ask
from retrodict.evaluation.membership.distances import distance_scores
from retrodict.evaluation.membership.from_file import stored_scores, value_scores
from retrodict.evaluation.membership.leaves import leaf_scores
from retrodict.models import load_model
from tests.evaluation.membership.worlds import asked_of, rows


def table(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(50, 10, n), rng.normal(size=n)
    return pd.DataFrame({"a": a, "b": b, "y": rng.integers(0, 2, n)})


def of(estimator: Any, train: pd.DataFrame, other: pd.DataFrame, target: str = "y") -> tuple[Asked, Disclosures]:
    names = [name for name in train.columns if name != target]
    model = load_model(estimator.fit(train[names], train[target]))
    return ask(model, train, other, target, 10_000, 0)[0], rd.inspect_model(model)


def only(found: Any) -> Scores:
    (one,) = found
    return one


def test_rows_that_the_file_stores_are_known_behind_a_scaler_too() -> None:
    train, other = table(40, 0), table(40, 1)
    other.iloc[3] = train.iloc[7]  # another person with the same values is taken for a member
    asked, found = of(make_pipeline(StandardScaler(), KNeighborsClassifier(3)), train, other)
    one = only(stored_scores(asked, found))
    assert one.way == "from_file"
    assert one.members.tolist() == [1.0] * 40
    assert np.flatnonzero(one.others).tolist() == [3]


def test_a_file_without_rows_or_values_gives_no_such_attack() -> None:
    asked, found = of(DecisionTreeClassifier(max_depth=2), table(40, 0), table(40, 1))
    assert list(stored_scores(asked, found)) == []
    assert list(value_scores(asked, found)) == []


def test_stated_values_are_counted_by_hand() -> None:
    asked = asked_of(rows([1.0] * 12, np.arange(12.0)), rows([1.0] * 10, np.arange(10.0) + 0.5))
    shared: dict[str, Any] = {"features": ("a",), "source": "hand"}
    facts = (Values(np.array([2.0, 5.0, 7.4]), 0.2, **shared), Range(0.0, 11.0, **shared))
    one = only(value_scores(asked, Disclosures.sorted(facts, ("a", "key"))))
    assert np.flatnonzero(one.members).tolist() == [0, 2, 5, 11]  # two values, two ends
    assert np.flatnonzero(one.others).tolist() == [7]  # 7.5 is within 0.2 of 7.4
    assert set(one.members) == {0.0, 1.0}  # of the one feature of which anything is stated


def test_leaves_of_one_row_state_its_value() -> None:
    """Two rows in three are in each bootstrap draw; of others no value is met but by chance."""
    train, other = table(60, 0).drop(columns="y"), table(60, 1).drop(columns="y")
    asked, found = of(RandomForestRegressor(20, random_state=0), train, other, "b")
    one = only(leaf_scores(asked, found))
    assert one.members.min() > one.others.max()


def test_a_leaf_of_one_row_speaks_against_rows_of_another_label() -> None:
    train = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0] + [9.0] * 8, "y": [0, 1, 0, 1] + [0] * 8})
    other = pd.DataFrame({"a": [1.1, 2.1, 3.1, 9.0] + [9.0] * 8, "y": [0, 0, 1, 1] + [0] * 8})
    asked, found = of(DecisionTreeClassifier(random_state=0), train, other)
    one = only(leaf_scores(asked, found))
    assert one.members.tolist() == [1, 1, 1, 1] + [0] * 8  # the leaf of the rows at 9 holds eight
    assert one.others.tolist() == [1, -1, -1, 0] + [0] * 8


def test_stripped_counts_leave_nothing_to_follow() -> None:
    train, other = table(60, 0), table(60, 1)
    model = rd.sanitize(DecisionTreeClassifier(random_state=0).fit(train[["a", "b"]], train["y"])).model
    found = rd.membership_attacks(model, train, other, target="y")
    assert "single-row leaves" in dict(found.left_out)


def test_nearness_to_rows_that_were_given_away() -> None:
    train, other = table(30, 0), table(30, 1)
    asked, _ = of(DecisionTreeClassifier(), train, other)
    pytest.importorskip("numba")
    one = only(distance_scores(asked, train[:20], train, other, "y", "from_file"))
    assert one.attack == "rebuilt rows"
    assert one.members[:20] == pytest.approx(0.0)
    assert (one.members[20:] < 0).all()
    span = np.ptp(train[["a", "b"]].to_numpy(), axis=0)
    off = np.abs(other[["a", "b"]].to_numpy()[4] - train[["a", "b"]].to_numpy()[:20]) / span
    assert -one.others[4] == pytest.approx(np.minimum(off, 1.0).mean(axis=1).min(), rel=1e-5)
    assert only(distance_scores(asked, train[:20], train, other, "y", "by_query")).attack == "drawn rows"
