"""Predictions are onnxruntime's own bit for bit, and log-probabilities come from scores wherever the graph has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from scipy.special import log_expit, log_softmax
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, PoissonRegressor, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OrdinalEncoder, StandardScaler
from sklearn.svm import SVC, SVR

import retrodict as rd
from retrodict.errors import ModelError, ScoringError
from retrodict.schema import Feature, Schema, Target
from tests.families.onnx.graphs import graph, labels, mixed, network, numbers, of_table, own_outputs, table

ROWS = np.random.default_rng(5).normal(size=(3000, 3)).astype(np.float32).astype(np.float64)
CLASSIFIERS: dict[str, tuple[Any, int, str]] = {
    "forest": (RandomForestClassifier(7, random_state=0), 3, "logs of"),
    "forest of two": (RandomForestClassifier(7, random_state=0), 2, "logs of"),
    "boosting": (GradientBoostingClassifier(n_estimators=5), 2, "log-odds"),
    "boosting of three": (GradientBoostingClassifier(n_estimators=5), 3, "softmax"),
    "histograms": (HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=5), 2, "log-odds"),
    "adaptive": (AdaBoostClassifier(n_estimators=4), 2, "logs of"),
    "logistic": (make_pipeline(StandardScaler(), LogisticRegression()), 2, "log-odds"),
    "logistic of three": (LogisticRegression(), 3, "softmax"),
    "one against the rest": (SGDClassifier(loss="log_loss", random_state=0), 3, "each class against the rest"),
    "naive Bayes": (GaussianNB(), 3, "softmax"),
    "discriminant": (LinearDiscriminantAnalysis(), 3, "softmax"),
    "network": (MLPClassifier((4,), max_iter=40, random_state=0), 2, "log-odds"),
    "network of three": (make_pipeline(MinMaxScaler(), MLPClassifier((4,), max_iter=40)), 3, "softmax"),
    "neighbours": (KNeighborsClassifier(3), 2, "logs of"),
}
REGRESSORS = {
    "forest": RandomForestRegressor(7, random_state=0),
    "boosting": GradientBoostingRegressor(n_estimators=5),
    "histograms": HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=5),
    "Poisson": PoissonRegressor(),
    "neighbours": KNeighborsRegressor(3),
    "kernel": SVR(),
    "filled": make_pipeline(SimpleImputer(), GradientBoostingRegressor(n_estimators=3)),
}


@pytest.mark.parametrize("zipmap", [True, False])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifier(name: str, zipmap: bool) -> None:
    estimator, classes, words = CLASSIFIERS[name]
    X = numbers()
    made = graph(estimator, X, labels(X, classes))
    if not zipmap:
        made = graph(estimator, X, labels(X, classes), zipmap=False)
    model = rd.load_model(made)
    assert model.schema.target.classes == tuple(estimator.classes_)
    assert words in model.likelihood
    own = own_outputs(made, {made.graph.input[0].name: ROWS.astype(np.float32)})[-1]
    own = np.array([list(one.values()) for one in own], dtype=np.float32) if zipmap else own
    shown = [value for (value,) in model.outputs(ROWS).values() if value.dtype == np.float32]
    assert np.array_equal(shown[0], own)
    said = np.exp(model.log_proba(ROWS))
    np.testing.assert_allclose(said, own / own.sum(axis=1, keepdims=True), rtol=0, atol=2e-6)


def test_blocks_on_several_threads_put_out_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    X = numbers()
    model = rd.load_model(graph(HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=5), X, labels(X, 3)))
    rows = np.resize(ROWS, (9 * 2048 + 700, 3))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    alone = model.log_proba(rows)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.setattr("retrodict.threads.cores", lambda: 2)
    np.testing.assert_array_equal(model.log_proba(rows), alone)


@pytest.mark.parametrize("name", REGRESSORS)
def test_regressor(name: str) -> None:
    X = numbers()
    made = graph(REGRESSORS[name], X, np.abs(X[:, 0] * 3 - X[:, 2]))
    model = rd.load_model(made)
    rows = ROWS.copy()
    if name == "filled":
        rows[::7, 1] = np.nan
    (own,) = own_outputs(made, {"X": rows.astype(np.float32)})
    assert np.array_equal(model.predict(rows), own[:, 0].astype(np.float64))
    assert model.noise_scale is None
    assert rd.load_model(made, noise_scale=2.0).noise_scale == 2.0


@pytest.mark.parametrize("library", ["xgboost", "lightgbm", "catboost"])
@pytest.mark.parametrize("classes", [0, 2, 3])
def test_boosters(library: str, classes: int, tmp_path: Any) -> None:
    pytest.importorskip(library)
    from onnxmltools import convert_lightgbm, convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    X, types = numbers(), [("X", FloatTensorType([None, 3]))]
    target = np.digitize(X[:, 0], [0.0] if classes == 2 else [-0.5, 0.5]) if classes else X[:, 0] * 3
    if library == "xgboost":
        import xgboost

        kind = xgboost.XGBClassifier if classes else xgboost.XGBRegressor
        made = convert_xgboost(kind(n_estimators=5).fit(X, target), initial_types=types)
    elif library == "lightgbm":
        import lightgbm

        kind = lightgbm.LGBMClassifier if classes else lightgbm.LGBMRegressor
        made = convert_lightgbm(
            kind(n_estimators=5, min_child_samples=5, verbose=-1).fit(X, target), initial_types=types
        )
    else:
        import catboost

        kind = catboost.CatBoostClassifier if classes else catboost.CatBoostRegressor
        fitted = kind(iterations=5, depth=3, verbose=0, allow_writing_files=False).fit(X, target)
        fitted.save_model(tmp_path / "x.onnx", format="onnx")
        made = onnx.load(tmp_path / "x.onnx")
    model = rd.load_model(made)
    own = own_outputs(made, {made.graph.input[0].name: ROWS.astype(np.float32)})[-1]
    if not classes:
        assert np.array_equal(model.predict(ROWS), np.ravel(own).astype(np.float64))
        return
    assert model.schema.target.classes == tuple(range(classes))
    assert "the graph's scores" in model.likelihood
    own = np.array([list(one.values()) for one in own]) if isinstance(own, list) else own
    np.testing.assert_allclose(np.exp(model.log_proba(ROWS)), own, rtol=0, atol=1e-6)


def test_scores_say_what_probabilities_of_32_bits_no_longer_do() -> None:
    X = numbers()
    estimator = LogisticRegression(C=1e4)
    model = rd.load_model(graph(estimator, X, labels(X)))
    far = np.array([[400.0, 300.0, 0.0], [-300.0, 2.0, 1.0]])
    said = model.log_proba(far)
    margin = estimator.decision_function(far)
    assert np.abs(margin).min() > 200  # where float32 has nothing but 0 and 1
    np.testing.assert_allclose(said, log_expit(np.column_stack([-margin, margin])), rtol=1e-5, atol=1e-9)
    assert np.isfinite(said).all()
    np.testing.assert_allclose(said.min(axis=1), -np.abs(margin), rtol=1e-5)


def test_a_table_with_an_input_for_each_column() -> None:
    frame = table()
    target = labels(np.column_stack([frame["dose"], frame["age"] * 0]))
    pipeline = mixed(LogisticRegression())
    model = rd.load_model(of_table(pipeline, target))
    assert [(one.name, one.kind, one.categories) for one in model.schema.features] == [
        ("age", "continuous", ()),
        ("dose", "continuous", ()),
        ("site", "categorical", ("north", "south", "west")),
    ]
    X = model.schema.encode(frame)
    np.testing.assert_allclose(np.exp(model.log_proba(X)), pipeline.predict_proba(frame), atol=1e-6)
    assert model.about.tolerant == {"site"}
    wider = Schema((*model.schema.features[:2], Feature("site", "categorical", categories=("north", "moon"))))
    unknown = model.bind(wider.with_target(model.schema.target)).log_proba(np.array([[40.0, 5.0, 1.0]]))
    told = pipeline.predict_proba(pd.DataFrame({"age": [40.0], "dose": [5.0], "site": ["moon"]}))
    np.testing.assert_allclose(np.exp(unknown), told, atol=1e-6)
    with pytest.raises(ScoringError, match="'site' is text"):
        model.log_proba(np.array([[40.0, 5.0, np.nan]]))


def test_codes_of_a_list() -> None:
    frame = table()
    pipeline = mixed(RandomForestRegressor(3, random_state=0), OrdinalEncoder())
    made = of_table(pipeline, frame["dose"] + (frame["site"] == "west"))
    model = rd.load_model(made)
    assert model.schema["site"].categories == ("north", "south", "west")
    assert model.about.tolerant == frozenset()
    feeds = {name: frame[[name]].to_numpy(np.float32) for name in ("age", "dose")}
    (own,) = own_outputs(made, feeds | {"site": frame[["site"]].to_numpy(object)})
    assert np.array_equal(model.predict(model.schema.encode(frame)), own[:, 0].astype(np.float64))
    moved = model.predict(model.schema.encode(frame)) - pipeline.predict(frame)
    assert (np.abs(moved) < 1e-5).mean() > 0.8  # scaled in 32 bits, some fall beyond a split


def test_margins_and_labels_are_linked() -> None:
    X = numbers()
    model = rd.load_model(graph(SVC(), X, labels(X, 3)))
    assert (model.link, model.linked(X).shape) == ("margins", (len(X), 3))
    steep = rd.load_model(graph(SVC(), X, labels(X, 3)), link_slope=5.0)
    np.testing.assert_allclose(steep.log_proba(X), log_softmax(5.0 * model.linked(X), axis=1), atol=1e-9)
    made = graph(RandomForestClassifier(3, random_state=0), X, labels(X))
    del made.graph.output[1]
    model = rd.load_model(made, error_rate=0.1)
    assert (model.link, model.schema.target.classes) == ("labels", ("high", "low"))
    np.testing.assert_allclose(np.unique(np.exp(model.log_proba(X))), [0.1, 0.9])


def test_networks() -> None:
    said = rd.load_model(network(ends="Softmax"))
    scores = own_outputs(network(ends=""), {"input": ROWS.astype(np.float32)})[0].astype(np.float64)
    assert said.schema.target.classes == (0, 1, 2)
    np.testing.assert_allclose(said.log_proba(ROWS), log_softmax(scores, axis=1), atol=1e-9)
    np.testing.assert_allclose(rd.load_model(network(ends="LogSoftmax")).log_proba(ROWS), said.log_proba(ROWS))
    odds = rd.load_model(network(ends="Sigmoid", outputs=1))
    assert odds.schema.target.classes == (0, 1)
    raw = own_outputs(network(ends="", outputs=1), {"input": ROWS.astype(np.float32)})[0]
    np.testing.assert_allclose(odds.log_proba(ROWS)[:, 1], -np.logaddexp(0, -raw[:, 0].astype(np.float64)), atol=1e-12)
    value = rd.load_model(network(ends="", outputs=1))
    assert np.array_equal(value.predict(ROWS), raw[:, 0].astype(np.float64))


def test_scores_of_a_network_are_asked_about() -> None:
    made = network(ends="")
    with pytest.raises(ModelError, match=r"without a softmax: .* give a schema whose target lists the 3 classes"):
        rd.load_model(made)
    features = tuple(Feature(name) for name in ("a", "b", "c"))
    schema = Schema(features, Target("kind", ("x", "y", "z")))
    model = rd.load_model(made, schema=schema)
    assert model.schema.target.classes == ("x", "y", "z")
    assert np.array_equal(model.log_proba(ROWS), rd.load_model(network(ends="Softmax")).log_proba(ROWS))


def test_a_fixed_number_of_rows() -> None:
    made, free = network(), rd.load_model(network())
    for one in (*made.graph.input, *made.graph.output):
        one.type.tensor_type.shape.dim[0].dim_value = 1
    model = rd.load_model(made)
    np.testing.assert_allclose(model.log_proba(ROWS[:40]), free.log_proba(ROWS[:40]), atol=1e-5)


def test_a_session_knows_its_graph() -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(network().SerializeToString(), providers=["CPUExecutionProvider"])
    assert np.array_equal(rd.load_model(session).log_proba(ROWS), rd.load_model(network()).log_proba(ROWS))
