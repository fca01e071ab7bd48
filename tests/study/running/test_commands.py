"""The commands that make, look at and export a study's file."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from retrodict.cli.app import run
from retrodict.study.design import load_design
from retrodict.study.store import Writer, read_cells
from retrodict.study.tables import COLUMNS
from tests.study.running.toy import CELLS, DESIGN, quick


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of which four cells were run, in the working directory; one failed."""
    monkeypatch.chdir(tmp_path)
    with Writer(tmp_path / "toy.study", DESIGN, len(CELLS)) as writer:
        for cell in CELLS[:3]:
            writer.add(cell, {"status": "done", "seconds": 0.1, **quick(DESIGN, cell)})
        writer.add(CELLS[3], {"status": "failed", "failure": "ValueError: no luck"})
    return tmp_path / "toy.study"


def test_init_writes_a_design_that_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    assert run(["study", "init", str(path)]) == 0
    assert "#" in path.read_text()
    assert load_design(path).name == "mine"
    before = path.read_bytes()
    assert run(["study", "init", str(path)]) == 2
    assert capsys.readouterr().err == f"error: '{path}' is there already; give another name\n"
    assert path.read_bytes() == before


def test_status_says_how_far_it_is(begun: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["study", "status", "toy", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {name: told[name] for name in ("name", "cells", "done", "failed", "left")} == {
        "name": "toy",
        "cells": 36,
        "done": 3,
        "failed": 1,
        "left": 32,
    }
    assert told["failures"] == {"ValueError: no luck": 1}
    assert told["rate"] > 0
    assert told["seconds_left"] == pytest.approx(32 * 60 / told["rate"])
    assert run(["study", "status", str(begun)]) == 0
    said = capsys.readouterr().out
    assert "3 of 36 cells done" in said
    assert "1 failed: ValueError: no luck" in said


@pytest.mark.parametrize("name", ["cells.parquet", "cells.csv"])
def test_export_writes_the_cells_whole(begun: Path, name: str) -> None:
    out = begun.with_name(name)
    assert run(["study", "export", "toy", "--out", str(out)]) == 0
    found = pd.read_parquet(out) if out.suffix == ".parquet" else pd.read_csv(out)
    expected = read_cells(begun)
    if out.suffix == ".csv":
        expected = expected.fillna({"failure": float("nan")})  # before pandas 3, a gap in text is None
    assert list(found) == list(COLUMNS)
    pd.testing.assert_frame_equal(found, expected, check_dtype=out.suffix == ".parquet")
    assert sorted(p.name for p in begun.parent.iterdir()) == sorted([name, "toy.study"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["status", "none"], "there is no study 'none', nor 'none.study'"),
        (["export", "toy", "--out", "cells.xls"], "tables are written as Parquet or CSV, got 'cells.xls'"),
        (["run", "toy.yaml"], "design file 'toy.yaml' can't be read"),
        (["run", "smok"], "unknown design 'smok'"),
        (["run", "smoke", "--out", "toy.study"], "'toy.study' is a study of another design ('toy';"),
    ],
)
def test_wrong_requests(begun: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    before = begun.read_bytes()
    assert run(["study", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"error: {said}")
    assert err.count("\n") == 1
    assert begun.read_bytes() == before
