"""What a model is read as must be met exactly by the table that it was trained on, and by no broken twin of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn import ensemble, tree
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.feature_selection import SelectFromModel
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
)

from retrodict.matching import energy, read_problem
from tests.families.sklearn.disclose.tables import BINARY, FRAME, MIXED, VALUE, N, X, Y, holed, mixed
from tests.matching.planted import check

SEED = {"random_state": 0}
FOREST = {"n_estimators": 7, **SEED}
WEIGHTS = {"lo": 1.0, "mid": 3.3, "hi": 0.7}
COUNT = np.rint(VALUE)

CLASSIFIERS: dict[str, Any] = {
    "tree": tree.DecisionTreeClassifier(**SEED),
    "tree of depth one": tree.DecisionTreeClassifier(max_depth=1, **SEED),
    "pruned tree": tree.DecisionTreeClassifier(ccp_alpha=0.02, **SEED),
    "tree by entropy, large leaves": tree.DecisionTreeClassifier(criterion="entropy", min_samples_leaf=7, **SEED),
    "extra tree": tree.ExtraTreeClassifier(**SEED),
    "tree, weights listed": tree.DecisionTreeClassifier(class_weight=WEIGHTS, **SEED),
    "tree, weights balanced": tree.DecisionTreeClassifier(class_weight="balanced", max_depth=3, **SEED),
    "forest": ensemble.RandomForestClassifier(**FOREST),
    "forest of one tree": ensemble.RandomForestClassifier(n_estimators=1, **SEED),
    "forest of stumps": ensemble.RandomForestClassifier(max_depth=1, **FOREST),
    "forest, all rows": ensemble.RandomForestClassifier(bootstrap=False, **FOREST),
    "forest, half the rows": ensemble.RandomForestClassifier(max_samples=0.5, **FOREST),
    "forest, 20 rows": ensemble.RandomForestClassifier(max_samples=20, **FOREST),
    "forest, weights listed": ensemble.RandomForestClassifier(class_weight=WEIGHTS, **FOREST),
    "forest, weights balanced": ensemble.RandomForestClassifier(class_weight="balanced", **FOREST),
    "forest, weights balanced in each draw": ensemble.RandomForestClassifier(
        class_weight="balanced_subsample", **FOREST
    ),
    "extra trees": ensemble.ExtraTreesClassifier(**FOREST),
    "extra trees, drawn": ensemble.ExtraTreesClassifier(bootstrap=True, **FOREST),
    "extra trees, balanced": ensemble.ExtraTreesClassifier(class_weight="balanced", max_depth=3, **FOREST),
    "bagging": ensemble.BaggingClassifier(tree.DecisionTreeClassifier(), **FOREST),
    "bagging of rows and columns": ensemble.BaggingClassifier(
        tree.DecisionTreeClassifier(), max_samples=0.7, max_features=2, **FOREST
    ),
    "bagging, columns drawn twice": ensemble.BaggingClassifier(
        tree.DecisionTreeClassifier(), bootstrap_features=True, bootstrap=False, max_samples=0.6, **FOREST
    ),
    "bagging of balanced trees": ensemble.BaggingClassifier(
        tree.DecisionTreeClassifier(class_weight="balanced"), **FOREST
    ),
    "search": GridSearchCV(ensemble.RandomForestClassifier(**FOREST), {"max_depth": [2]}, cv=2),
    "calibrated on folds of one model": CalibratedClassifierCV(
        ensemble.RandomForestClassifier(**FOREST), ensemble=False, cv=2
    ),
    "voting": ensemble.VotingClassifier(
        [("a", ensemble.RandomForestClassifier(**FOREST)), ("b", tree.ExtraTreeClassifier(**SEED)), ("c", GaussianNB())]
    ),
    "stacking": ensemble.StackingClassifier([("a", ensemble.ExtraTreesClassifier(**FOREST))], GaussianNB(), cv=2),
    "selection by a forest": make_pipeline(
        SelectFromModel(ensemble.ExtraTreesClassifier(**FOREST), max_features=2, threshold=-np.inf),
        ensemble.RandomForestClassifier(**FOREST),
    ),
}


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("target", ["text", "numbers"])
def test_planted_classes_meet_every_count(name: str, target: str) -> None:
    codes = {"lo": 3, "mid": 7, "hi": -1}
    y = Y if target == "text" else np.array([codes[v] for v in Y])
    model = CLASSIFIERS[name]
    if target == "numbers" and "listed" in name:
        model = model.__class__(**model.get_params() | {"class_weight": {codes[k]: w for k, w in WEIGHTS.items()}})
    reading = check(model.fit(FRAME, y), FRAME, y)
    assert set(reading.classes) == set(np.unique(y).tolist())


REGRESSORS: dict[str, Any] = {
    "tree": tree.DecisionTreeRegressor(**SEED),
    "tree of depth three": tree.DecisionTreeRegressor(max_depth=3, **SEED),
    "extra tree": tree.ExtraTreeRegressor(**SEED),
    "forest": ensemble.RandomForestRegressor(**FOREST),
    "forest, large leaves, half the rows": ensemble.RandomForestRegressor(
        min_samples_leaf=5, max_samples=0.5, **FOREST
    ),
    "extra trees": ensemble.ExtraTreesRegressor(**FOREST),
    "bagging of rows and columns": ensemble.BaggingRegressor(
        tree.DecisionTreeRegressor(), max_samples=0.7, max_features=2, **FOREST
    ),
    "log of the target": TransformedTargetRegressor(
        ensemble.RandomForestRegressor(**FOREST), func=np.log, inverse_func=np.exp
    ),
    "scaled target": TransformedTargetRegressor(ensemble.RandomForestRegressor(**FOREST), transformer=StandardScaler()),
    "voting": ensemble.VotingRegressor(
        [("a", ensemble.RandomForestRegressor(**FOREST)), ("b", tree.DecisionTreeRegressor(**SEED))]
    ),
}


@pytest.mark.parametrize("name", REGRESSORS)
def test_planted_values_meet_every_sum(name: str) -> None:
    y = np.exp(VALUE / 40.0) if name == "log of the target" else VALUE
    model = REGRESSORS[name].fit(FRAME, y)
    if name == "log of the target":
        reading = read_problem(model)
        problem = reading.problem
        labels = np.abs(reading.raw_levels - y[:, None]).argmin(axis=1)
        np.testing.assert_allclose(reading.target(labels), y)
        drawn = problem.trees.multiplicities.sum(axis=0) > 0
        assert energy(problem, reading.codebook.encode(reading.schema.encode(FRAME)), labels) <= 1e-6, drawn.sum()
        return
    reading = check(model, FRAME, y)
    if name in {"tree", "forest", "extra trees", "voting"}:  # leaves of one target say what targets there are
        drawn = reading.problem.trees.multiplicities.sum(axis=0) > 0
        np.testing.assert_allclose(reading.raw_levels, np.unique(y[drawn]), rtol=1e-9)


def test_targets_that_repeat_are_levels_with_shares() -> None:
    reading = check(tree.DecisionTreeRegressor(**SEED).fit(FRAME, COUNT), FRAME, COUNT)
    values, counts = np.unique(COUNT, return_counts=True)
    np.testing.assert_allclose(reading.raw_levels, values)
    np.testing.assert_allclose(reading.problem.targets.chances, counts / N)


BOOSTED = {"n_estimators": 4, **SEED}


def test_boosted_classes_are_known_from_the_first_stage() -> None:
    model = ensemble.GradientBoostingClassifier(**BOOSTED).fit(FRAME, BINARY)
    reading = check(model, FRAME, BINARY, labelled="some")
    assert reading.problem.targets.labelled.tolist() == [True, False, False, False]
    assert any("first stage" in note for note in reading.notes)


def test_boosted_values_are_known_from_the_first_stage() -> None:
    model = ensemble.GradientBoostingRegressor(**BOOSTED).fit(FRAME, VALUE)
    reading = check(model, FRAME, VALUE, labelled="some")
    assert reading.problem.targets.labelled.tolist() == [True, False, False, False]


def test_boosted_classes_beyond_two_count_rows_alone() -> None:
    model = ensemble.GradientBoostingClassifier(**BOOSTED).fit(FRAME, Y)
    reading = check(model, FRAME, Y, labelled=False)
    assert any("one class" in note for note in reading.notes)


@pytest.mark.parametrize("settings", [{"init": "zero"}, {"loss": "exponential"}, {"init": GaussianNB()}])
def test_boosting_from_another_start(settings: dict[str, Any]) -> None:
    model = ensemble.GradientBoostingClassifier(**BOOSTED, **settings).fit(FRAME, BINARY)
    check(model, FRAME, BINARY, labelled="some" if settings.get("init") == "zero" else False)


def test_reweighted_trees_count_rows_and_the_first_one_classes() -> None:
    model = ensemble.AdaBoostClassifier(tree.DecisionTreeClassifier(max_depth=2), n_estimators=4, random_state=0)
    reading = check(model.fit(FRAME, Y), FRAME, Y, labelled="some")
    assert reading.problem.targets.labelled.tolist() == [True] + [False] * (len(reading.problem.trees) - 1)


@pytest.mark.parametrize("bootstrap", [True, False])
@pytest.mark.parametrize("weights", ["balanced", WEIGHTS], ids=["balanced", "listed"])
def test_stored_row_weights_are_labels(weights: Any, bootstrap: bool) -> None:
    model = ensemble.RandomForestClassifier(class_weight=weights, bootstrap=bootstrap, **FOREST).fit(FRAME, Y)
    reading = read_problem(model)
    if getattr(model, "_sample_weight", None) is None:  # before 1.9
        assert reading.stored_labels is None
        return
    assert reading.stored_labels is not None
    assert [reading.classes[code] for code in reading.stored_labels] == Y.tolist()
    assert any("label of every row" in note for note in reading.notes)


def test_other_stored_weights_are_no_labels() -> None:
    site = np.where(np.arange(N) % 3 == 0, 1.0, 2.0)
    model = ensemble.RandomForestClassifier(class_weight="balanced", **FOREST).fit(FRAME, Y, site)
    assert read_problem(model).stored_labels is None
    assert read_problem(ensemble.RandomForestClassifier(**FOREST).fit(FRAME, Y)).stored_labels is None


def test_a_file_is_read_as_the_model_in_it(tmp_path: Path) -> None:
    model = mixed(ensemble.RandomForestClassifier(class_weight="balanced", **FOREST)).fit(MIXED, Y)
    skops.io.dump(model, tmp_path / "model.skops")
    check(tmp_path / "model.skops", MIXED, Y)


HOLED = holed(0.15)


@pytest.mark.parametrize(
    "model",
    [
        tree.DecisionTreeClassifier(**SEED),
        tree.ExtraTreeClassifier(**SEED),
        ensemble.RandomForestClassifier(**FOREST),
        ensemble.ExtraTreesClassifier(**FOREST),
        make_pipeline(StandardScaler(), ensemble.RandomForestClassifier(**FOREST)),
    ],
    ids=lambda model: type(model).__name__,
)
def test_missing_values_have_a_code(model: Any) -> None:
    reading = check(model.fit(HOLED, Y), HOLED, Y)
    assert (reading.problem.table.missing >= 0).all()


def test_without_missing_values_there_is_no_code_for_them() -> None:
    for model in (ensemble.RandomForestClassifier(**FOREST), ensemble.ExtraTreesClassifier(**FOREST)):
        assert (check(model.fit(FRAME, Y), FRAME, Y).problem.table.missing == -1).all()


def test_filled_gaps_come_back_filled() -> None:
    front = SimpleImputer(strategy="median")
    model = make_pipeline(front, ensemble.RandomForestClassifier(**FOREST)).fit(HOLED, Y)
    filled = pd.DataFrame(front.fit_transform(HOLED), columns=HOLED.columns)
    assert any("filled" in note for note in check(model, filled, Y).notes)


def front(listed: Any, numbers: Any = None) -> ColumnTransformer:
    numbers = StandardScaler() if numbers is None else numbers
    return ColumnTransformer([("num", numbers, list(FRAME.columns)), ("cat", listed, ["job", "sex"])])


PIPELINES: dict[str, Any] = {
    "one-hot": mixed(ensemble.RandomForestClassifier(**FOREST)),
    "one-hot, first dropped": mixed(ensemble.RandomForestClassifier(**FOREST), drop="first"),
    "one-hot, sparse": make_pipeline(front(OneHotEncoder()), ensemble.ExtraTreesClassifier(**FOREST)),
    "one-hot, rare ones merged": make_pipeline(
        front(OneHotEncoder(min_frequency=30, sparse_output=False)), ensemble.ExtraTreesClassifier(**FOREST)
    ),
    "one-hot, scaled": make_pipeline(
        front(OneHotEncoder(sparse_output=False)), MinMaxScaler((-3, 5)), ensemble.ExtraTreesClassifier(**FOREST)
    ),
    "one-hot, turned": make_pipeline(
        ColumnTransformer(
            [("num", "passthrough", list(FRAME.columns)), ("cat", OneHotEncoder(), ["job", "sex"])],
            transformer_weights={"num": -0.3, "cat": -2.0},
            sparse_threshold=0.0,
        ),
        ensemble.RandomForestClassifier(**FOREST),
    ),
    "one-hot, rare ones merged, and ordinal": make_pipeline(
        ColumnTransformer(
            [
                ("hot", OneHotEncoder(min_frequency=35, sparse_output=False), ["job"]),
                ("rank", OrdinalEncoder(), ["job", "sex"]),
            ]
        ),
        ensemble.ExtraTreesClassifier(n_estimators=20, **SEED),
    ),
    "ordinal": make_pipeline(front(OrdinalEncoder()), ensemble.RandomForestClassifier(**FOREST)),
    "ordinal, order given": make_pipeline(
        front(OrdinalEncoder(categories=[["nurse", "clerk", "cook"], ["m", "f"]])),
        ensemble.RandomForestClassifier(**FOREST),
    ),
    "quantiles of numbers": make_pipeline(
        front(OneHotEncoder(), QuantileTransformer(n_quantiles=50)), ensemble.RandomForestClassifier(**FOREST)
    ),
    "powers of numbers": make_pipeline(
        front(OneHotEncoder(), PowerTransformer()), ensemble.RandomForestClassifier(**FOREST)
    ),
    "both raw and scaled": make_pipeline(
        ColumnTransformer(
            [
                ("raw", "passthrough", list(FRAME.columns)),
                ("scaled", StandardScaler(), list(FRAME.columns)),
                ("hot", OneHotEncoder(), ["job"]),
                ("rank", OrdinalEncoder(), ["job", "sex"]),
            ]
        ),
        ensemble.ExtraTreesClassifier(n_estimators=20, **SEED),
    ),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines_of_mixed_columns(name: str) -> None:
    reading = check(PIPELINES[name].fit(MIXED, Y), MIXED, Y)
    jobs = reading.codebook.features.index("job")
    assert reading.problem.table.sizes[jobs] == (3 if "rare" not in name else reading.problem.table.sizes[jobs])
    assert reading.problem.table.ordered[jobs] == ("ordinal" in name or name == "both raw and scaled")


def test_gaps_of_listed_columns_are_a_code() -> None:
    table = MIXED.assign(job=MIXED["job"].mask(np.random.default_rng(1).random(N) < 0.2))
    y = np.where(table["job"].isna(), "none", Y)
    model = make_pipeline(front(OneHotEncoder(sparse_output=False)), ensemble.RandomForestClassifier(**FOREST))
    reading = check(model.fit(table, y), table, y)
    assert reading.problem.table.missing[reading.codebook.features.index("job")] == 3


def test_two_views_of_one_number() -> None:
    union = FeatureUnion([("scaled", MinMaxScaler()), ("raw", FunctionTransformer())])
    check(make_pipeline(union, ensemble.ExtraTreesClassifier(**FOREST)).fit(FRAME, Y), FRAME, Y)


@pytest.mark.parametrize("base", [1.0, 1e6, 2.0**24, 1e-3, -1e4])
@pytest.mark.parametrize("scaled", [False, True])
def test_values_that_are_neighbours_at_32_bits(base: float, scaled: bool) -> None:
    """Split points between values one rounding apart lie on a value, or are the same as another's."""
    step = float(np.spacing(np.float32(base)))
    rng = np.random.default_rng(2)
    near = base + 0.5 * step * rng.integers(-6, 7, N)  # half of these are ties of the rounding
    table = np.column_stack([near, rng.normal(size=N)])
    y = (rng.random(N) < 0.5).astype(int)
    for final in (
        tree.DecisionTreeClassifier(**SEED),
        ensemble.RandomForestClassifier(**FOREST),
        ensemble.ExtraTreesClassifier(**FOREST),
    ):
        model = make_pipeline(StandardScaler(), final) if scaled else final
        check(model.fit(table, y), table, y)


def test_integers_beyond_24_bits() -> None:
    table = (np.random.default_rng(4).integers(2**24, 2**24 + 40, (N, 1))).astype(float)
    y = (np.random.default_rng(5).random(N) < 0.5).astype(int)
    check(ensemble.RandomForestClassifier(**FOREST).fit(table, y), table, y)


def test_constant_and_repeated_columns() -> None:
    table = np.column_stack([np.ones(N), X[:, 0], X[:, 0], np.arange(N) % 2])
    reading = check(ensemble.RandomForestClassifier(**FOREST).fit(table, Y), table, Y)
    assert "x0" not in reading.codebook.features
    assert any("x0" in note for note in reading.notes)


def test_a_tree_without_splits() -> None:
    model = tree.DecisionTreeClassifier(max_leaf_nodes=2, min_samples_leaf=N // 2 + 1, **SEED).fit(FRAME, Y)
    reading = check(model, FRAME, Y)
    assert reading.codebook.features == ()


def test_integers_come_back_as_integers() -> None:
    reading = check(ensemble.RandomForestClassifier(**FOREST).fit(FRAME, Y), FRAME, Y)
    codes = reading.codebook.encode(reading.schema.encode(FRAME))
    back = reading.schema.decode(reading.codebook.decode(codes, np.random.default_rng(1)))
    assert (back["age"] == np.rint(back["age"])).all()
    assert np.allclose(back["height"] * 10, np.rint(back["height"] * 10))


def test_sample_weights_leave_the_counts() -> None:
    weights = np.random.default_rng(6).uniform(0.5, 2.0, N)
    reading = check(tree.DecisionTreeClassifier(**SEED).fit(FRAME, Y, weights), FRAME, Y, labelled=False)
    assert any("can't be told" in note for note in reading.notes)
    value = tree.DecisionTreeRegressor(**SEED).fit(FRAME, VALUE, weights)
    check(value, FRAME, VALUE, labelled=False)


def test_a_median_is_no_mean() -> None:
    model = tree.DecisionTreeRegressor(criterion="absolute_error", **SEED).fit(FRAME, VALUE)
    check(model, FRAME, VALUE, labelled=False)


def test_a_clipped_value_is_no_share() -> None:
    model = ensemble.RandomForestClassifier(monotonic_cst=[1, 0, 0], max_depth=3, **FOREST).fit(FRAME, BINARY)
    check(model, FRAME, BINARY, labelled=False)


def test_one_against_the_rest_counts_rows_alone() -> None:
    model = OneVsRestClassifier(ensemble.RandomForestClassifier(**FOREST)).fit(FRAME, Y)
    check(model, FRAME, Y, labelled=False)


def test_all_sets_of_trees_are_joined() -> None:
    reading = check(CLASSIFIERS["voting"].fit(FRAME, Y), FRAME, Y)
    assert len(reading.problem.trees) == 8
    assert len(reading.paths) == 2


def test_a_pipeline_inside_another() -> None:
    inner = Pipeline([("a", StandardScaler()), ("b", Pipeline([("c", MinMaxScaler())]))])
    check(make_pipeline(inner, ensemble.RandomForestClassifier(**FOREST)).fit(FRAME, Y), FRAME, Y)
