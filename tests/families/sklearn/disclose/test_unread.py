"""What is not read is said: unknown types, subclasses, readers that break off, and rows that nothing looks at."""

from __future__ import annotations

import functools
import types
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.ensemble import (
    BaggingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder, StandardScaler

import retrodict as rd
from retrodict.errors import RequestError
from retrodict.matching import Matching
from retrodict.models.type_lookup import overridden
from retrodict.schema import Feature, Schema, Target
from tests.families.sklearn.disclose.checks import inspect
from tests.families.sklearn.disclose.tables import FRAME, NAMES, N, X, Y


class PlainPipeline(Pipeline):
    """Inherits, and changes nothing."""


class PlainForest(RandomForestClassifier):
    """Inherits, and changes nothing."""

    def grown(self) -> int:
        return len(self.estimators_)


class ForestWithMemory(RandomForestClassifier):
    """Keeps its rows in a way of its own."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        self.memory_ = {"rows": [np.asarray(X) * 2.0]}
        return super().fit(X, y, sample_weight)


class Lookup(ClassifierMixin, BaseEstimator):
    """A third party's estimator that answers from its rows."""

    def fit(self, X: Any, y: Any) -> Any:
        self.classes_, self.n_features_in_ = np.unique(y), np.shape(X)[1]
        self.inner_ = KNeighborsClassifier(1).fit(np.asarray(X), y)
        return self

    def predict(self, X: Any) -> Any:
        return self.inner_.predict(np.asarray(X))


class Halved(TransformerMixin, BaseEstimator):
    """A third party's step; it keeps the first rows in a holder of its own class."""

    def fit(self, X: Any, y: Any = None) -> Any:
        self.n_features_in_ = np.shape(X)[1]
        self.holder_ = Holder(np.asarray(X)[:30])
        return self

    def transform(self, X: Any) -> Any:
        return np.asarray(X) / 2.0


class Holder:
    """No estimator at all."""

    __slots__ = ("kept",)

    def __init__(self, kept: Any) -> None:
        self.kept = kept


def told(found: rd.Disclosures) -> set[tuple[str, str]]:
    """Return path and reason of what was not read."""
    return {(one.path, one.why) for one in found.unread}


@pytest.mark.parametrize(
    ("plain", "other"),
    [
        (
            Pipeline([("scale", StandardScaler()), ("near", KNeighborsClassifier())]),
            PlainPipeline([("scale", StandardScaler()), ("near", KNeighborsClassifier())]),
        ),
        (RandomForestClassifier(5, random_state=0), PlainForest(5, random_state=0)),
    ],
)
def test_a_subclass_that_changes_nothing_is_read_as_its_class(plain: Any, other: Any) -> None:
    one, two = inspect(plain.fit(FRAME, Y)), inspect(other.fit(FRAME, Y))
    assert one.to_dicts() == two.to_dicts()
    assert two.unread == ()
    left, right = rd.load_model(plain), rd.load_model(other)
    assert left.schema == right.schema
    assert left.likelihood == right.likelihood
    assert left.about.undetermined == right.about.undetermined
    rows = left.schema.encode(FRAME)
    np.testing.assert_array_equal(left.log_proba(rows), right.log_proba(rows))


def test_a_subclass_of_a_forest_is_rebuilt_as_a_forest() -> None:
    few, classes = FRAME[:40], Y[:40]
    tables = []
    for kind in (RandomForestClassifier, PlainForest):
        model = kind(10, random_state=0).fit(few, classes)
        search = Matching(chains=1, sweeps=5, restarts=0)
        tables.append(rd.rebuild(model, search=search, seed=0, progress=False).frame)
    pd.testing.assert_frame_equal(*tables)


def test_a_subclass_that_changes_something_is_read_and_listed() -> None:
    model = ForestWithMemory(5, random_state=0).fit(FRAME, Y)
    found = inspect(model)
    assert told(found) == {("", "overrides")}
    assert "of which it changes fit" in found.unread[0].reason
    plain = inspect(RandomForestClassifier(5, random_state=0).fit(FRAME, Y))
    assert [f.kind for f in found if f.kind != "PossibleRows"] == [f.kind for f in plain]
    (kept,) = found.of("PossibleRows")
    assert (kept.n, kept.width, kept.source, kept.features) == (N, 3, "memory_['rows'][0]", NAMES)
    assert rd.load_model(model).likelihood == "exact (predict_proba)"


def test_what_a_subclass_may_have_of_its_own() -> None:
    assert overridden(PlainForest, RandomForestClassifier) == ()
    assert overridden(ForestWithMemory, RandomForestClassifier) == ("fit",)
    assert overridden(RandomForestClassifier, RandomForestClassifier) == ()


def test_unknown_parts_are_listed_and_what_they_hold_is_read() -> None:
    found = inspect(make_pipeline(StandardScaler(), Lookup()).fit(FRAME, Y))
    assert told(found) == {("named_steps['lookup']", "unknown")}
    assert found.unread[0].type == f"{__name__}.Lookup"
    (rows,) = found.of("Rows")
    assert rows.n == N
    assert rows.source == "named_steps['lookup'].inner_._fit_X"
    assert rows.features == tuple(f"Lookup({name})" for name in NAMES)  # how they came there is not known
    assert len(found.of("Moments")) == 3
    assert repr(found).splitlines()[1].startswith("1 part not read")
    assert "1 part not read" in found._repr_html_()


def test_columns_after_an_unknown_step_have_no_names_of_features() -> None:
    found = inspect(make_pipeline(Halved(), KNeighborsClassifier()).fit(FRAME, Y))
    assert told(found) == {("named_steps['halved']", "unknown")}
    (rows,) = found.of("Rows")
    assert not set(rows.features) & set(NAMES)


def test_stored_rows_are_found_by_value_whatever_holds_them() -> None:
    model = make_pipeline(Halved(), LogisticRegression()).fit(FRAME, Y)
    assert not inspect(model).of("PossibleRows")  # nothing tells how many rows there were
    found = rd.inspect_model(model, train=FRAME.assign(label=Y))
    (kept,) = found.of("PossibleRows")
    assert (kept.n, kept.width, kept.known_rows) == (30, 3, 30)
    assert kept.source == "named_steps['halved'].holder_.kept"
    assert kept.personal is True
    others = rd.inspect_model(model, train=FRAME + 0.25)
    assert not others.of("PossibleRows")  # none of these is stored
    with pytest.raises(RequestError, match="must be a pandas DataFrame, got list"):
        rd.inspect_model(model, train=[1.0])


class _Named(dict[str, int]):
    """A dictionary of a class of its own, which may have attributes too."""


class _Numbered(list[int]):
    """A list of a class of its own."""


def _with_rows(holder: Any) -> Any:
    holder.rows = X.copy()
    return holder


@pytest.mark.parametrize(
    "kept",
    [
        X.copy(),
        X.astype(np.float32),
        X.tolist(),
        FRAME.copy(),
        FRAME.assign(label=Y),
        {"a": [X.copy()]},
        functools.partial(print, X.copy()),
        (lambda rows: lambda: rows)(X.copy()),
        _with_rows(_Named({"a": 1})),
        _with_rows(_Numbered([1])),
        _with_rows(lambda: None),
        types.MappingProxyType({"a": X.copy()}),
        {"a": X.copy()}.values(),
        {tuple(row): 1 for row in X.tolist()},
    ],
    ids=[
        *("array", "32 bits", "list", "frame", "labelled frame", "nested", "partial", "closure"),
        *("attribute of a dictionary", "attribute of a list", "attribute of a function"),
        *("read-only dictionary", "values of a dictionary", "keys of a dictionary"),
    ],
)
def test_an_attribute_that_a_known_class_does_not_have(kept: Any) -> None:
    model = LogisticRegression(C=0.01).fit(FRAME, Y)
    model.kept = kept
    assert told(inspect(model)) or inspect(model).of("PossibleRows")
    (fact,) = rd.inspect_model(model, train=FRAME).of("PossibleRows")
    assert fact.known_rows == N
    assert fact.source.startswith("kept")


def test_arrays_of_another_meaning_are_no_rows() -> None:
    """With as many trees, features or classes as rows, lengths agree by chance."""
    model = BaggingClassifier(RandomForestClassifier(2, random_state=0), N, random_state=0).fit(FRAME, Y)
    found = rd.inspect_model(model, train=FRAME)
    assert not found.of("PossibleRows")
    assert found.unread == ()
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 20)), columns=[f"c{i}" for i in range(20)])
    scaled = make_pipeline(StandardScaler(), LogisticRegression()).fit(wide, np.arange(20) % 2)
    assert not rd.inspect_model(scaled, train=wide).of("PossibleRows")


def test_a_reader_that_breaks_off_says_so() -> None:
    model = make_pipeline(StandardScaler(), KNeighborsClassifier()).fit(FRAME, Y)
    model[0].scale_ = model[0].scale_[:2]
    del model[1].n_samples_fit_
    found = inspect(model)
    assert ("named_steps['kneighborsclassifier']", "broken") in told(found)
    assert "n_samples_fit_" in str(found)


class Untellable:
    """A category that a file may claim: asking for its text breaks."""

    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize("shown", [{"a", "b"}, {"a", "b", "c"}])
def test_a_fact_that_cannot_be_told_was_not_read(shown: set[str]) -> None:
    """Stored rows are not told of only to see that they can be: one cell that can't is found all the same."""
    frame = pd.DataFrame({"kind": ["a", "b"] * 10 + ["c"]})
    model = make_pipeline(OrdinalEncoder(), KNeighborsClassifier()).fit(frame, [0, 1] * 10 + [1])
    kinds = [kind if kind in shown else Untellable() for kind in "abc"]
    model[0].categories_ = [np.array(kinds, dtype=object)]
    found = inspect(model)
    broken = {path for path, why in told(found) if why == "broken"}
    whole = shown == {"a", "b", "c"}
    assert broken == (set() if whole else {"named_steps['ordinalencoder']", "named_steps['kneighborsclassifier']"})
    assert len(found.of("Rows")) == whole


def test_a_fitted_part_that_nothing_enters_is_listed() -> None:
    model = StandardScaler().fit(FRAME)
    model.other = KNeighborsClassifier().fit(FRAME, Y)
    assert ("other", "unknown") in told(inspect(model))
    template = VotingClassifier([("near", Lookup())]).fit(FRAME, Y)
    assert told(inspect(template)) == {("estimators_[0]", "unknown")}  # what was never fitted holds nothing


def test_a_model_that_holds_itself_ends() -> None:
    model = BaggingClassifier(KNeighborsClassifier(), 2).fit(FRAME, Y)
    model.estimators_[0] = model
    assert any(one.why == "broken" and "holds itself" in one.reason for one in rd.inspect_model(model).unread)


def test_functions_of_libraries_state_nothing() -> None:
    assert inspect(make_pipeline(FunctionTransformer(np.tanh), LogisticRegression()).fit(FRAME, Y)).unread == ()


class HandMade:
    """A model of two columns that satisfies the protocol, and is no estimator."""

    schema = Schema((Feature("a", low=0.0, high=1.0), Feature("b", low=0.0, high=1.0)), Target(classes=("no", "yes")))
    family = likelihood = fingerprint = "hand-made"

    def bind(self, schema: Schema) -> HandMade:
        return self

    def log_proba(self, X: Any) -> Any:
        p = np.clip(X[:, 0], 0.1, 0.9)
        return np.log(np.column_stack([1.0 - p, p]))


def test_a_hand_made_model_is_inspected_and_sanitised() -> None:
    model = HandMade()
    found = inspect(model)
    assert told(found) == {("", "unknown")}
    assert found.names == ("a", "b")
    assert len(found) == 0
    bare = rd.sanitize(model, rows=100)
    assert bare.identical
    assert bare.outputs == ("log_proba",)
    assert bare.removed == ()
    assert [one.why for one in bare.unjudged] == ["unknown"]
    model.rows = X[:, :2]
    (kept,) = rd.inspect_model(model, train=pd.DataFrame(X[:, :2], columns=["a", "b"])).of("PossibleRows")
    assert kept.known_rows == N


def test_sanitising_says_what_it_could_not_judge() -> None:
    bare = rd.sanitize(make_pipeline(StandardScaler(), Lookup()).fit(FRAME, Y), rows=100)
    assert bare.identical
    assert [(one.path, one.why) for one in bare.unjudged] == [("named_steps['lookup']", "unknown")]
    assert "not judged" in repr(bare)
    assert bare.to_dict()["unjudged"][0]["type"] == f"{__name__}.Lookup"
    changed = rd.sanitize(ForestWithMemory(3, random_state=0).fit(FRAME, Y), rows=100)
    assert ("", "overrides") in {(one.path, one.why) for one in changed.unjudged}
    assert not changed.after.of("NodeCounts")  # what is known of its class is taken out all the same


def test_leaf_values_of_boosted_trees_are_sums_and_stay() -> None:
    for model in (
        HistGradientBoostingClassifier(max_iter=3, l2_regularization=0.5, learning_rate=0.2),
        GradientBoostingRegressor(n_estimators=3, loss="absolute_error"),
    ):
        classifier = isinstance(model, HistGradientBoostingClassifier)
        model.fit(FRAME, Y if classifier else X[:, 0])
        (fact,) = inspect(model).of("GradientSums")
        if classifier:
            leaves = sum(int(tree.nodes["is_leaf"].sum()) for stage in model._predictors for tree in stage)
            assert (fact.statistic, fact.rate, fact.penalty) == ("sum", 0.2, 0.5)
        else:
            leaves = sum(tree.get_n_leaves() for tree in model.estimators_.ravel())
            assert (fact.statistic, fact.rate, fact.penalty) == ("quantile", 0.1, 0.0)
        assert fact.equations == leaves
        assert fact.features == NAMES
        bare = rd.sanitize(model, rows=100)
        assert bare.after.of("GradientSums")[0].to_dict() == fact.to_dict()
        assert any("determine the training table" in entry.why for entry in bare.kept)


@pytest.mark.parametrize("step", [str, ["logistic"], ()], ids=["a type", "a list of one", "nothing"])
def test_a_damaged_pipeline_is_walked_to_its_end(step: Any) -> None:
    pipeline = make_pipeline(StandardScaler(), KNeighborsClassifier()).fit(FRAME, Y)
    pipeline.steps.insert(1, step)
    found = rd.inspect_model(pipeline)
    assert "broken" in {one.why for one in found.unread}
    assert any("KNeighborsClassifier" in one.type for one in found.unread) or found.of("Rows")


def test_long_lists_say_how_long_they_are() -> None:
    assert ", ... (13 in all)]" in repr(
        rd.Disclosures((rd.disclosures.Thresholds(np.arange(13.0), features=("a",), source="t"),))
    )
