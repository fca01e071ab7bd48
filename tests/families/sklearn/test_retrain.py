"""What a fitted estimator is trained again as: its settings, and nothing that its rows taught it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import CategoricalNB, GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.validation import check_is_fitted

import retrodict as rd
from retrodict.families.sklearn.retrain import seeded, unfitted

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(60, 3)), np.repeat([0, 1], 30)


def test_a_search_is_its_best_estimator() -> None:
    search = GridSearchCV(DecisionTreeClassifier(), {"max_depth": [3]}, cv=2).fit(X, Y)
    made = unfitted(search)
    assert isinstance(made, DecisionTreeClassifier)
    assert made.max_depth == 3


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda tree: CalibratedClassifierCV(FrozenEstimator(tree)),
        lambda tree: StackingClassifier([("tree", tree)], cv="prefit"),
        lambda tree: make_pipeline(FrozenEstimator(tree)),
    ],
)
def test_parts_that_were_fitted_before_are_trained_as_well(wrapped: Any) -> None:
    tree = DecisionTreeClassifier(max_depth=2).fit(X, Y)
    made = unfitted(wrapped(tree).fit(X, Y))
    trees = [one for one in made.get_params(deep=True).values() if isinstance(one, DecisionTreeClassifier)]
    assert [one.max_depth for one in trees] == [2]
    with pytest.raises(NotFittedError):
        check_is_fitted(trees[0])
    assert made.fit(X, Y).predict(X).shape == (60,)


def test_every_part_gets_a_seed_of_its_own() -> None:
    made = seeded(CalibratedClassifierCV(RandomForestClassifier(random_state=7)), 1)
    again = seeded(make_pipeline(DecisionTreeClassifier(random_state=7)), 1)
    assert made.estimator.random_state != 7
    assert again.steps[0][1].random_state != 7
    both = seeded(StackingClassifier([("a", DecisionTreeClassifier()), ("b", DecisionTreeClassifier())]), 1)
    assert both.estimators[0][1].random_state != both.estimators[1][1].random_state


@pytest.mark.parametrize("encoder", [OneHotEncoder(), OrdinalEncoder()])
def test_a_rare_category_may_be_absent_from_other_rows(encoder: Any) -> None:
    frame = pd.DataFrame({"a": X[:, 0], "site": ["north", "south"] * 29 + ["west"] * 2})
    model = rd.load_model(
        make_pipeline(make_column_transformer((clone(encoder), ["site"]), remainder="passthrough"), GaussianNB()).fit(
            frame, Y
        )
    )
    bound = model.schema
    codes = np.column_stack([frame["a"], [bound["site"].categories.index(one) for one in frame["site"]]])
    if bound.names[0] == "site":
        codes = codes[:, ::-1]
    made = model.retrained(codes[:58], Y[:58].astype(float), 0)
    said = made.log_proba(codes)
    assert np.isfinite(said).any()


def test_codes_that_other_rows_lack_have_a_place() -> None:
    codes = RNG.integers(0, 3, (60, 2))
    codes[0] = 4
    made = unfitted(CategoricalNB().fit(codes, Y)).fit(codes[1:], Y[1:])
    assert made.predict_log_proba(codes).shape == (60, 2)


def test_settings_are_kept_and_the_fitted_one_is_not_changed() -> None:
    fitted = make_pipeline(LogisticRegression(C=0.3)).fit(X, Y)
    before = fitted.predict_proba(X)
    made = unfitted(fitted)
    assert made.steps[0][1].C == 0.3
    made.fit(X[:40], Y[:40])
    np.testing.assert_array_equal(fitted.predict_proba(X), before)
