"""Columns that a model provably does not read need no prior, are said to be filled, and are refused where it may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer, OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

import retrodict as rd
from retrodict.errors import PriorError
from retrodict.models.contract import ignored
from retrodict.priors.implied.unread import UNREAD
from retrodict.results.notes import of_code

N = 300
_RNG = np.random.default_rng(2)
TABLE = pd.DataFrame(
    {
        "age": _RNG.integers(18, 90, N).astype(float),
        "empty": np.zeros(N),
        "dose": np.round(_RNG.gamma(2, 3, N) + 0.1, 1),
        "site": _RNG.integers(0, 3, N).astype(float),
    }
)
LABEL = (TABLE["age"] / 20 + TABLE["dose"] > 8).astype(int)


def xgboost(folder: Path) -> Any:
    library = pytest.importorskip("xgboost")
    library.XGBClassifier(n_estimators=10, n_jobs=1).fit(TABLE, LABEL).save_model(folder / "model.ubj")
    return folder / "model.ubj"


def lightgbm(folder: Path) -> Any:
    library = pytest.importorskip("lightgbm")
    made = library.LGBMClassifier(n_estimators=10, n_jobs=1, verbose=-1).fit(TABLE, LABEL)
    made.booster_.save_model(folder / "model.txt")
    return folder / "model.txt"


def catboost(folder: Path) -> Any:
    library = pytest.importorskip("catboost")
    made = library.CatBoostClassifier(iterations=10, depth=3, verbose=0, thread_count=1, allow_writing_files=False)
    made.fit(TABLE, LABEL).save_model(str(folder / "model.cbm"))
    return folder / "model.cbm"


def onnx(folder: Path) -> Any:
    convert = pytest.importorskip("skl2onnx").to_onnx
    made = GradientBoostingClassifier(n_estimators=10, random_state=0).fit(TABLE.to_numpy(np.float32), LABEL)
    (folder / "model.onnx").write_bytes(convert(made, TABLE.to_numpy(np.float32)[:1]).SerializeToString())
    return folder / "model.onnx"


def boosting(_: Path) -> Any:
    return GradientBoostingClassifier(n_estimators=10, random_state=0).fit(TABLE, LABEL)


def in_pipeline(_: Path) -> Any:
    library = pytest.importorskip("xgboost")
    encoded = make_column_transformer((OneHotEncoder(), ["site"]), remainder="passthrough")
    return make_pipeline(encoded, library.XGBClassifier(n_estimators=10, n_jobs=1)).fit(TABLE, LABEL)


FILES: list[Callable[[Path], Any]] = [xgboost, lightgbm, catboost, onnx, boosting, in_pipeline]


IN_BRIEF = (lightgbm, boosting)
"""Files that are read by default; all are in ``-m slow``."""


@pytest.mark.parametrize(
    "made",
    [pytest.param(one, marks=() if one in IN_BRIEF else pytest.mark.slow) for one in FILES],
    ids=lambda one: one.__name__,
)
def test_a_column_that_no_tree_splits_needs_no_prior(made: Any, tmp_path: Path) -> None:
    model = rd.load_model(made(tmp_path))
    name = model.schema.names[1]
    assert name in ignored(model)
    prior = rd.implied_prior(model)
    assert not prior.sample(500, np.random.default_rng(0))[:, 1].any()
    rec = rd.reconstruct(model, rows=40, progress=False)
    assert (pd.to_numeric(rec.frame.iloc[:, 1]) == 0).all()
    (note,) = of_code(rec.provenance.prior["notes"], UNREAD)
    assert name in note.values["features"]
    assert set(note.values["features"]) <= ignored(model)
    assert "declare" in note
    told = [one for one in of_code(prior.notes, "feature_from") if name in one.values["features"]]
    assert not told
    real = pd.concat([TABLE.set_axis(list(model.schema.names), axis=1), LABEL.rename("target")], axis=1)
    seen = rd.evaluate(rec, real[:150], real[150:], prior, target="target", limit=60)
    assert [one.values["features"] for one in of_code(seen.notes, UNREAD)] == [note.values["features"]]
    risk = rd.record_risk(rec, real[:150], real[150:], target="target")
    assert [one.values["features"] for one in of_code(risk.notes, UNREAD)] == [note.values["features"]]
    new = rd.replicate(
        rec, "logistic_regression", holdout=real[150:], model=model, prior=prior, target="target", controls=False
    )
    assert list(of_code(new.notes, UNREAD))


IGNORED = {
    "tree": (DecisionTreeClassifier(max_depth=3), True),
    "forest": (RandomForestClassifier(5, random_state=0), True),
    "bins": (HistGradientBoostingClassifier(max_iter=5), True),
    "bins of codes": (HistGradientBoostingClassifier(max_iter=5, categorical_features=["site"]), True),
    "members": (BaggingClassifier(DecisionTreeClassifier(max_depth=3), random_state=0), True),
    "votes": (VotingClassifier([("a", DecisionTreeClassifier()), ("b", RandomForestClassifier(3))]), True),
    "votes of a line": (VotingClassifier([("a", DecisionTreeClassifier()), ("b", LogisticRegression())]), False),
    "a line to begin with": (GradientBoostingClassifier(n_estimators=3, init=LogisticRegression()), False),
    "components": (make_pipeline(PCA(2), DecisionTreeClassifier(max_depth=3)), False),
    "rows of one length": (make_pipeline(Normalizer(), DecisionTreeClassifier(max_depth=3)), False),
    "a function": (make_pipeline(FunctionTransformer(np.sort), DecisionTreeClassifier()), False),
    "no function": (make_pipeline(FunctionTransformer(), DecisionTreeClassifier()), True),
}


@pytest.mark.parametrize("name", IGNORED)
def test_only_what_no_part_reads_is_ignored(name: str) -> None:
    estimator, proven = IGNORED[name]
    model = rd.load_model(estimator.fit(TABLE, LABEL))
    free = ignored(model)
    assert ("empty" in free) == proven
    X = model.schema.encode(TABLE)
    other = X.copy()
    for j, column in enumerate(model.schema.names):
        if column in free:
            other[:, j] = np.random.default_rng(j).permutation(X[:, j]) + (not model.schema[column].listed)
    np.testing.assert_array_equal(model.log_proba(X), model.log_proba(other))


def test_a_line_is_refused_and_so_is_what_no_reader_knows(tmp_path: Path) -> None:
    line = rd.load_model(LogisticRegression().fit(TABLE, LABEL))
    assert ignored(line) == frozenset()
    with pytest.raises(PriorError, match="no prior was given, and the model discloses no values of age, empty"):
        rd.reconstruct(line, rows=10, progress=False)
    for made in (xgboost, lightgbm):
        model = rd.load_model(made(tmp_path))
        assert ignored(replace(model, left=("something new",))) == frozenset()
    with pytest.raises(PriorError, match="discloses no values of"):
        rd.implied_prior(replace(rd.load_model(xgboost(tmp_path)), left=("something new",)))


def test_weights_of_all_columns_are_read() -> None:
    library = pytest.importorskip("xgboost")
    made = library.XGBClassifier(n_estimators=3, booster="gblinear", n_jobs=1).fit(TABLE, LABEL)
    assert ignored(rd.load_model(made)) == frozenset()


def test_leaves_of_lightgbm_that_are_lines_are_read() -> None:
    library = pytest.importorskip("lightgbm")
    made = library.LGBMClassifier(n_estimators=3, linear_tree=True, verbose=-1, n_jobs=1)
    model = rd.load_model(made.fit(TABLE, LABEL))
    assert "empty" in ignored(model)
    terms = {name for name in TABLE.columns if name not in ignored(model)}
    assert {"age", "dose"} <= terms


def test_columns_of_catboost_within_a_statistic_are_read() -> None:
    library = pytest.importorskip("catboost")
    table = TABLE.assign(site=TABLE["site"].map({0.0: "n", 1.0: "s", 2.0: "w"}), arm="one")
    label = (LABEL + (table["site"] == "w") > 1).astype(int)
    made = library.CatBoostClassifier(
        iterations=20, verbose=0, thread_count=1, allow_writing_files=False, cat_features=["site", "arm"]
    )
    model = rd.load_model(made.fit(table, label), schema=rd.fit_prior(table).schema)
    assert "site" not in ignored(model)
    assert "empty" in ignored(model)


def test_what_is_known_of_a_column_stands() -> None:
    """A declared range is kept; a value is taken within it."""
    made = GradientBoostingClassifier(n_estimators=3, random_state=0).fit(TABLE, LABEL)
    features = tuple(rd.Feature(name, low=5.0) if name == "empty" else rd.Feature(name) for name in TABLE.columns)
    prior = rd.implied_prior(rd.load_model(made, schema=rd.Schema(features)))
    assert set(prior.sample(100, np.random.default_rng(0))[:, 1]) == {5.0}
    features = tuple(
        rd.Feature(name, low=5.0, high=9.0) if name == "empty" else rd.Feature(name) for name in TABLE.columns
    )
    prior = rd.implied_prior(rd.load_model(made, schema=rd.Schema(features)))
    assert len(set(prior.sample(100, np.random.default_rng(0))[:, 1])) == 100
    assert "empty" not in [name for one in of_code(prior.notes, UNREAD) for name in one.values["features"]]
