"""Files that hold boosted models of other libraries: read without trust where every part is checked, else refused."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import joblib
import numpy as np
import pytest
import skops.io

import retrodict as rd
from tests.families.sklearn.guests.boosters import LIBRARIES, booster, mixed, table

Edit = Any
"""From a schema and its members to nothing: both are changed."""


def written(estimator: Any, path: Path) -> Path:
    path.write_bytes(skops.io.dumps(estimator))
    return path


def edited(estimator: Any, path: Path, edit: Edit) -> Path:
    """Write a skops file in which something was changed."""
    with ZipFile(io.BytesIO(skops.io.dumps(estimator))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members.pop("schema.json"))
    edit(schema, members)
    with ZipFile(path, "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def nodes(thing: Any, **like: Any) -> list[Any]:
    """Return all parts of a schema that have these values."""
    found = []
    if isinstance(thing, dict):
        found += [thing] if like.items() <= thing.items() else []
        thing = list(thing.values())
    if isinstance(thing, list):
        for one in thing:
            found += nodes(one, **like)
    return found


def fitted(library: str, classes: bool = True) -> tuple[Any, Any]:
    frame, score = table()
    y = (score > 3).astype(int) if classes else score
    return mixed(booster(library, classes)).fit(frame, y), frame


@pytest.mark.parametrize("classes", [True, pytest.param(False, marks=pytest.mark.slow)])
@pytest.mark.parametrize("library", LIBRARIES)
def test_a_file_is_read_without_trust(library: str, classes: bool, tmp_path: Path) -> None:
    estimator, frame = fitted(library, classes)
    model: Any = rd.load_model(written(estimator, tmp_path / "whole.skops"))
    assert model.audit.trusted == ()
    assert any(name.startswith(library) for name in model.audit.reviewed)
    rows, way = model.schema.encode(frame), "log_proba" if classes else "predict"
    np.testing.assert_array_equal(getattr(model, way)(rows), getattr(rd.load_model(estimator), way)(rows))


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_estimator_alone_is_its_familys(library: str, tmp_path: Path) -> None:
    frame, score = table()
    alone = booster(library).fit(frame[["age", "bmi"]], (score > 3).astype(int))
    model: Any = rd.load_model(written(alone, tmp_path / "alone.skops"))
    assert type(model).__module__.startswith(f"retrodict.families.{library}")
    joblib.dump(alone, tmp_path / "alone.joblib")
    with pytest.raises(rd.errors.UnsafeFileError):
        rd.load_model(tmp_path / "alone.joblib")
    again: Any = rd.load_model(tmp_path / "alone.joblib", trust_pickle=True)
    rows = model.schema.encode(frame[["age", "bmi"]])
    np.testing.assert_array_equal(again.log_proba(rows), model.log_proba(rows))
    np.testing.assert_allclose(np.exp(model.log_proba(rows)), alone.predict_proba(frame[["age", "bmi"]]), atol=3e-7)


def damage(schema: Any, members: dict[str, bytes]) -> None:
    """Cut the bytes or the text that hold the model."""
    for one in nodes(schema, __class__="bytearray") + nodes(schema, __class__="bytes"):
        members[one["file"]] = members[one["file"]][: len(members[one["file"]]) // 2]
    for one in nodes(schema, __module__="lightgbm.basic"):
        handle = one["content"]["content"]["_handle"]
        handle["content"] = json.dumps(json.loads(handle["content"])[:400])


def _model_of(schema: Any) -> Any:
    """Return what a booster's part is built from: the part of the estimator that a family vouches for."""
    for module in ("xgboost.sklearn", "lightgbm.sklearn", "catboost.core"):
        for one in nodes(schema, __module__=module, __loader__="ObjectNode"):
            return one["content"]["content"], one["content"]["key_types"]["content"]
    raise AssertionError


def _add(name: str, node: Any) -> Edit:
    def edit(schema: Any, members: dict[str, bytes]) -> None:
        content, types = _model_of(schema)
        content[name] = node
        types.append({"__class__": "str", "__module__": "builtins", "__loader__": "TypeNode", "__id__": 9_000_001})

    return edit


TEXT = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": '"x"', "__id__": 9_000_002}
MANY = {**TEXT, "content": "100000", "__id__": 9_000_003}
CODE = {"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "__id__": 9_000_004}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_damaged_model_is_refused_before_its_library_sees_it(library: str, tmp_path: Path) -> None:
    path = edited(fitted(library)[0], tmp_path / "cut.skops", damage)
    with pytest.raises(rd.errors.ModelError) as caught:
        rd.load_model(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", ["predict_proba", "__class__"])
def test_attributes_that_hide_a_method_are_not_vouched_for(library: str, name: str, tmp_path: Path) -> None:
    path = edited(fitted(library)[0], tmp_path / "hidden.skops", _add(name, TEXT))
    with pytest.raises(rd.errors.UnsafeFileError, match=library):
        rd.load_model(path)


@pytest.mark.parametrize("library", LIBRARIES)
def test_code_in_a_setting_is_not_vouched_for(library: str, tmp_path: Path) -> None:
    path = edited(fitted(library)[0], tmp_path / "code.skops", _add("objective_function", CODE))
    with pytest.raises(rd.errors.UnsafeFileError, match=r"os\.system|posix\.system"):
        rd.load_model(path)


@pytest.mark.parametrize(
    ("library", "name"), [("catboost", "thread_count"), ("lightgbm", "n_jobs"), ("xgboost", "n_jobs")]
)
def test_more_threads_than_there_are_are_refused(library: str, name: str, tmp_path: Path) -> None:
    def edit(schema: Any, members: dict[str, bytes]) -> None:
        _model_of(schema)[0][name] = MANY

    with pytest.raises(rd.errors.ModelError, match=f"its {name} asks for no number of threads"):
        rd.load_model(edited(fitted(library)[0], tmp_path / "many.skops", edit))


def test_another_way_of_building_is_not_vouched_for(tmp_path: Path) -> None:
    def edit(schema: Any, members: dict[str, bytes]) -> None:
        for one in nodes(schema, __module__="xgboost.core"):
            one["__loader__"] = "ReduceNode" if "reduce" in one else "TypeNode"

    with pytest.raises(rd.errors.UnsafeFileError, match=r"xgboost\.core\.Booster"):
        rd.load_model(edited(fitted("xgboost")[0], tmp_path / "otherwise.skops", edit))


def test_machines_in_the_settings_of_lightgbm_are_refused(tmp_path: Path) -> None:
    frame, score = table()
    own = booster("lightgbm", machines="10.0.0.1:80").set_params(num_machines=1)
    path = written(own.fit(frame[["age"]], (score > 3).astype(int)), tmp_path / "net.skops")
    with pytest.raises(rd.errors.ModelError, match="machines"):
        rd.load_model(path)


def own_objective(y: Any, said: Any) -> tuple[Any, Any]:
    return said - y, np.ones_like(y)


def test_a_function_of_the_users_needs_trust_and_then_works(tmp_path: Path) -> None:
    frame, score = table()
    path = written(mixed(booster("xgboost", False, objective=own_objective)).fit(frame, score), tmp_path / "own.skops")
    with pytest.raises(rd.errors.UnsafeFileError, match="trusted=") as caught:
        rd.load_model(path)
    names = tuple(json.loads(str(caught.value).split("trusted=")[1].rstrip(")").replace("'", '"')))
    assert any("own_objective" in name for name in names)
    # an objective without a known likelihood is refused for that, no longer for its type
    with pytest.raises(rd.errors.ModelError, match="objective"):
        rd.load_model(path, trusted=names)


@pytest.mark.parametrize("library", LIBRARIES)
def test_what_is_kept_of_a_watched_table_is_no_hindrance(library: str, tmp_path: Path) -> None:
    frame, score = table()
    X, y = frame[["age", "bmi"]], np.digitize(score, [2.5, 3.5])
    quiet = {} if library == "lightgbm" else {"verbose": False}
    own = booster(library).fit(X, y, eval_set=[(X[:50], y[:50])], **quiet)
    model: Any = rd.load_model(written(own, tmp_path / "watched.skops"))
    rows = model.schema.encode(X)
    np.testing.assert_allclose(np.exp(model.log_proba(rows)), own.predict_proba(X), atol=3e-7)


def test_names_of_older_releases_are_known(tmp_path: Path) -> None:
    def older(schema: Any, members: dict[str, bytes]) -> None:
        for one in nodes(schema, __module__="lightgbm.basic"):
            content = one["content"]["content"]
            for name in list(content):
                content[name.removeprefix("_") if name in ("_handle", "_network") else name] = content.pop(name)
        for one in nodes(schema, __module__="xgboost.core"):
            one["content"]["content"]["best_ntree_limit"] = {**MANY, "content": "8"}
            one["content"]["key_types"]["content"].append(one["content"]["key_types"]["content"][0])

    for library in ("lightgbm", "xgboost"):
        estimator, frame = fitted(library)
        model: Any = rd.load_model(edited(estimator, tmp_path / f"{library}.skops", older))
        rows = model.schema.encode(frame)
        np.testing.assert_allclose(np.exp(model.log_proba(rows)), estimator.predict_proba(frame), atol=3e-7)
