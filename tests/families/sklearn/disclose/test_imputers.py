"""Facts of imputers, with columns that had gaps or no value at all, against the data they were fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import retrodict as rd
from tests.families.sklearn.disclose.checks import TIGHT, by_feature, check_rows, inspect, one
from tests.families.sklearn.disclose.tables import BINARY, FRAME, NAMES, holed

EMPTY = holed().assign(height=np.nan)
"""The middle column has no value in any row."""

_ITERATIVE: dict[str, Any] = {"max_iter": 2, "random_state": 0}
_IMPUTERS = [
    cls(add_indicator=flags, keep_empty_features=keep, **(_ITERATIVE if cls is IterativeImputer else {}))
    for cls in (SimpleImputer, KNNImputer, IterativeImputer)
    for flags in (False, True)
    for keep in (False, True)
]


@pytest.mark.parametrize("step", _IMPUTERS, ids=str)
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_ranges_stay_with_their_columns(step: Any) -> None:
    model = make_pipeline(step, MinMaxScaler(), LogisticRegression()).fit(EMPTY, BINARY)
    filled = (
        dict(zip(step.get_feature_names_out(), step.transform(EMPTY).T, strict=True))
        if not step.keep_empty_features
        else {}
    )
    ranges = by_feature(inspect(model), "Range")
    for name in ("age", "ratio"):
        assert ranges[name].low <= EMPTY[name].min()
        assert ranges[name].high >= EMPTY[name].max()
        if filled:
            np.testing.assert_allclose([ranges[name].low, ranges[name].high], [filled[name].min(), filled[name].max()])
    known = {f.name: (f.low, f.high) for f in rd.load_model(model).schema.features}
    assert known["height"] == (None, None)
    for name in ("age", "ratio"):
        told = known[name] != (None, None)
        assert told is not isinstance(step, IterativeImputer)  # what a regression fills in may lie outside the range
        if told:
            np.testing.assert_allclose(known[name], [EMPTY[name].min(), EMPTY[name].max()], **TIGHT)


def test_columns_with_gaps_and_without_any_value_are_told() -> None:
    for step in (KNNImputer(add_indicator=True), SimpleImputer(add_indicator=True)):
        facts = {fact.every: fact for fact in inspect(step.fit(EMPTY)).of("Gaps")}
        assert facts[True].features == ("height",)
        assert facts[False].features == NAMES
    whole = FRAME.assign(ratio=EMPTY["ratio"])
    assert one(inspect(MissingIndicator().fit(whole)), "Gaps").features == ("ratio",)
    assert not inspect(SimpleImputer().fit(whole)).of("Gaps")


def test_a_fill_of_zero_may_be_of_no_row() -> None:
    facts = by_feature(inspect(SimpleImputer(keep_empty_features=True).fit(EMPTY)), "Moments")
    assert "no row" in str(facts["height"].exact)
    assert facts["age"].exact is True
    np.testing.assert_allclose(facts["age"].mean, EMPTY["age"].mean(), **TIGHT)


def test_the_most_frequent_value_is_taken_by_rows_not_counted() -> None:
    facts = by_feature(inspect(SimpleImputer(strategy="most_frequent").fit(holed())), "Values")
    assert facts["age"].taken.tolist() == [holed()["age"].mode()[0]]
    assert facts["age"].personal is None


def test_rows_with_an_empty_column_go_back() -> None:
    found = inspect(make_pipeline(StandardScaler(), KNNImputer()).fit(EMPTY[["age", "ratio"]]))
    check_rows(one(found, "Rows"), EMPTY[["age", "ratio"]])


def test_regressions_of_an_imputer_name_the_columns_they_take() -> None:
    found = inspect(IterativeImputer(**_ITERATIVE).fit(EMPTY))
    equations = [fact for fact in found.of("Stationarity") if "imputation_sequence_" in fact.source]
    assert {fact.features for fact in equations} == {("age",), ("ratio",)}
