"""Tables that are not what they were given as: held-out rows that were trained on, training rows that were not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from retrodict.evaluation.membership.shadow_scores import shadow_scores
from retrodict.evaluation.membership.shadows import Shadows
from retrodict.evaluation.membership.table_check import HOLDOUT_SEEN, TRAIN_UNSEEN
from tests.evaluation.membership.shadow_worlds import asked, fitted, noise


def doubts(estimator: Any, rows: pd.DataFrame, tables: dict[str, pd.DataFrame], shadows: int = 4) -> set[str]:
    made = shadow_scores(asked(fitted(estimator, rows), tables["train"], tables["holdout"]), Shadows(shadows), 0)
    return {note.code for one in made for note in one.notes} & {HOLDOUT_SEEN, TRAIN_UNSEEN}


@pytest.mark.parametrize(("estimator", "classes"), [(DecisionTreeClassifier(), 5), (DecisionTreeRegressor(), 0)])
def test_tables_are_doubted_where_they_are_not_what_they_are_given_as(estimator: Any, classes: int) -> None:
    tables = {name: noise(120, seed, classes) for seed, name in enumerate(("train", "holdout", "public"))}
    assert doubts(estimator, tables["train"], tables) == set()
    assert doubts(estimator, pd.concat([tables["train"], tables["holdout"]]), tables) == {HOLDOUT_SEEN}
    assert doubts(estimator, tables["public"], tables) == {TRAIN_UNSEEN}
    assert doubts(estimator, tables["holdout"], tables) == {HOLDOUT_SEEN, TRAIN_UNSEEN}  # each in the other's place


@pytest.mark.parametrize("seed", range(8))
def test_of_a_model_that_tells_no_rows_apart_nothing_is_doubted(seed: int) -> None:
    names = ("train", "holdout", "public")
    tables = {name: noise(120, 3 * seed + i, 0) for i, name in enumerate(names)}
    for rows in (tables["public"], tables["train"], pd.concat([tables["train"], tables["holdout"]])):
        assert doubts(LinearRegression(), rows, tables, 8) == set()
