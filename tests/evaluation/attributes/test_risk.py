"""What a model gives away of columns of its training rows: much where it memorises, nothing of rows it never saw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import retrodict as rd
from retrodict import time_limit
from retrodict.errors import RequestError
from retrodict.evaluation.attributes.lift import gained, lifted


def table(seed: int, n: int = 240) -> pd.DataFrame:
    """Return rows whose label is noise: whoever fits it has memorised."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": rng.normal(size=n), "b": rng.integers(0, 4, n), "c": rng.normal(size=n)})
    return frame.assign(y=rng.integers(0, 2, n))


def fitted(frame: pd.DataFrame) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(random_state=0).fit(frame.drop(columns="y"), frame.y)


def test_a_tree_that_memorises_noise_gives_its_rows_away() -> None:
    train = table(0)
    found = rd.attribute_risk(fitted(train), train, table(1), target="y")
    assert [one.column for one in found.lines] == ["a", "b", "c"]
    assert found.largest.lift > 0.1
    assert found.low > 0
    assert found.low < found.largest.low  # three columns are allowed for
    assert found.largest.members > found.largest.prior


def test_a_model_that_saw_neither_table_gives_nothing_away() -> None:
    found = rd.attribute_risk(fitted(table(2)), table(0), table(1), target="y")
    assert found.low < 0 < found.high
    assert abs(found.largest.lift) < 0.1


@pytest.mark.slow
def test_intervals_of_a_model_that_saw_neither_hold_no_lift_as_often_as_they_say() -> None:
    model, held, runs = fitted(table(2)), 0, 60
    for seed in range(runs):
        rows = table(100 + seed, 240)
        line = rd.attribute_risk(model, rows[:120], rows[120:], columns=["b"], target="y", seed=seed).lines[0]
        held += line.low <= 0 <= line.high
    assert held >= 52  # of 60 at 95%: fewer once in 800 such tests


def test_the_same_seed_gives_the_same_result() -> None:
    train, model = table(0, 100), fitted(table(0, 100))
    one, other = (rd.attribute_risk(model, train, table(1, 100), columns=["b"], limit=40, seed=3) for _ in range(2))
    assert one.to_dict() == other.to_dict()
    assert (one.lines[0].rows, one.lines[0].other_rows) == (40, 40)


def test_a_regressor_s_noise_is_that_of_held_out_rows() -> None:
    train, other = table(0, 80), table(1, 80)
    model = DecisionTreeRegressor(random_state=0).fit(train[["a", "b"]], train.c)
    found = rd.attribute_risk(model, train[["a", "b", "c"]], other[["a", "b", "c"]], target="c")
    assert [note.code for note in found.notes if note.code == "noise_of_holdout"]


def test_what_was_not_judged_is_said() -> None:
    train, other = table(0, 60).assign(d=1.0), table(1, 60).assign(d=1.0)
    model = LogisticRegression().fit(train[["a", "b", "c", "d"]], train.y)
    found = rd.attribute_risk(model, train, other, columns=["a", "d"], target="y")
    assert [(name, why.code) for name, why in found.left_out] == [("d", "constant_column")]
    with time_limit.within(0.0):
        nothing = rd.attribute_risk(model, train, other, columns=["a"], target="y")
    assert nothing.lines == ()
    assert nothing.low is None
    assert [(name, why.code) for name, why in nothing.left_out] == [("a", "no_time")]
    with pytest.raises(RequestError, match="no features of the model: e; its features are a, b, c, d"):
        rd.attribute_risk(model, train, other, columns=["e"], target="y")
    with pytest.raises(RequestError, match="give at least 20"):
        rd.attribute_risk(model, train[:5], other, target="y")


def test_an_interval_has_width_where_nothing_was_gained() -> None:
    same = gained(np.ones(50, bool), np.ones(50, bool))
    found = lifted(same, same)
    assert found.value == 0
    assert found.low < -0.02
    assert found.high > 0.02


def test_held_out_rows_may_lie_beyond_ranges_that_a_file_states_of_its_own() -> None:
    """A file that states how far its training rows reach bounds no one else's."""
    train, model = table(0, 100), rd.load_model(fitted(table(0, 100)))
    features = [replace(one, low=-0.5, high=0.5) if one.name == "a" else one for one in model.schema.features]
    bounded = model.bind(replace(model.schema, features=tuple(features)))
    found = rd.attribute_risk(bounded, train, table(1, 100), columns=["a", "c"], target="y", limit=20)
    assert [one.column for one in found.lines] == ["a", "c"]
