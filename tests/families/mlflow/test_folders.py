"""MLflow folders are opened by their `MLmodel`, never outside of themselves; what stands beside a model is stated."""

from __future__ import annotations

import copy
import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict.auditing import load_appetite
from retrodict.auditing.file_findings import file_findings
from retrodict.cli.app import run
from retrodict.errors import ModelError, UnsafeFileError
from retrodict.families.mlflow.example_rows import rows_of
from retrodict.models.opening import audit_file
from tests.families.mlflow.fixtures import FILES, FIXTURES, told

SKOPS = FILES / "3.17.2" / "sklearn_skops"
TRAIN = pd.DataFrame(np.array(told("3.17.2")["rows"]), columns=["age", "dose"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SKOPS, tmp_path / "model"))


def change(folder: Path, *pairs: tuple[str, str]) -> Path:
    """Change lines of `MLmodel`."""
    text = (folder / "MLmodel").read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    (folder / "MLmodel").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", FIXTURES)
def test_every_flavour_predicts_as_its_own_library(name: str, tmp_path: Path) -> None:
    fixture = FIXTURES[name]
    model: Any = rd.load_model(fixture.path, **fixture.settings)
    assert fixture.same(model)
    found = rd.inspect_model(model)
    assert found.unread == ()
    rows = {fact.source: fact for fact in found.of("Rows") if fact.source.endswith("example.json")}
    assert set(rows) == {"input_example.json", "serving_input_example.json"}
    for fact in rows.values():
        assert fact.features == ("age", "dose")
        assert fact.rows.tolist() == TRAIN.head(3).to_numpy().tolist()
        assert (fact.personal, fact.exact is True) == (True, False)
    assert found.of("TrainingDate")[0].when.startswith("20")
    assert found.of("TrainingSettings")[-1].settings["mlflow_version"] == name.split()[0]
    bare = rd.sanitize(model, rows=100)
    assert bare.identical
    assert not [fact for fact in bare.after if "MLmodel" in fact.source or "example" in fact.source]
    assert {"input_example.json", "MLmodel"} <= {entry.path for entry in bare.removed}
    again = rd.load_model(bare.save(tmp_path / "bare"), **fixture.settings)
    assert fixture.same(again)


def test_rows_that_the_training_table_has_are_said_to_be_its_rows() -> None:
    model = rd.load_model(SKOPS)
    known = {fact.exact for fact in rd.inspect_model(model, train=TRAIN).of("Rows")}
    others = {fact.exact for fact in rd.inspect_model(model, train=TRAIN + 0.5).of("Rows")}
    assert known == {True}
    assert True not in others


def test_an_audit_rejects_the_folder_for_its_example() -> None:
    found = rd.inspect_model(SKOPS)
    verdicts = {one.measure: one.verdict for one in file_findings(found, load_appetite())}
    assert verdicts["stored_rows"] == "reject"
    bare = rd.sanitize(SKOPS, rows=100).after
    assert {one.measure: one.value for one in file_findings(bare, load_appetite())}["stored_rows"] == 0


def test_it_can_do_all_that_the_model_inside_can() -> None:
    inside: Any = rd.load_model(SKOPS / "model.skops")
    model: Any = rd.load_model(SKOPS)
    assert isinstance(model, type(inside))
    X = TRAIN.to_numpy()
    for twin in (model.bind(model.schema), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert np.array_equal(twin.log_proba(X), inside.log_proba(X))
        assert len(rd.inspect_model(twin)) == len(rd.inspect_model(model)) > len(rd.inspect_model(inside))
    assert audit_file(SKOPS).format == "MLflow folder (sklearn: skops)"


def test_a_pickle_inside_is_refused_as_everywhere() -> None:
    with pytest.raises(UnsafeFileError, match=r"model\.pkl' is a pickle.*--trust-pickle"):
        rd.load_model(FILES / "3.17.2" / "sklearn_pickle")
    with pytest.raises(UnsafeFileError, match=r"model\.statsmodels' is a pickle of a statsmodels result"):
        rd.load_model(FILES / "3.17.2" / "statsmodels")


def test_types_that_the_folder_trusts_are_not_trusted(folder: Path) -> None:
    change(folder, ("skops_trusted_types: []", "skops_trusted_types: [os.system]"))
    assert audit_file(folder).trusted == ()


@pytest.mark.parametrize(("changes", "said"), [
    ([("pickled_model: model.skops", "pickled_model: ../model.skops")], "leads out of it"),
    ([("pickled_model: model.skops", "pickled_model: /etc/passwd")], "leads out of it"),
    ([("pickled_model: model.skops", "pickled_model: 'a\\\\b'")], "leads out of it"),
    ([("pickled_model: model.skops", "pickled_model: gone.skops")], "not there"),
    ([("pickled_model: model.skops", "pickled_model: sub")], "is no file"),
    ([("pickled_model: model.skops", "pickled_model: link.skops")], "is a link"),
    ([("pickled_model: model.skops", "pickled_model: linked/model.skops")], "is a link"),
    ([("pickled_model: model.skops", "pickled_model: [1, 2]")], "names no model file"),
    ([("loader_module: mlflow.sklearn", "loader_module: my.loader")], "loaded by my.loader, which is code of its own"),
    ([("code: null", "code: code")], "code of its own"),
    ([("  sklearn:", "  pytorch:")], "MLflow folder of pytorch, which is not read"),
    ([("flavors:", "flavours:")], "names no flavour"),
    ([("mlflow_version: 3.17.2", "mlflow_version: &a [*a]")], "can't be read"),
    ([("mlflow_version: 3.17.2", "mlflow_version: !!python/object/apply:os.system [ls]")], "can't be read"),
    ([("pickled_model: model.skops", "pickled_model: MLmodel")], "is no model file but text"),
])  # fmt: skip
def test_folders_made_to_do_harm_are_refused(folder: Path, changes: list[tuple[str, str]], said: str) -> None:
    (folder / "sub").mkdir()
    (folder / "link.skops").symlink_to(folder / "model.skops")
    (folder / "linked").symlink_to(folder)
    change(folder, *changes)
    with pytest.raises(ModelError, match=said) as caught:
        rd.load_model(folder)
    assert "\n" not in str(caught.value)


def test_bombs_are_refused_before_they_are_unpacked(folder: Path) -> None:
    aliases = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
    )
    for text, said in (
        (aliases, "can't be read"),
        ("[" * 100_000, "can't be read"),
        ("# \n" * 3_000_000, "are read|more"),
    ):
        (folder / "MLmodel").write_text(text, encoding="utf-8")
        with pytest.raises(ModelError, match=said):
            rd.load_model(folder)


def test_a_python_function_is_never_run(folder: Path) -> None:
    (folder / "MLmodel").write_text("flavors:\n  python_function:\n    loader_module: mlflow.pyfunc.model\n")
    with pytest.raises(
        ModelError, match=r"a Python function, loaded by mlflow.pyfunc.model: it is code, which is never run"
    ):
        rd.load_model(folder)


def test_a_registry_adds_a_name(folder: Path) -> None:
    (folder / "registered_model_meta").write_text("model_name: risk\nmodel_version: '3'\n")
    found = rd.inspect_model(folder)
    assert found.unread == ()
    assert found.of("TrainingSettings")[-1].settings["model_name"] == "risk"
    (folder / "registered_model_meta").write_text("model_name: risk\nrows: [1, 2]\n")
    assert [one.path for one in rd.inspect_model(folder).unread] == ["registered_model_meta"]


def test_what_is_not_read_is_listed(folder: Path) -> None:
    change(folder, ("prompts: null", "secret_entry: 1\nmetadata:\n  cohort: ward 7\nrun_id: abc"))
    (folder / "artifacts").mkdir()
    (folder / "artifacts" / "train.csv").write_text("age,dose\n1,2\n")
    (folder / "requirements.txt").write_text("Ada Lovelace, born 1815, ward 7\n")
    (folder / "input_example.json").write_text("no json")
    found = rd.inspect_model(folder)
    assert {one.path for one in found.unread} == {
        *("MLmodel: secret_entry", "artifacts/train.csv", "requirements.txt", "input_example.json"),
    }
    settings = found.of("TrainingSettings")[-1].settings
    assert (settings["metadata"], settings["run_id"]) == ({"cohort": "ward 7"}, "abc")


@pytest.mark.parametrize(("text", "names", "rows"), [
    ('{"columns": ["a", "b"], "index": [0], "data": [[1, "x"]]}', ("a", "b"), [[1, "x"]]),
    ('{"dataframe_split": {"columns": ["a"], "data": [[1], [2]]}}', ("a",), [[1], [2]]),
    ('{"dataframe_records": [{"a": 1}, {"b": 2, "a": 3}]}', ("a", "b"), [[1, "nan"], [3, 2]]),
    ('{"inputs": [[1, 2], [3, 4]]}', ("p", "q"), [[1, 2], [3, 4]]),
    ('{"inputs": {"a": [1, 2], "b": [3, 4]}, "params": null}', ("a", "b"), [[1, 3], [2, 4]]),
    ('{"instances": [[1, 2, 3]]}', ("column 0", "column 1", "column 2"), [[1, 2, 3]]),
    ('{"a": 1, "b": "x"}', ("a", "b"), [[1, "x"]]),
    ("[1, 2]", ("p", "q"), [[1, 2]]),
])  # fmt: skip
def test_forms_of_examples(text: str, names: tuple[str, ...], rows: list[Any]) -> None:
    read = rows_of(text.encode(), ("p", "q"))
    assert read is not None
    assert read[0] == names
    assert [[cell if cell == cell else "nan" for cell in row] for row in read[1].tolist()] == rows


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '"text"', "[[1], [2, 3]]", "[" * 99_999, '{"inputs": [[[1]]]}'])
def test_what_is_no_example(text: str) -> None:
    assert rows_of(text.encode(), ("p", "q")) is None


def test_the_command_line(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["inspect", str(SKOPS), "--json"]) == 0
    facts = json.loads(capfd.readouterr().out)["disclosures"]
    assert "input_example.json" in {one["source"] for one in facts if one["kind"] == "Rows"}
    assert run(["sanitize", str(SKOPS), "--out", str(tmp_path / "a.skops"), "--json"]) == 0
    done = json.loads(capfd.readouterr().out)
    assert done["identical"] is True
    assert any("only the model file is written" in one["why"] for one in done["kept"])
    assert run(["inspect", str(tmp_path / "a.skops")]) == 0
