"""Boosted models of other libraries as algorithms of a study, and their native files under every public function."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import retrodict as rd
from retrodict.families.sklearn.train.algorithms import check_algorithm, guest_algorithms, tasks_of
from retrodict.study.design import Design
from retrodict.study.measure import measure_cell
from tests.families.sklearn.guests.boosters import LIBRARIES, booster


def plain(n: int, seed: int) -> tuple[pd.DataFrame, Any]:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.integers(18, 90, n).astype(float), "dose": rng.exponential(2, n).round(1)})
    return frame, frame.age / 20 - frame.dose + rng.normal(0, 0.7, n)


def native(library: str, classes: bool, folder: Path) -> tuple[Path, pd.DataFrame, pd.DataFrame]:
    """Return a file as the library's users save it, and tables to compare with, their target as the file has it."""
    (X, y), (other, z) = plain(300, 0), plain(200, 1)
    few = {"iterations": 30} if library == "catboost" else {"n_estimators": 30}
    made = booster(library, classes, **few).fit(X, (y > 1).astype(int) if classes else y)
    path = folder / {"catboost": "m.cbm", "lightgbm": "m.txt", "xgboost": "m.ubj"}[library]
    (made.booster_ if library == "lightgbm" else made).save_model(str(path))
    schema = rd.load_model(path).schema
    known = np.array(schema.target.classes) if classes else None
    name = schema.target.name
    return (
        path,
        X.assign(**{name: y if known is None else known[(y > 1).astype(int)]}),
        other.assign(**{name: z if known is None else known[(z > 1).astype(int)]}),
    )


@pytest.mark.slow
@pytest.mark.parametrize("library", LIBRARIES)
def test_all_that_is_done_with_a_model_is_done_with_its_native_file(library: str, tmp_path: Path) -> None:
    path, train, holdout = native(library, True, tmp_path)
    found = rd.reconstruct(path, None, 200, seed=0, progress=False)
    assert len(found.frame) == 200
    assert set(found.frame) == set(train)
    behind = rd.invert(path, outputs=[rd.load_model(path).schema.target.classes[1]], draws=10, progress=False)
    assert behind.outputs
    assert len(rd.evaluate(found, train, holdout).summary())
    assert rd.record_risk(found, train, holdout).head
    curve = rd.query_curve(path, None, (100, 300), train, holdout)
    assert curve.head
    budget = rd.error_budget(path, holdout=holdout, train=train, limit=100, learners=("curves",), envelope=("curves",))
    assert budget.head
    result = rd.audit(path, train=train, holdout=holdout, quick=True, rows=100, out=tmp_path / "audit")
    assert result.verdict != "release"  # leaf values alone determine the table
    new = rd.migrate(path, "decision_tree", rows=300, progress=False)
    assert new.lines().value.iloc[0] > 0.8


@pytest.mark.slow
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("classes", [True, False])
def test_models_are_migrated_to_and_from(library: str, classes: bool, tmp_path: Path) -> None:
    path, _, holdout = native(library, classes, tmp_path)
    for to in LIBRARIES:
        new = rd.migrate(path, to, rows=500, holdout=holdout, progress=False)
        said = new.lines()
        assert said[said["rows"] == "held-out rows"].value.iloc[0] > 0.6
        new.save(tmp_path / f"{to}.skops")
        again = rd.load_model(tmp_path / f"{to}.skops")
        assert not again.audit.trusted  # type: ignore[attr-defined]
        assert again.schema.target.is_class is classes


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("dataset", ["iris", pytest.param("diabetes", marks=pytest.mark.slow)])
def test_a_study_has_them_as_algorithms(library: str, dataset: str) -> None:
    pytest.importorskip(library)
    assert tasks_of(library) == {"classification", "regression"}
    design = Design.model_validate(
        {
            "name": "boosters",
            "datasets": [dataset],
            "algorithms": [library],
            "qualities": {"full": {}, "weak": {"capacity": 0.05}},
            "priors": ["independent"],
            "rows": 60,
            "evaluation_rows": 60,
        }
    )
    full, weak = (measure_cell(design, cell) for cell in design.cells())
    assert full["accuracy"] > weak["accuracy"] - 0.1  # type: ignore[operator]  # of values, it is R2
    assert full["queries"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_that_is_not_there_is_named_before_a_study_runs(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert library in guest_algorithms()
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(rd.errors.MissingExtraError, match=rf"pip install 'retrodict\[{library}\]'"):
        check_algorithm(library)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("to", "suffix"),
    [("catboost", "cbm"), ("catboost", "json"), ("lightgbm", "txt"), ("xgboost", "ubj"), ("xgboost", "json")],
)
@pytest.mark.parametrize("classes", [True, False])
def test_a_migrated_model_is_saved_as_a_native_file(to: str, suffix: str, classes: bool, tmp_path: Path) -> None:
    pytest.importorskip(to)
    X, y = plain(300, 0)
    kind = DecisionTreeClassifier if classes else DecisionTreeRegressor
    base = kind(max_depth=4).fit(X, np.where(y > 1, "yes", "no") if classes else y)
    new = rd.migrate(base, to, rd.fit_prior(X, kind="empirical"), rows=300, progress=False)
    path = tmp_path / f"new.{suffix}"
    assert new.save(path) == ()
    model: Any = rd.load_model(path)
    assert type(model).__module__.startswith(f"retrodict.families.{to}")
    assert model.schema.names == ("age", "dose")
    rows = model.schema.encode(X)
    if classes:
        np.testing.assert_allclose(np.exp(model.log_proba(rows)), new.estimator.predict_proba(X), atol=3e-7)
    else:
        np.testing.assert_array_equal(model.predict(rows), new.estimator.predict(X))


def test_lists_and_several_models_have_no_place_in_such_files(tmp_path: Path) -> None:
    pytest.importorskip("xgboost")
    X, y = plain(200, 0)
    many = DecisionTreeClassifier(max_depth=4).fit(X, np.digitize(y, [0, 2]))
    new = rd.migrate(many, "xgboost", rd.fit_prior(X, kind="empirical"), rows=200, progress=False)
    with pytest.raises(rd.errors.RequestError, match=r"one for each class; give a path that ends in \.skops"):
        new.save(tmp_path / "new.ubj")
    listed = X.assign(site=np.where(y > 1, "a", "b"))
    step = make_column_transformer((OrdinalEncoder(), ["site"]), remainder="passthrough")
    base = make_pipeline(step, DecisionTreeClassifier(max_depth=4)).fit(listed, (y > 1).astype(int))
    new = rd.migrate(base, "xgboost", rd.fit_prior(listed, kind="empirical"), rows=200, progress=False)
    with pytest.raises(rd.errors.RequestError, match="site are lists"):
        new.save(tmp_path / "new.ubj")
    assert not list(tmp_path.iterdir())
