"""Files of XGBoost: told by their bytes, of old releases as of new ones, and refused where they would do harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import retrodict as rd
from retrodict.errors import ModelError, UnsafeFileError
from retrodict.families.xgboost import json_text, ubjson
from retrodict.families.xgboost import open as opening
from retrodict.models.family import Source
from retrodict.schema import Feature, Schema
from tests.families.xgboost.make_files import COLUMNS, FILES, ROWS, SITES, table

xgb = pytest.importorskip("xgboost")

RELEASES = sorted(folder.name for folder in FILES.iterdir() if folder.is_dir())
NAMES = ("binary", "classes", "squares", "absolute", "counts", "midpoints", "dart", "linear")
SMALL = FILES / RELEASES[-1] / "binary.json"


def test_files_are_of_several_releases() -> None:
    assert {release.split(".")[0] for release in RELEASES} == {"1", "2", "3"}


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("name", NAMES)
def test_old_files_predict_as_they_did(release: str, name: str) -> None:
    folder, train = FILES / release, table()
    expected = json.loads((folder / "expected.json").read_text())[name]
    columns = COLUMNS[:2] if name in ("midpoints", "linear") else COLUMNS
    site = Feature("site", "categorical", categories=tuple(SITES))
    schema = Schema(tuple(site if column == "site" else Feature(column) for column in columns))
    for path in folder.glob(f"{name}.*"):
        model = rd.load_model(path, schema=schema)
        X = schema.encode(train[columns][:ROWS])
        for kind in ("margin", "value"):
            assert np.array_equal(model.scores(X, kind), np.float32(expected[kind]))
        assert model.audit.written_by == f"xgboost {release}"
        assert not rd.inspect_model(model).unread


@pytest.mark.slow
def test_what_releases_state_of_the_target() -> None:
    """Before 3.0 the start was one step towards the mean, which can be taken back; before 2.0 there was none."""
    train = table()
    for release in RELEASES:
        facts = {name: rd.inspect_model(FILES / release / f"{name}.ubj") for name in NAMES}
        one = release.startswith("1.")
        assert [fact.shares for fact in facts["binary"].of(rd.disclosures.ClassShares)] == (
            [] if one else [tuple(np.bincount(train["ill"]) / len(train))]
        )
        for name, target in (("squares", "cost"), ("counts", "stage")):
            means = [fact.mean for fact in facts[name].of(rd.disclosures.TargetMoments)]
            assert means == ([] if one else [pytest.approx(train[target].mean(), rel=1e-6)])
        medians = [fact.quantiles[0] for fact in facts["absolute"].of(rd.disclosures.TargetQuantiles)]
        newton = release.startswith("3.4")  # it steps towards the median from here on
        assert medians == ([] if newton else [pytest.approx(train["cost"].median(), rel=1e-6)])
        assert all(size.n == len(train) for found in facts.values() for size in found.of(rd.disclosures.SampleSize))


def test_the_format_before_is_refused_with_a_way_out() -> None:
    with pytest.raises(ModelError, match=r"load it with an XGBoost before 3.1 and save it with save_model"):
        rd.load_model(FILES / "1.7.6" / "old.bin")


def test_pickles_need_trust() -> None:
    for release in RELEASES:
        path = FILES / release / "booster.pkl"
        with pytest.raises(UnsafeFileError):
            rd.load_model(path)
        assert rd.load_model(path, trust_pickle=True).schema.names == ("age", "dose")


def test_other_json_is_not_taken() -> None:
    for content in (b'{"learner": 1}', b'{"oblivious_trees": [], "features_info": {}}', b"{}", b"{L"):
        assert not opening.recognises(Source(Path("model.json"), content))
    assert opening.recognises(Source(Path("any"), SMALL.read_bytes()))
    spaced = json.dumps(json.loads(SMALL.read_text()), indent=2).encode()
    assert opening.recognises(Source(Path("any"), b"\n " + spaced))


def test_what_no_reader_knows_is_listed(tmp_path: Path) -> None:
    """Unknown keys never reach the library, which would pass over them: they are said to be not read."""
    values = json.loads(SMALL.read_text())
    values["rows"] = [["Ann", 31], ["Bob", 45]]
    values["learner"]["gradient_booster"]["model"]["trees"][0]["row_ids"] = [4, 7]
    for encode, name in ((json_text.encode, "model.json"), (_as_ubjson, "model.ubj")):
        path = tmp_path / name
        path.write_bytes(encode(values))
        found = rd.inspect_model(path)
        assert [line.path for line in found.unread] == [
            "learner.gradient_booster.model.trees[0].row_ids",
            "rows",
        ]
        rd.sanitize(path, rows=100).save(tmp_path / "bare")
        assert b"Ann" not in (tmp_path / "bare").read_bytes()


def _as_ubjson(values: Any) -> bytes:
    return ubjson.encode(values)


def tree(values: Any) -> Any:
    return values["learner"]["gradient_booster"]["model"]["trees"][0]


def _set(name: str, place: int, value: Any) -> Callable[[Any], None]:
    def change(values: Any) -> None:
        tree(values)[name][place] = value

    return change


def _split_node(values: Any) -> int:
    return tree(values)["categories_nodes"][0]


def _param(name: str, value: str) -> Callable[[Any], None]:
    return lambda values: values["learner"]["learner_model_param"].__setitem__(name, value)


HOSTILE: dict[str, Callable[[Any], Any]] = {
    "child beyond": _set("left_children", 0, 10_000),
    "child below": _set("left_children", 0, -7),
    "its own child": _set("right_children", 1, 1),
    "one child": _set("right_children", 0, -1),
    "feature beyond": _set("split_indices", 0, 9),
    "feature below": _set("split_indices", 0, -1),
    "leaf without a value": _set("split_conditions", -1, float("nan")),
    "parent beyond": _set("parents", 1, 10_000),
    "another parent": _set("parents", 1, 2),
    "flag": _set("default_left", 0, 3),
    "set without a split": _set("split_type", 0, 1),
    "code beyond": lambda values: tree(values)["categories"].__setitem__(0, 2**24),
    "set beyond": lambda values: tree(values)["categories_sizes"].__setitem__(0, 2**40),
    "set before": lambda values: tree(values)["categories_segments"].__setitem__(0, -5),
    "short list": lambda values: tree(values)["sum_hessian"].pop(),
    "no list": lambda values: tree(values).__setitem__("loss_changes", "x"),
    "many nodes": lambda values: tree(values)["tree_param"].__setitem__("num_nodes", "2147483647"),
    "class beyond": lambda values: values["learner"]["gradient_booster"]["model"]["tree_info"].__setitem__(0, 3),
    "rounds": lambda values: values["learner"]["gradient_booster"]["model"]["iteration_indptr"].__setitem__(0, 3),
    "trees": lambda values: values["learner"]["gradient_booster"]["model"]["trees"].pop(),
    "features": _param("num_feature", "2000000000"),
    "classes": _param("num_class", "2000000000"),
    "start": _param("base_score", "[nan]"),
    "start that is a text": _param("base_score", "__import__('os')"),
    "names": lambda values: values["learner"]["feature_names"].append("more"),
    "names twice": lambda values: values["learner"].__setitem__("feature_names", ["a", "a", "b"]),
    "types": lambda values: values["learner"].__setitem__("feature_types", ["float", "odd", "c"]),
    "surrogate": lambda values: values["learner"]["feature_names"].__setitem__(0, "\ud800"),
    "no trees": lambda values: values["learner"]["gradient_booster"].__setitem__("model", None),
    "version": lambda values: values.__setitem__("version", "3"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_one_line(name: str, tmp_path: Path) -> None:
    values = json.loads(SMALL.read_text())
    HOSTILE[name](values)
    path = tmp_path / "model.json"
    path.write_text(json.dumps(values))
    with pytest.raises(ModelError) as caught:
        rd.load_model(path)
    assert "\n" not in str(caught.value)
    assert "process of its own" not in str(caught.value)  # it never reached compiled code
    assert "save_model" in str(caught.value)


def test_deep_and_doubled_json(tmp_path: Path) -> None:
    text = SMALL.read_text()
    deep = text.replace('"attributes":{}', '"attributes":' + "[" * 100_000)
    double = text.replace('"attributes":{}', '"attributes":{"rows":"Ann"},"attributes":{}')
    for content in (deep, double, text[:-100], text + "x"):
        (tmp_path / "model.json").write_text(content)
        with pytest.raises(ModelError, match="no whole content"):
            rd.load_model(tmp_path / "model.json")


UBJSON = {
    "an array that is longer than the file": b"{L" + b"\0" * 7 + b"\1a[$d#L\x7f" + b"\xff" * 7,
    "a count that is longer than the file": b"{L" + b"\0" * 7 + b"\1a[#L\x7f" + b"\xff" * 7,
    "a text that is longer than the file": b"{L" + b"\0" * 7 + b"\1aSL\x7f" + b"\xff" * 7,
    "a length below zero": b"{L" + b"\xff" * 8,
    "an array of nothing": b"{L" + b"\0" * 7 + b"\1a[$Z#L\x7f" + b"\xff" * 7,
    "arrays in arrays": b"[" * 100_000,
    "an open end": b"{",
    "no mark": b"{L" + b"\0" * 7 + b"\1a?",
}


@pytest.mark.parametrize("name", UBJSON)
def test_hostile_ubjson(name: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        ubjson.decode(UBJSON[name])


def test_ubjson_goes_there_and_back() -> None:
    for release in RELEASES:
        content = (FILES / release / "squares.ubj").read_bytes()
        values = ubjson.decode(content)
        again = ubjson.decode(ubjson.encode(values))
        assert json.dumps(again, default=np.ndarray.tolist) == json.dumps(values, default=np.ndarray.tolist)


def test_a_model_inside_another_file_is_checked() -> None:
    """As it stands in a pickled booster: with its configuration beside it."""
    state = xgb.Booster(model_file=SMALL).__getstate__()["handle"]
    opening.check_content(bytes(state))
    for change, said in ((_set("left_children", 0, 10_000), "child that is no node"), (_unknown, "no reader knows")):
        values = json.loads(SMALL.read_text())
        change(values)
        with pytest.raises(ModelError, match=said):
            opening.check_content(json.dumps(values).encode())
    whole = ubjson.decode(bytes(state))
    whole["Config"]["learner"]["generic_param"]["nthread"] = "1000000"
    with pytest.raises(ModelError, match="no number of threads"):
        opening.check_content(ubjson.encode(whole))


def _unknown(values: Any) -> None:
    values["learner"]["rows"] = [1, 2]


_AFTER_THREADS = """
import numpy as np, xgboost as xgb
import retrodict as rd

X = np.random.default_rng(0).normal(size=(20_000, 8))
xgb.XGBClassifier(n_estimators=3, n_jobs=2).fit(X, X[:, 0] > 0).predict(X)
print(rd.load_model({path!r}).schema.names)
"""


@pytest.mark.slow
def test_a_file_is_opened_after_the_process_had_threads() -> None:
    """A copy of a process lacks its threads: OpenMP would wait for them for ever."""
    code = _AFTER_THREADS.format(path=str(SMALL))
    many = {**os.environ, "OMP_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120, env=many
    )
    assert done.stdout.strip() == str(tuple(COLUMNS))
