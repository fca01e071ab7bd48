"""Facts carried back to raw features through pipelines, column transformers and wrappers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, OneHotEncoder, PowerTransformer, StandardScaler
from sklearn.svm import SVC

import retrodict as rd
from retrodict.errors import ModelError
from tests.families.sklearn.disclose.checks import (
    TIGHT,
    by_feature,
    check_midpoints,
    check_moments,
    check_rows,
    check_shares,
    inspect,
    one,
)
from tests.families.sklearn.disclose.tables import FRAME, MIXED, NAMES, VALUE, N, X, Y, mixed, shares


@pytest.mark.parametrize("drop", [None, "first"])
def test_neighbours_behind_columns_return_raw_rows(drop: str | None) -> None:
    found = inspect(mixed(KNeighborsClassifier(), drop=drop).fit(MIXED, Y))
    check_rows(one(found, "Rows"), MIXED, Y)
    assert one(found, "Rows").source == "named_steps['final']._fit_X"
    check_moments(found, FRAME)
    scale = by_feature(found, "Moments")["age"]
    assert scale.source == "named_steps['front'].named_transformers_['num'].named_steps['scale'].mean_"
    assert by_feature(found, "Categories")["job"].categories == ("clerk", "cook", "nurse")


def test_support_vectors_behind_columns_are_raw_rows() -> None:
    fact = one(inspect(mixed(SVC()).fit(MIXED, Y)), "Rows")
    check_rows(fact, MIXED.iloc[list(fact.index)], Y[list(fact.index)])


def test_forest_behind_columns() -> None:
    found = inspect(mixed(RandomForestClassifier(12, bootstrap=False, random_state=0)).fit(MIXED, Y))
    thresholds = by_feature(found, "Thresholds")
    assert set(thresholds) <= set(NAMES)  # an indicator's cut says nothing
    for name, fact in thresholds.items():
        check_midpoints(fact, FRAME[name])
    assert by_feature(found, "Grid")["age"].integer
    check_shares(one(found, "ClassShares"), shares())
    assert set(one(found, "NodeCounts").features) <= set(MIXED)


def test_bayes_behind_columns_gives_shares_of_categories() -> None:
    found = inspect(mixed(GaussianNB()).fit(MIXED, Y))
    fact = next(f for f in found.of("Moments") if f.category == "cook" and f.within == "lo")
    assert fact.features == ("job",)
    np.testing.assert_allclose(fact.mean, (MIXED["job"] == "cook")[Y == "lo"].mean(), **TIGHT)


def test_rows_through_full_and_partial_projection() -> None:
    full = make_pipeline(StandardScaler(), PCA(), KNeighborsClassifier()).fit(FRAME, Y)
    fact = one(inspect(full), "Rows")
    check_rows(fact, FRAME, Y)
    assert fact.exact is True
    partial = make_pipeline(StandardScaler(), PCA(2), KNeighborsClassifier()).fit(FRAME, Y)
    fact = one(inspect(partial), "Rows")
    assert fact.exact is False
    assert fact.features == NAMES
    expected = partial[:-1].inverse_transform(partial[:-1].transform(FRAME))
    np.testing.assert_allclose(fact.rows.astype(float), expected, **TIGHT)
    assert {f.features[0] for f in inspect(make_pipeline(PCA(), GaussianNB()).fit(FRAME, Y)).of("Moments")} >= {
        "pca[0]"
    }


def test_rows_through_curves_selection_union_and_bins() -> None:
    curved = make_pipeline(PowerTransformer(), StandardScaler(), KNeighborsClassifier()).fit(FRAME, Y)
    fact = one(inspect(curved), "Rows")
    np.testing.assert_allclose(fact.rows.astype(float), X, rtol=1e-6, atol=1e-6)
    chosen = make_pipeline(StandardScaler(), SelectKBest(k=1), KNeighborsClassifier()).fit(FRAME, Y)
    check_rows(one(inspect(chosen), "Rows"), FRAME[["age"]], Y)
    union = FeatureUnion([("a", PCA(1)), ("b", StandardScaler())], transformer_weights={"b": 4.0})
    check_rows(one(inspect(make_pipeline(union, KNeighborsClassifier()).fit(FRAME, Y)), "Rows"), FRAME, Y)
    bins = KBinsDiscretizer(3, encode="onehot-dense", strategy="uniform")
    row = one(inspect(make_pipeline(bins, KNeighborsClassifier()).fit(FRAME, Y)), "Rows").rows[0, 0]
    low, high = (float(end) for end in row.strip("[)").split(", "))
    assert low <= X[0, 0] <= high


def test_what_has_no_way_back_is_named_by_its_step() -> None:
    logged = make_pipeline(FunctionTransformer(np.exp), KNeighborsRegressor()).fit(FRAME / 100, VALUE)
    fact = one(inspect(logged), "Rows")
    assert fact.features == tuple(f"functiontransformer({name})" for name in NAMES)
    np.testing.assert_allclose(fact.rows.astype(float), np.exp(X / 100), **TIGHT)


def test_imputers_and_remainders_pass_columns_through() -> None:
    front = ColumnTransformer([("cat", OneHotEncoder(sparse_output=True), ["job"])], remainder="passthrough")
    model = make_pipeline(front, SimpleImputer(), KNeighborsClassifier()).fit(MIXED[["age", "job", "ratio"]], Y)
    check_rows(one(inspect(model), "Rows"), MIXED[["age", "job", "ratio"]], Y)
    assert one(inspect(model), "Rows").exact == "with any gaps filled"
    assert (
        by_feature(inspect(make_pipeline(SimpleImputer(), StandardScaler()).fit(FRAME)), "Moments", n=N)["age"].exact
        == "with any gaps filled"
    )


def test_search_voting_and_stacking() -> None:
    search = GridSearchCV(make_pipeline(StandardScaler(), KNeighborsClassifier()), {}, cv=2).fit(FRAME, Y)
    fact = one(inspect(search), "Rows")
    check_rows(fact, FRAME, Y)
    assert fact.source == "best_estimator_.named_steps['kneighborsclassifier']._fit_X"
    members = [("knn", KNeighborsClassifier()), ("bayes", GaussianNB())]
    for model in (VotingClassifier(members), StackingClassifier(members, LogisticRegression(), cv=2)):
        found = inspect(model.fit(FRAME, Y))
        check_rows(one(found, "Rows"), FRAME, Y)
        for label in shares():
            check_moments(found, FRAME[label == Y], within=label)


def test_folds_and_draws_are_said() -> None:
    found = inspect(CalibratedClassifierCV(KNeighborsClassifier(), cv=3).fit(FRAME, Y))
    assert [fact.n for fact in found.of("Rows")] == [60, 60, 60]
    assert {fact.exact for fact in found.of("Rows")} == {"of the rows of one fold"}
    bag = BaggingClassifier(KNeighborsClassifier(), 2, max_features=2, random_state=0).fit(FRAME, Y)
    for fact, features in zip(inspect(bag).of("Rows"), bag.estimators_features_, strict=True):
        assert fact.features == tuple(NAMES[i] for i in features)
        table = {(*row, label) for row, label in zip(X[:, features].tolist(), Y, strict=True)}
        assert {(*row, label) for row, label in zip(fact.rows.tolist(), fact.labels, strict=True)} <= table


def test_one_against_the_rest_and_against_one() -> None:
    rest = inspect(OneVsRestClassifier(KNeighborsClassifier()).fit(FRAME, Y)).of("Rows")
    classes = sorted(shares())
    for fact, label in zip(rest, classes, strict=True):
        check_rows(fact, FRAME, [label if y == label else f"not {label}" for y in Y])
    pairs = inspect(OneVsOneClassifier(KNeighborsClassifier()).fit(FRAME, Y)).of("Rows")
    both = np.isin(Y, classes[:2])
    check_rows(pairs[0], FRAME[both], Y[both])
    assert pairs[0].exact == "of the rows of hi and lo"


def test_transformed_targets_come_back() -> None:
    model = TransformedTargetRegressor(KNeighborsRegressor(), transformer=StandardScaler()).fit(FRAME, VALUE)
    check_rows(one(inspect(model), "Rows"), FRAME, VALUE)


def test_unnamed_models_files_and_results(tmp_path: Path) -> None:
    model = make_pipeline(StandardScaler(), KNeighborsClassifier(algorithm="brute")).fit(X, Y)
    assert one(inspect(model), "Rows").features == ("x0", "x1", "x2")
    path = tmp_path / "model.skops"
    skops.io.dump(model, path)
    assert rd.inspect_model(rd.load_model(model)).to_dicts() == rd.inspect_model(model).to_dicts()
    stored = inspect(str(path))
    assert json.dumps(stored.to_dicts()) == json.dumps(rd.inspect_model(model).to_dicts())
    assert stored.of("Rows") == stored.of(rd.disclosures.Rows)
    assert stored.grouped()[0][0] == "whole rows"
    assert stored.to_dicts()[0]["n"] == N
    assert len(stored.to_dicts()[0]["rows"]) == N


@pytest.mark.parametrize("given", [3, SVC, None, object()])
def test_what_is_no_estimator_is_refused_in_one_line(given: Any) -> None:
    with pytest.raises(ModelError, match="is needed"):
        rd.inspect_model(given)
