"""Models without a likelihood (rankings, losses of the user's own, clusterers) are inspected, audited and stripped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from retrodict.cli.app import run
from retrodict.disclosures.stated import load_stated
from retrodict.errors import ModelError, RequestError

pytestmark = pytest.mark.slow  # every family

Array = np.ndarray
N = 120
GROUPS = [10] * 12


def _rows() -> tuple[Array, Array]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 20, (N, 4)).astype(float), rng.integers(0, 3, N)


def _lightgbm(objective: Any) -> Any:
    lightgbm = pytest.importorskip("lightgbm")
    X, y = _rows()
    table = lightgbm.Dataset(X, y.astype(float), group=GROUPS if objective == "lambdarank" else None)
    return lightgbm.train({"objective": objective, "verbose": -1, "min_data_in_leaf": 2}, table, 5)


def _own_loss(scores: Array, table: Any) -> tuple[Array, Array]:
    return scores - table.get_label(), np.ones(len(scores))


def _ranker(module: str, name: str) -> Any:
    library = pytest.importorskip(module)
    X, y = _rows()
    more = {"lightgbm": {"verbose": -1, "min_child_samples": 2}}.get(module, {})
    return getattr(library, name)(n_estimators=5, **more).fit(X, y, group=GROUPS)


def _xgboost(objective: str) -> Any:
    xgboost = pytest.importorskip("xgboost")
    X, y = _rows()
    table = xgboost.DMatrix(X, (y > 0).astype(float) if objective == "binary:hinge" else y + 1.0)
    if objective == "survival:aft":
        table.set_float_info("label_lower_bound", y + 1.0)
        table.set_float_info("label_upper_bound", y + 2.0)
    return xgboost.train({"objective": objective}, table, 4)


def _catboost(loss: str, target: Callable[[Array], Array]) -> Any:
    catboost = pytest.importorskip("catboost")
    X, y = _rows()
    groups = {"group_id": np.repeat(np.arange(12), 10)} if loss in ("YetiRank", "QueryRMSE") else {}
    made = catboost.CatBoost({"loss_function": loss, "iterations": 5, "verbose": 0, "allow_writing_files": False})
    return made.fit(X, target(y), **groups)


def _by_lightgbm(path: Path, X: Array) -> Array:
    import lightgbm

    return lightgbm.Booster(model_file=str(path)).predict(X, raw_score=True)


def _by_xgboost(path: Path, X: Array) -> Array:
    import xgboost

    return xgboost.Booster(model_file=str(path)).predict(xgboost.DMatrix(X), output_margin=True)


def _by_catboost(path: Path, X: Array) -> Array:
    import catboost

    return catboost.CatBoost().load_model(str(path)).predict(X, prediction_type="RawFormulaVal")


def _of(found: Any, path: Path) -> None:
    getattr(found, "booster_", found).save_model(str(path))


BOOSTED = frozenset({"GradientSums", "Thresholds", "TrainingSettings"})
LIGHTGBM = BOOSTED | {"NodeCounts", "NodeSums", "Range", "SampleSize"}
CATBOOST = BOOSTED | {"NodeCounts", "SampleSize", "TrainingDate"}
CASES = {
    "LGBMRanker": (lambda: _ranker("lightgbm", "LGBMRanker"), _by_lightgbm, LIGHTGBM, "txt"),
    "lambdarank": (lambda: _lightgbm("lambdarank"), _by_lightgbm, LIGHTGBM, "txt"),
    "lightgbm, own loss": (lambda: _lightgbm(_own_loss), _by_lightgbm, LIGHTGBM, "txt"),
    "XGBRanker": (lambda: _ranker("xgboost", "XGBRanker"), _by_xgboost, BOOSTED | {"NodeSums"}, "ubj"),
    "survival:cox": (lambda: _xgboost("survival:cox"), _by_xgboost, BOOSTED | {"NodeSums"}, "json"),
    "survival:aft": (lambda: _xgboost("survival:aft"), _by_xgboost, BOOSTED | {"NodeSums"}, "ubj"),
    "binary:hinge": (lambda: _xgboost("binary:hinge"), _by_xgboost, BOOSTED | {"NodeSums"}, "json"),
    "YetiRank": (lambda: _catboost("YetiRank", lambda y: y), _by_catboost, CATBOOST, "cbm"),
    "QueryRMSE": (lambda: _catboost("QueryRMSE", lambda y: y), _by_catboost, CATBOOST, "cbm"),
    "MultiRMSE": (lambda: _catboost("MultiRMSE", lambda y: np.c_[y, -y]), _by_catboost, CATBOOST, "cbm"),
    "SurvivalAft": (lambda: _catboost("SurvivalAft", lambda y: np.c_[y + 1.0, y + 2.0]), _by_catboost, CATBOOST, "cbm"),
}


OTHERS = (KMeans(3, n_init=1), GaussianMixture(2), make_pipeline(StandardScaler(), KMeans(2, n_init=1)))


def _no_likelihood(found: rd.Disclosures) -> bool:
    return [note.code for note in found.notes] == ["no_likelihood"]


@pytest.mark.parametrize("case", CASES)
def test_boosters_without_likelihood_are_read_and_stripped(case: str, tmp_path: Path) -> None:
    fit, by_library, kinds, suffix = CASES[case]
    made, (X, _) = fit(), _rows()
    path, bare = tmp_path / f"model.{suffix}", tmp_path / f"bare.{suffix}"
    _of(made, path)
    for source in (made, path):
        found = rd.inspect_model(source)
        assert _no_likelihood(found)
        assert kinds <= {fact.kind for fact in found}
        assert len(found.names) == 4
        for size in found.of("SampleSize"):
            assert size.n == N
        for column in found.of("Range"):
            at = found.names.index(column.features[0])
            assert (column.low, column.high) == (X[:, at].min(), X[:, at].max())
        with pytest.raises(ModelError):
            rd.load_model(source)
    stripped = rd.sanitize(path)
    assert stripped.identical
    assert stripped.removed
    stripped.save(bare)
    assert np.array_equal(by_library(bare, X), by_library(path, X))
    left = rd.inspect_model(bare)
    assert _no_likelihood(left)
    assert left.of("GradientSums")
    assert not {"SampleSize", "NodeCounts", "NodeSums", "Range", "TrainingDate"} & {fact.kind for fact in left}


@pytest.mark.parametrize(("name", "kind"), [("XGBRegressor", "TargetMoments"), ("XGBClassifier", "ClassShares")])
def test_several_targets_state_each_of_their_means(name: str, kind: str, tmp_path: Path) -> None:
    xgboost = pytest.importorskip("xgboost")
    X, y = _rows()
    both = np.c_[y, y[::-1] ** 2] if kind == "TargetMoments" else np.c_[y > 0, y > 1].astype(int)
    made = getattr(xgboost, name)(n_estimators=4).fit(X, both)
    path, bare = tmp_path / "model.json", tmp_path / "bare.json"
    made.save_model(path)
    with pytest.raises(ModelError, match="several targets"):
        rd.load_model(path)
    for source in (made, path):
        found = rd.inspect_model(source)
        told = found.of(kind)
        means = [one.mean if kind == "TargetMoments" else one.shares[1] for one in told]
        assert means == pytest.approx(both.mean(axis=0).tolist(), rel=1e-6)
        assert len({one.source for one in told}) == 2
        assert [one.n for one in found.of("SampleSize")] == [N]
    stripped = rd.sanitize(path)
    assert stripped.identical
    stripped.save(bare)
    assert np.array_equal(_by_xgboost(bare, X), _by_xgboost(path, X))


@pytest.mark.parametrize("template", OTHERS)
def test_files_of_other_estimators_say_what_they_say_in_memory(template: Any, tmp_path: Path) -> None:
    made = clone(template).fit(_rows()[0])
    skops.io.dump(made, tmp_path / "model.skops")
    there, here = rd.inspect_model(tmp_path / "model.skops"), rd.inspect_model(made)
    assert _no_likelihood(there)
    assert _no_likelihood(here)
    assert len(there)
    assert there.to_dicts() == here.to_dicts()
    assert there.unread == here.unread
    with pytest.raises(ModelError, match="inspect it instead"):
        rd.sanitize(tmp_path / "model.skops")


def test_a_start_is_the_mean_of_targets_only_where_it_is_known_to_be() -> None:
    for objective in ("survival:cox", "binary:hinge"):
        assert not rd.inspect_model(_xgboost(objective)).of("TargetMoments")
    xgboost = pytest.importorskip("xgboost")
    X, y = _rows()
    own = xgboost.train({}, xgboost.DMatrix(X, y), 3, obj=_own_loss)  # written as squared error, from 0.5
    assert not rd.inspect_model(own).of("TargetMoments")
    (told,) = rd.inspect_model(xgboost.train({}, xgboost.DMatrix(X, y), 3)).of("TargetMoments")
    assert told.mean == pytest.approx(y.mean(), rel=1e-6)
    half = xgboost.train({}, xgboost.DMatrix(X, np.arange(N) % 2), 3)
    assert [one.mean for one in rd.inspect_model(half).of("TargetMoments")] == [0.5]


def test_what_no_reader_knows_of_such_a_file_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "model.txt"
    _lightgbm("lambdarank").save_model(str(path))
    path.write_text(path.read_text().replace("feature_names=", "rows_kept=1 2 3\nfeature_names=", 1))
    found = rd.inspect_model(path)
    assert any("rows_kept" in one.path for one in found.unread)
    assert found.of("NodeCounts")


def test_such_a_model_is_audited_and_no_row_is_drawn_by_it(tmp_path: Path) -> None:
    _lightgbm("lambdarank").save_model(str(tmp_path / "model.txt"))
    audit = rd.audit(tmp_path / "model.txt", out=tmp_path / "audit", quick=True)
    assert audit.verdict != "release"
    assert audit.disclosures.of("NodeCounts")
    assert audit.by_query is None
    assert audit.from_file is None or not audit.from_file.consistency.confident  # a table by counts alone
    assert {note.code for _, note in audit.not_tested} >= {"refused"}
    assert "fault" not in {note.code for _, note in audit.not_tested}
    assert "no_likelihood" in {note.code for note in audit.warnings}


def test_the_command_line_says_that_it_has_no_likelihood(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "model.txt"
    _lightgbm("lambdarank").save_model(str(path))
    assert run(["inspect", str(path), "--json"]) == 0
    data = json.loads(capfd.readouterr().out)
    assert data["model"]["kind"] is None
    assert data["model"]["likelihood"].startswith("none: ")
    assert {"NodeCounts", "Range", "GradientSums"} <= {one["kind"] for one in data["disclosures"]}
    assert "no_likelihood" in {note["code"] for note in data["model"]["warnings"]}
    assert run(["inspect", str(path)]) == 0
    assert "no likelihood" in capfd.readouterr().out


def test_settings_of_a_likelihood_and_unfitted_models_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.txt"
    _lightgbm("lambdarank").save_model(str(path))
    with pytest.raises(RequestError):
        rd.inspect_model(path, noise_scale=1.0)
    with pytest.raises(ModelError, match="has no likelihood"):
        rd.reconstruct(load_stated(path), rows=10)
    for unfitted in (KMeans(), KMeans, {}):
        with pytest.raises(ModelError):
            rd.inspect_model(unfitted)


@pytest.mark.parametrize("case", ["LGBMRanker", "XGBRanker", "CatBoostRanker"])
def test_rankers_in_skops_files_are_read(case: str, tmp_path: Path) -> None:
    if case == "CatBoostRanker":
        catboost = pytest.importorskip("catboost")
        made = catboost.CatBoostRanker(iterations=4, verbose=0, allow_writing_files=False, thread_count=1)
        made.fit(*_rows(), group_id=np.repeat(np.arange(12), 10))
    else:
        made = CASES[case][0]()
    skops.io.dump(made, tmp_path / "model.skops")
    found = rd.inspect_model(tmp_path / "model.skops")
    assert _no_likelihood(found)
    assert {fact.kind for fact in found} == {fact.kind for fact in rd.inspect_model(made)}
