"""An indicator that no tree splits on comes back by the others of its group, unless somebody says otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

import retrodict as rd
from retrodict.matching.left_out import LEFT_OUT, LeftOut

N = 80
rng = np.random.default_rng(1)
SITE = rng.choice(["north", "south", "west"], N, p=[0.5, 0.44, 0.06])
BITS = pd.DataFrame(rng.integers(0, 2, (N, 4)), columns=list("abcd"))
X = pd.concat([BITS, pd.get_dummies(SITE, prefix="site", dtype=int)], axis=1)
Y = np.where(BITS.sum(axis=1) + (SITE == "north") + rng.normal(0, 0.7, N) > 2.5, "yes", "no")


def test_it_is_one_where_no_other_is() -> None:
    rows = np.array([[0.0], [0.0], [np.nan]])
    LeftOut(0, (0, 1)).fill(np.array([[0, 0], [0, 1], [0, 0]]), rows)
    assert rows[:2, 0].tolist() == [1.0, 0.0]
    assert np.isnan(rows[2, 0])


@pytest.fixture(scope="module")
def model() -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(min_samples_leaf=8).fit(X, Y)


def test_a_rare_category_that_trees_can_not_split_on_comes_back(model: HistGradientBoostingClassifier) -> None:
    assert 0 < X["site_west"].sum() < 8
    found = rd.rebuild(model)
    assert found.quality.open_columns == ("site_west",)
    (note,) = [note for note in found.notes if note.code == LEFT_OUT]
    assert note.values["features"] == ["site_west"]
    told = [frame[["site_north", "site_south", "site_west"]].value_counts() for frame in (found.frame, X)]
    assert told[0].to_dict() == told[1].to_dict()
    assert found.cell_confidence is not None
    assert found.cell_confidence["site_west"].isna().all()


def test_a_prior_that_is_given_is_asked_instead(model: HistGradientBoostingClassifier) -> None:
    found = rd.rebuild(model, rd.fit_prior(X.assign(site_west=1)))
    assert (found.frame["site_west"] == 1).all()
    assert LEFT_OUT not in [note.code for note in found.notes]
