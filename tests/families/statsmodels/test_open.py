"""Pickles of results: refused until they are trusted, whatever the release, and read in whatever code asks."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

pytest.importorskip("statsmodels")

import statsmodels.formula.api as smf

import retrodict as rd
from retrodict.cli.app import run
from retrodict.errors import ModelError, UnsafeFileError
from retrodict.models.opening import audit_file
from tests.families.statsmodels.fits import fitted, table
from tests.families.statsmodels.fixtures import FILES, FIXTURES, said

ROWS = table(8, seed=9)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_files_of_other_releases(path: Path, tmp_path: Path) -> None:
    model = rd.load_model(path, trust_pickle=True)
    own = said(model)
    assert FIXTURES[f"{path.parent.name} {path.stem.replace('_', ' ')}"].same(model)
    found = rd.inspect_model(path, trust_pickle=True)
    assert found.unread == ()
    assert bool(found.of("Rows")) == (not path.name.startswith("OLS_of_a_matrix.bare"))
    bare = rd.sanitize(path, trust_pickle=True, rows=100)
    assert bare.identical
    again = said(rd.load_model(bare.save(tmp_path / "bare.pickle"), trust_pickle=True))
    assert np.array_equal(again, own)


def test_an_untrusted_one_is_refused_in_words_of_its_own(tmp_path: Path) -> None:
    fitted("OLS").save(tmp_path / "a.pickle")
    with pytest.raises(UnsafeFileError, match=r"a pickle of a statsmodels result.*--trust-pickle") as caught:
        rd.load_model(tmp_path / "a.pickle")
    assert "skops" not in str(caught.value)
    assert audit_file(tmp_path / "a.pickle").refused == ("any code",)


@pytest.mark.parametrize("how", ["save", "pickle", "protocol 0", "joblib", "compressed"])
def test_every_way_of_pickling(how: str, tmp_path: Path) -> None:
    made, path = fitted("GLM gamma"), tmp_path / "a"
    if how == "save":
        made.save(path)
    elif how in ("pickle", "protocol 0"):
        path.write_bytes(pickle.dumps(made, protocol=0 if how == "protocol 0" else 4))
    else:
        joblib.dump(made, path, compress=3 if how == "compressed" else 0)
    assert np.array_equal(said(rd.load_model(path, trust_pickle=True)), made.predict(ROWS))
    with pytest.raises(UnsafeFileError, match="statsmodels"):
        rd.load_model(path)


def test_a_formula_finds_numpy_wherever_it_is_read(tmp_path: Path) -> None:
    smf.ols("np.log(value + 20) ~ np.sqrt(age) + center(dose)", table()).fit().save(tmp_path / "a")
    model: Any = rd.load_model(tmp_path / "a", trust_pickle=True)
    assert model.schema.names == ("age", "dose")
    twin = pickle.loads(pickle.dumps(model))
    assert np.array_equal(said(twin), said(model))


def test_damaged_ones_are_refused_in_one_line(tmp_path: Path) -> None:
    content = pickle.dumps(fitted("Logit"))
    for cut in (60, len(content) // 2, len(content) - 1):
        (tmp_path / "a").write_bytes(content[:cut])
        with pytest.raises(ModelError, match=r"^'.*' (can't be read|is no model)") as caught:
            rd.load_model(tmp_path / "a", trust_pickle=True)
        assert "\n" not in str(caught.value)
    (tmp_path / "b").write_bytes(pickle.dumps(fitted("OLS").model.data))
    with pytest.raises(ModelError, match="no fitted result"):
        rd.load_model(tmp_path / "b", trust_pickle=True)


def test_a_function_of_the_users_that_is_gone(tmp_path: Path) -> None:
    space: dict[str, Any] = {"smf": smf, "frame": table(), "twice": lambda x: 2 * x}
    exec("made = smf.ols('value ~ twice(age)', frame).fit()", space)
    (tmp_path / "a").write_bytes(pickle.dumps(space["made"]))
    with pytest.raises(ModelError, match="twice"):
        rd.load_model(tmp_path / "a", trust_pickle=True)


def test_the_command_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, out = str(tmp_path / "a.pickle"), str(tmp_path / "b.pickle")
    fitted("OLS").save(path)
    assert run(["inspect", path, "--trust-pickle", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert {"Rows", "RowEntries", "CrossProducts", "SampleSize", "Moments"} <= {
        one["kind"] for one in told["disclosures"]
    }
    assert told["unread"] == []
    assert run(["sanitize", path, "--trust-pickle", "--out", out, "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["identical"] is True
    assert "_results.model.data.frame.rows" in {one["path"] for one in told["removed"]}
    assert any("pickle" in one["why"] for one in told["kept"])
    frame = pd.read_pickle(io.BytesIO(Path(out).read_bytes())).model.data.frame  # as statsmodels itself reads it
    assert len(frame) == 3
