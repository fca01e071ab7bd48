"""Each part of a model is visited once, before what it holds, with what it is given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import BaggingClassifier, GradientBoostingClassifier, StackingClassifier, VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import HalvingGridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, PolynomialFeatures, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from retrodict.disclosures import inspect_model
from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.disclosures.unread import Unread, type_name
from retrodict.disclosures.visit import Part
from retrodict.errors import ModelError
from retrodict.families.sklearn.structure.transformers import passed
from retrodict.families.sklearn.structure.visit import held_by, visited
from retrodict.models import load_model

_RNG = np.random.default_rng(6)
X = pd.DataFrame({"a": _RNG.normal(size=90), "b": _RNG.integers(0, 5, 90), "c": _RNG.normal(size=90)})
Y = np.where(X["a"] > 0, "yes", "no")
THREE = np.digitize(X["a"], [-0.5, 0.5])


def _seen(estimator: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return path, role and columns of each part below the outermost, in order."""
    found = list(visited(estimator, X.columns, held_by))
    assert all(isinstance(one, Part) for one in found)
    parts = [one for one in found if isinstance(one, Part)]
    assert parts[0].role == "model"
    return [(one.place.path, one.role, tuple(c.name for c in one.place.columns)) for one in parts[1:]]


def test_steps_and_branches() -> None:
    columns = make_column_transformer((StandardScaler(), ["c", "a"]), ("drop", ["b"]))
    assert _seen(make_pipeline(columns, LogisticRegression()).fit(X, Y)) == [
        ("named_steps['columntransformer']", "step", ("a", "b", "c")),
        ("named_steps['columntransformer'].named_transformers_['standardscaler']", "step", ("c", "a")),
        ("named_steps['logisticregression']", "predictor", ("c", "a")),
    ]


def test_members_are_given_their_columns_and_a_start_all() -> None:
    bag = BaggingClassifier(GaussianNB(), n_estimators=4, max_features=2, random_state=0).fit(X, Y)
    names = [tuple(X.columns[chosen]) for chosen in bag.estimators_features_]
    assert _seen(bag) == [(f"estimators_[{i}]", "member", names[i]) for i in range(4)]
    boosted = GradientBoostingClassifier(n_estimators=2, init=DecisionTreeClassifier(max_depth=1)).fit(X, Y)
    assert _seen(boosted) == [("init_", "aid", ("a", "b", "c"))]
    facts = inspect_model(boosted)  # a start that is a tree is none of the trees that are read together
    assert any(fact.source.startswith("init_.tree_") for fact in facts.of("NodeCounts"))


def test_a_stack_and_a_changed_target() -> None:
    stack = StackingClassifier([("nb", GaussianNB())], passthrough=True, cv=2).fit(X, Y)
    assert _seen(stack) == [
        ("estimators_[0]", "member", ("a", "b", "c")),
        ("final_estimator_", "predictor", ("stack[0]", "a", "b", "c")),
    ]
    changed = TransformedTargetRegressor(LinearRegression(), transformer=StandardScaler()).fit(X, X["a"])
    assert [one[:2] for one in _seen(changed)] == [("regressor_", "predictor"), ("transformer_", "target")]
    target = load_model(
        TransformedTargetRegressor(LinearRegression(), transformer=MinMaxScaler()).fit(
            X.rename(columns={"b": "(target)"}), X["a"]
        )
    )
    assert (target.schema["(target)"].low, target.schema["(target)"].high) == (None, None)


def test_classes_of_members() -> None:
    whole = Place("", tuple(Column.start(name) for name in X.columns))
    parts = list(held_by(Part(OneVsRestClassifier(GaussianNB()).fit(X, THREE), whole)))
    assert [part.place.labels for part in parts] == [("not 0", 0), ("not 1", 1), ("not 2", 2)]


def test_what_holds_itself_ends_the_walk() -> None:
    loop = VotingClassifier([("lr", LogisticRegression()), ("nb", GaussianNB())]).fit(X, Y)
    loop.estimators_[0] = loop
    whole, unread, other = visited(loop, X.columns, held_by)
    assert isinstance(whole, Part)
    assert isinstance(other, Part)
    assert unread == Unread("estimators_[0]", type_name(loop), "broken", "it holds itself")
    with pytest.raises(ModelError, match="holds itself"):
        load_model(loop)


def test_a_search_is_not_mistaken_for_something_that_takes_numbers() -> None:
    words = pd.DataFrame({"job": _RNG.choice(["cook", "nurse"], 90), "age": X["b"]})
    inner = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["job"]), (MinMaxScaler(), ["age"])), LogisticRegression()
    )
    grid = {"logisticregression__C": [0.5, 1.0]}
    model = load_model(HalvingGridSearchCV(inner, grid, random_state=0).fit(words, Y))
    assert model.schema["job"].categories == ("cook", "nurse")
    assert (model.schema["age"].low, model.schema["age"].high) == (0.0, 4.0)


def test_ranges_are_followed_through_terms_that_are_the_column_itself() -> None:
    model = load_model(make_pipeline(PolynomialFeatures(2), MinMaxScaler(), LogisticRegression()).fit(X, Y))
    assert [(f.low, f.high) for f in model.schema.features] == [(X[n].min(), X[n].max()) for n in X.columns]


def test_a_branch_of_unknown_width_leaves_no_column_in_a_wrong_place() -> None:
    union = FeatureUnion([("unknown", FunctionTransformer(lambda Z: Z[["a", "b"]])), ("known", StandardScaler())])
    assert passed(union.fit(X), tuple(Column.start(name) for name in X.columns), "union") == ()
