"""What an estimator tells of its raw columns, and how rows of a prior's schema reach it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_selector, make_column_transformer
from sklearn.ensemble import BaggingClassifier, HistGradientBoostingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import CategoricalNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from retrodict.disclosures import inspect_model
from retrodict.errors import ModelError, SchemaError
from retrodict.families.sklearn.structure.all_objects import objects_within
from retrodict.models import Meter, load_model
from retrodict.schema import Feature, Schema, Target, reconcile

pytestmark = [
    pytest.mark.filterwarnings("error:X does not have valid feature names"),
    pytest.mark.filterwarnings("error:X has feature names"),
]

RNG = np.random.default_rng(5)
N = 200
FRAME = pd.DataFrame(
    {
        "age": RNG.integers(18, 90, N),
        "income": RNG.lognormal(10, 1, N),
        "job": RNG.choice(["clerk", "nurse", "cook"], N),
        "sex": RNG.choice(["f", "m"], N),
        "grade": RNG.choice(["low", "mid", "high"], N),
        "rooms": RNG.choice([1, 2, 5], N),
        "smoker": RNG.choice([False, True], N),
        "notes": RNG.choice(["x", "y"], N),
    }
)
Y = np.where(FRAME["age"] + 20 * (FRAME["job"] == "nurse") + RNG.normal(0, 9, N) > 55, "yes", "no")


def encoded(final: Any = None) -> Pipeline:
    """Columns by name, mask, position, slice of names and callable; nested pipelines; one dropped, the rest passed."""
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    return make_pipeline(
        ColumnTransformer(
            [
                ("number", make_pipeline(SimpleImputer(), MinMaxScaler()), ["age", "income"]),
                ("words", words, slice("job", "sex")),
                ("grade", OrdinalEncoder(categories=[["low", "mid", "high"]]), [4]),
                ("listed", OneHotEncoder(), make_column_selector("rooms|smoker")),
                ("gone", "drop", FRAME.columns == "notes"),
            ]
        ),
        LogisticRegression(max_iter=1000) if final is None else final,
    ).fit(FRAME, Y)


def test_columns_of_a_pipeline() -> None:
    model = load_model(encoded())
    number = {"low": float(FRAME["age"].min()), "high": float(FRAME["age"].max())}
    incomes = FRAME["income"]
    assert model.schema == Schema(
        (
            Feature("age", **number),
            Feature("income", low=float(incomes.min()), high=float(incomes.max())),
            Feature("job", "categorical", categories=("clerk", "cook", "nurse"), dtype="str"),
            Feature("sex", "binary", categories=("f", "m"), dtype="str"),
            Feature("grade", "ordinal", categories=("low", "mid", "high"), dtype="str"),
            Feature("rooms", "categorical", categories=(1, 2, 5), dtype="int64"),
            Feature("smoker", "binary", categories=(False, True), dtype="bool"),
            Feature("notes"),
        ),
        Target("target", ("no", "yes")),
    )
    assert model.about.undetermined == {"notes"}
    assert all(type(category) in {int, bool, str} for f in model.schema.features for category in f.categories)
    assert load_model(GridSearchCV(encoded(), {}, cv=2).fit(FRAME, Y)).schema == model.schema


PRIOR = Schema.from_frame(FRAME.astype({"rooms": "category"}))


@pytest.mark.parametrize("order", ["same", "reversed", "shuffled"])
def test_rows_reach_the_pipeline_in_any_order(order: str) -> None:
    pipeline = encoded()
    columns = list(FRAME.columns)
    columns = columns[::-1] if order == "reversed" else columns
    columns = list(RNG.permutation(columns)) if order == "shuffled" else columns
    prior = Schema(tuple(PRIOR[name] for name in columns))
    model = load_model(pipeline)
    bound = model.bind(reconcile(model.schema, prior, model.about.undetermined))
    assert bound.schema.names == tuple(columns)
    out = np.exp(bound.log_proba(bound.schema.encode(FRAME)))
    np.testing.assert_allclose(out, pipeline.predict_proba(FRAME), atol=1e-12)
    again = bound.bind(reconcile(model.schema, PRIOR, model.about.undetermined))  # from one binding to another
    np.testing.assert_allclose(np.exp(again.log_proba(PRIOR.encode(FRAME))), out, atol=1e-12)


def test_a_transformer_of_no_columns_hides_nothing() -> None:
    """A selector that finds no column leaves its transformer unfitted; what comes after it must still be read."""
    X = pd.DataFrame({"a": RNG.normal(size=60), "b": RNG.normal(size=60)})
    none, numbers = (make_column_selector(**{key: "number"}) for key in ("dtype_exclude", "dtype_include"))
    columns = make_column_transformer((OneHotEncoder(), none), (StandardScaler(), numbers))
    fitted = make_pipeline(columns, KNeighborsClassifier()).fit(X, X["a"] > 0)
    model = load_model(fitted)
    assert model.schema.names == ("a", "b")
    (rows,) = inspect_model(fitted).of("Rows")
    np.testing.assert_allclose(rows.rows.astype(np.float64), X.to_numpy())


def test_codes_follow_the_priors_order_of_categories() -> None:
    pipeline = encoded()
    model = load_model(pipeline)
    turned = [Feature("job", "categorical", categories=("nurse", "clerk"))]
    turned += [f for f in PRIOR.features if f.name != "job"]
    rows = FRAME[FRAME["job"] != "cook"]
    bound = model.bind(reconcile(model.schema, Schema(tuple(turned)), model.about.undetermined))
    np.testing.assert_allclose(
        np.exp(bound.log_proba(bound.schema.encode(rows))), pipeline.predict_proba(rows), atol=1e-12
    )
    assert bound.schema["job"].dtype == "str"


@pytest.mark.parametrize("token", [None, np.nan], ids=["None", "NaN"])
@pytest.mark.parametrize("encoder", [OneHotEncoder(), OrdinalEncoder(encoded_missing_value=-1)], ids=repr)
def test_the_token_of_missing_values_is_the_encoders(token: Any, encoder: Any) -> None:
    words = FRAME["job"].astype(object).to_numpy(dtype=object, copy=True)
    words[::7] = token
    frame = pd.DataFrame({"age": FRAME["age"], "job": pd.Series(words, dtype=object)})
    pipeline = make_pipeline(make_column_transformer((encoder, ["job"]), remainder="passthrough"), LogisticRegression())
    pipeline.fit(frame, Y)  # an encoder that raises on any token but its own
    model = load_model(pipeline)
    assert model.schema["job"].categories == ("clerk", "cook", "nurse")
    X = model.schema.encode(frame)
    assert np.isnan(X[::7, 1]).all()
    np.testing.assert_allclose(np.exp(model.log_proba(X)), pipeline.predict_proba(frame), atol=1e-12)


def test_imputers_of_none() -> None:
    words = FRAME["job"].astype(object).to_numpy(dtype=object, copy=True)
    words[::7] = None
    frame = pd.DataFrame({"job": pd.Series(words, dtype=object)})
    imputer = SimpleImputer(missing_values=None, strategy="most_frequent")
    pipeline = make_pipeline(imputer, OneHotEncoder(), LogisticRegression()).fit(frame, Y)
    model = load_model(pipeline)
    out = model.log_proba(model.schema.encode(frame))
    np.testing.assert_allclose(np.exp(out), pipeline.predict_proba(frame), atol=1e-12)


@pytest.mark.parametrize("codes", [("a", "b", "c"), (3, 7, 9)], ids=["text", "numbers"])
def test_category_columns_of_histogram_boosting(codes: tuple[Any, ...]) -> None:
    values = pd.Series(pd.Categorical.from_codes(RNG.integers(-1, 3, N), list(codes)))
    frame = pd.DataFrame({"age": FRAME["age"], "kind": values})
    y = np.where((values == codes[1]) ^ (RNG.random(N) < 0.1), 1, 0)
    estimator = HistGradientBoostingClassifier(max_iter=10, min_samples_leaf=5).fit(frame, y)
    model = load_model(estimator)
    assert model.schema["kind"] == Feature("kind", "categorical", categories=codes, dtype="category")
    assert model.about.undetermined == frozenset()
    X = model.schema.encode(frame)
    np.testing.assert_allclose(np.exp(model.log_proba(X)), estimator.predict_proba(frame), atol=1e-12)
    assert model.schema.decode(X)["kind"].dtype == values.dtype


def test_category_positions_of_histogram_boosting_on_an_array() -> None:
    X = np.column_stack([FRAME["income"], FRAME["rooms"]])
    estimator = HistGradientBoostingClassifier(categorical_features=[1], max_iter=5).fit(X, Y)
    model = load_model(estimator)
    assert model.schema.features == (
        Feature("x0"),
        Feature("x1", "categorical", categories=(1.0, 2.0, 5.0), dtype="float64"),
    )
    out = np.exp(model.log_proba(np.column_stack([X[:, 0], np.searchsorted([1, 2, 5], X[:, 1])])))
    np.testing.assert_allclose(out, estimator.predict_proba(X), atol=1e-12)


def test_unnamed_models_match_by_position() -> None:
    X = FRAME[["age", "income"]].to_numpy(dtype=float)
    model = load_model(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y))
    assert model.schema.names == ("x0", "x1")
    assert not model.schema.named
    bound = model.bind(reconcile(model.schema, Schema((Feature("years", "integer"), Feature("pay")))))
    assert bound.schema.names == ("years", "pay")
    np.testing.assert_array_equal(bound.log_proba(X), model.log_proba(X))


def test_unnamed_models_of_text() -> None:
    X = FRAME[["age", "job"]].to_numpy(dtype=object)
    pipeline = make_pipeline(
        ColumnTransformer([("n", "passthrough", [0]), ("w", OneHotEncoder(), [-1])]), LogisticRegression()
    )
    model = load_model(pipeline.fit(X, Y))
    assert model.schema["x1"].categories == ("clerk", "cook", "nurse")
    codes = np.column_stack([FRAME["age"], FRAME["job"].map({"clerk": 0, "cook": 1, "nurse": 2})])
    np.testing.assert_allclose(np.exp(model.log_proba(codes)), pipeline.predict_proba(X), atol=1e-12)


def test_steps_that_cannot_be_told_leave_columns_undetermined() -> None:
    words = make_column_transformer(
        (FunctionTransformer(lambda frame: frame == "nurse"), ["job"]),
        (FunctionTransformer(), ["income"]),
        (StandardScaler(), ["age"]),
    )
    columns = ["job", "income", "age"]
    pipeline = make_pipeline(words, LogisticRegression()).fit(FRAME[columns], Y)
    model = load_model(pipeline)
    assert model.about.undetermined == {"job"}
    prior = Schema.from_frame(FRAME[columns])
    bound = model.bind(reconcile(model.schema, prior, model.about.undetermined))
    out = np.exp(bound.log_proba(prior.encode(FRAME)))
    np.testing.assert_allclose(out, pipeline.predict_proba(FRAME[columns]), atol=1e-12)


def test_a_model_that_stores_no_columns_needs_a_schema() -> None:
    class Bare(ClassifierMixin, BaseEstimator):
        def fit(self, X: Any, y: Any) -> Any:
            self.classes_ = np.unique(y)
            return self

        def predict(self, X: Any) -> Any:
            return np.zeros(len(X))

    with pytest.raises(
        ModelError, match=r"^got a Bare that does not store how many columns it takes; give its columns"
    ):
        load_model(Bare().fit(np.eye(4), [0, 1, 0, 1]))


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        GaussianNB(),
        KNeighborsClassifier(2),
        SVC(),
        MLPClassifier(max_iter=5),
        make_pipeline(StandardScaler(), LogisticRegression()),
        VotingClassifier([("a", LogisticRegression())]),
        CalibratedClassifierCV(LogisticRegression(), cv=2),
    ],
    ids=lambda e: type(e).__name__,
)
def test_columns_are_counted_in_arrays_where_no_attribute_tells(estimator: Any) -> None:
    """Before 0.24 no estimator stored how many columns it takes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = estimator.fit(np.eye(6)[:, :3], [0, 1, 0, 1, 0, 1])
    for _, part in objects_within(fitted):
        if isinstance(part, BaseEstimator):
            part.__dict__.pop("n_features_in_", None)
    assert load_model(fitted).schema.names == ("x0", "x1", "x2")


@pytest.mark.parametrize(
    "estimator",
    [
        VotingClassifier([("a", encoded(DecisionTreeClassifier(max_depth=3))), ("b", encoded())]),
        CalibratedClassifierCV(encoded(), cv=2),
        make_pipeline(encoded()[:-1], VotingClassifier([("a", LogisticRegression(max_iter=1000))], voting="soft")),
    ],
    ids=["voting", "calibrated", "nested"],
)
def test_ensembles_of_pipelines(estimator: Any) -> None:
    assert load_model(estimator.fit(FRAME, Y)).schema["job"].categories == ("clerk", "cook", "nurse")


def test_bagging_follows_each_members_columns() -> None:
    X = FRAME[["rooms", "age"]].to_numpy(dtype=float)
    member = make_pipeline(KBinsDiscretizer(3), LogisticRegression())
    model = load_model(BaggingClassifier(member, max_features=1, n_estimators=8, random_state=0).fit(X, Y))
    assert {feature.high for feature in model.schema.features} == {X[:, 0].max(), X[:, 1].max()}


@pytest.mark.parametrize("scaler", [MinMaxScaler(), KBinsDiscretizer(3, encode="ordinal")], ids=repr)
def test_ranges_are_of_raw_columns_only(scaler: Any) -> None:
    X = FRAME[["age"]]
    direct = load_model(make_pipeline(scaler, LogisticRegression()).fit(X, Y)).schema["age"]
    assert (direct.low, direct.high) == (X["age"].min(), X["age"].max())
    scaled = make_pipeline(StandardScaler(), scaler, LogisticRegression()).fit(X, Y)
    assert load_model(scaled).schema["age"] == Feature("age")
    assert load_model(CategoricalNB().fit(FRAME[["rooms"]], Y)).schema["rooms"].high == 5


def test_target_encoder() -> None:
    pipeline = make_pipeline(TargetEncoder(), StandardScaler(), LogisticRegression()).fit(FRAME[["job", "sex"]], Y)
    model = load_model(pipeline)
    assert [len(feature.categories) for feature in model.schema.features] == [3, 2]
    out = np.exp(model.log_proba(model.schema.encode(FRAME)))
    np.testing.assert_allclose(out, pipeline.predict_proba(FRAME[["job", "sex"]]), atol=1e-12)


def test_binding_refusals() -> None:
    model = load_model(LogisticRegression().fit(FRAME[["age", "income"]], Y))
    classes = Target(classes=("no", "yes"))
    with pytest.raises(SchemaError, match=r"^the model's columns are age, income, got age, pay$"):
        model.bind(Schema((Feature("age"), Feature("pay")), classes))
    with pytest.raises(SchemaError, match=r"^the schema's classes \[\] are not the model's \['no', 'yes'\]"):
        model.bind(Schema((Feature("age"), Feature("income"))))
    with pytest.raises(ModelError, match=r"^the model takes rows of 2 columns, got an array of shape \(3, 4\)$"):
        model.log_proba(np.zeros((3, 4)))


def test_missing_values_where_the_model_takes_none_are_one_line() -> None:
    model = load_model(LogisticRegression().fit(FRAME[["age", "income"]], Y))
    with pytest.raises(
        ModelError, match=r"^the model \(LogisticRegression\) could not score rows drawn from the prior"
    ):
        Meter(model).output(np.full((2, 2), np.nan))
