"""A family in one folder and one line works in every public function, from a file and from an object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from retrodict.cli.app import run
from retrodict.disclosures import PossibleRows
from retrodict.errors import ModelError, RequestError, RetrodictError
from retrodict.schema import Feature, Schema
from tests.families.made_up.installed import files, installed

N = 60


def table(n: int, seed: int, line: bool) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"age": rng.uniform(20, 80, n).round(1), "dose": rng.normal(5, 2, n).round(2)})
    margin = (frame["age"] - 50) / 10 + frame["dose"] - 5
    if line:
        return frame.assign(target=margin + 0.1 * rng.standard_normal(n))
    return frame.assign(target=np.where(margin + rng.logistic(size=n) > 0, "yes", "no"))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    with installed(tmp_path_factory.mktemp("family")) as made:
        yield made


@pytest.fixture(params=["Nearest", "Line"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def made(library: ModuleType, kind: str) -> Any:
    train = table(N, 0, kind == "Line")
    return getattr(library, kind)().fit(train[["age", "dose"]], train["target"])


@pytest.fixture(params=["file", "object"])
def source(request: pytest.FixtureRequest, made: Any, library: ModuleType, tmp_path: Path) -> Any:
    if request.param == "object":
        return made
    (tmp_path / "a.model").write_bytes(library.dump(made))
    return tmp_path / "a.model"


def test_it_is_one_folder_of_few_lines() -> None:
    assert set(files()) == {"open.py", "model.py", "disclose.py", "strip.py", "advice.py"}  # no trees
    lines = [line.strip() for text in files().values() for line in text.splitlines()]
    assert len([line for line in lines if line and not line.startswith(('"""', "from ", "import "))]) < 110


def test_it_is_read(source: Any, kind: str) -> None:
    model = rd.load_model(source)
    assert model.family == kind
    found = rd.inspect_model(source)
    assert found.unread == ()
    assert [fact.n for fact in found.of("SampleSize")] == [N]
    if kind == "Nearest":
        (rows,) = found.of("Rows")
        assert rows.features == ("age", "dose")
        assert rows.rows.astype(float).tolist() == table(N, 0, False)[["age", "dose"]].to_numpy().tolist()
    else:
        assert {fact.features[0]: fact.low for fact in found.of("Range")} == {
            name: table(N, 0, True)[name].min() for name in ("age", "dose")
        }


def test_it_is_checked_before_training(library: ModuleType, kind: str) -> None:
    check = rd.check(kind)
    assert (check.verdict, len(check.fired)) == (("reject", 1) if kind == "Nearest" else ("nothing_known", 0))


def test_a_schema_states_columns_in_any_order(made: Any, kind: str) -> None:
    given = Schema((Feature("dose", low=0.0, high=9.0), Feature("age", "ordinal", categories=(30, 20, 50))))
    model, bare = rd.load_model(made, schema=given), rd.load_model(made)
    assert model.schema.names == ("age", "dose")
    assert model.schema["dose"] == given["dose"]
    score = "log_proba" if kind == "Nearest" else "predict"
    said = getattr(model, score)(np.array([[1.0, 4.0], [2.0, 5.0]]))  # codes of 20 and 50
    assert np.array_equal(said, getattr(bare, score)(np.array([[20.0, 4.0], [50.0, 5.0]])))


def test_rows_are_drawn_and_the_table_is_rebuilt(source: Any, kind: str) -> None:
    drawn = rd.reconstruct(source, None, 200, seed=1, progress=False)
    assert drawn.complete
    assert list(drawn.frame) == ["age", "dose", "target"]
    if kind == "Line":
        with pytest.raises(ModelError, match="no node counts of trees are known of a Line"):
            rd.rebuild(source)
        return
    rebuilt = rd.rebuild(source)
    train = table(N, 0, False)
    assert rebuilt.frame[["age", "dose", "target"]].astype(train.dtypes).equals(train)


def test_it_is_sanitised_and_saved_as_its_own_kind_of_file(source: Any, kind: str, tmp_path: Path) -> None:
    found = rd.sanitize(source, rows=200)
    assert found.identical
    assert {entry.path for entry in found.kept} == ({"rows"} if kind == "Nearest" else {"lows", "highs"})
    assert {entry.path for entry in found.removed} == (set() if kind == "Nearest" else {"means", "n"})
    again = rd.load_model(found.save(tmp_path / "bare"))
    assert (tmp_path / "bare").read_bytes().startswith(b"MADEUP1")
    assert len(rd.inspect_model(again).of("SampleSize")) == (kind == "Nearest")
    X = rd.load_model(source).schema.encode(table(50, 3, False))
    score = "log_proba" if kind == "Nearest" else "predict"
    assert np.array_equal(getattr(again, score)(X), getattr(rd.load_model(source), score)(X))


@pytest.mark.slow
def test_it_is_audited(source: Any, kind: str, tmp_path: Path) -> None:
    line, out = kind == "Line", tmp_path / "audit"
    found = rd.audit(source, train=table(N, 0, line), holdout=table(N, 1, line), quick=True, rows=200, out=out)
    assert "not read" not in repr(found)
    stored = [one.value for one in found.findings if one.measure == "stored_rows"]
    assert stored == [0 if line else N]


def test_it_is_migrated(source: Any, kind: str) -> None:
    to = "decision_tree"
    new = rd.migrate(source, to, rows=200, progress=False)
    said = new.estimator.predict(table(20, 5, False)[["age", "dose"]])
    assert len(said) == 20
    assert rd.load_model(new.estimator).schema.target.is_class == (kind == "Nearest")


def test_the_command_line_reads_its_files(
    made: Any, library: ModuleType, kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.model"
    path.write_bytes(library.dump(made))
    assert run(["inspect", str(path), "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["model"]["family"] == kind
    assert told["audit"]["format"] == "madeup"
    assert told["unread"] == []
    assert run(["inspect", str(path)]) == 0
    assert "madeup audit: nothing untrusted" in capfd.readouterr().out


def test_what_it_refuses_is_said_in_its_words(library: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"MADEUP1\n{}")
    with pytest.raises(ModelError, match="can't be read as madeup: KeyError: 'kind'; save the model again"):
        rd.load_model(tmp_path / "a")
    with pytest.raises(ModelError, match="is no fitted model of madeup"):
        rd.load_model(library.Line())
    (tmp_path / "b").write_text("hello")
    with pytest.raises(ModelError, match=r"is no model file but text; give .*skops.* or a madeup file"):
        rd.load_model(tmp_path / "b")
    with pytest.raises(ModelError, match=r"got an int; .*a fitted scikit-learn .* or a fitted madeup model is needed"):
        rd.inspect_model(3)


def test_without_disclose_it_is_listed_as_not_read(tmp_path: Path) -> None:
    train = table(N, 0, False)
    with installed(tmp_path, leave_out="disclose.py") as library:
        made = library.Nearest().fit(train[["age", "dose"]], train["target"])
        found = rd.inspect_model(made)
        assert [(one.path, one.why) for one in found.unread] == [("", "unknown")]
        possible = {fact.source: fact for fact in rd.inspect_model(made, train=train).of(PossibleRows)}
        assert (possible["rows"].known_rows, possible["rows"].personal) == (N, True)
        assert possible["labels"].n == N
        with pytest.raises(RetrodictError, match="of which not all was read"):
            rd.rebuild(made)


def test_within_a_pipeline_of_another_family_it_is_read_by_its_own(library: ModuleType) -> None:
    train = table(N, 0, False)
    scaler = StandardScaler().set_output(transform="pandas")
    pipeline = Pipeline([("scale", scaler), ("near", library.Nearest())]).fit(train[["age", "dose"]], train["target"])
    found = rd.inspect_model(pipeline)
    (rows,) = found.of("Rows")
    assert (rows.source, rows.features) == ("named_steps['near'].rows", ("age", "dose"))
    np.testing.assert_allclose(rows.rows.astype(float), train[["age", "dose"]].to_numpy())  # in raw units again
    assert found.unread == ()


def test_a_type_that_no_reader_knows_is_not_read(library: ModuleType) -> None:
    class Other(library.Line):  # type: ignore[misc, name-defined]
        def predict(self, X: np.ndarray) -> np.ndarray:
            return np.zeros(len(X))

    train = table(N, 0, True)
    other = Other().fit(train[["age", "dose"]], train["target"])
    other.memory = train[["age", "dose"]].to_numpy()
    (changed,) = rd.inspect_model(other).unread
    assert (changed.why, "predict" in changed.reason) == ("overrides", True)
    assert rd.inspect_model(other).of(PossibleRows)[0].source == "memory"
    with pytest.raises(RequestError, match="no link slope"):
        rd.load_model(other, link_slope=1.0)
