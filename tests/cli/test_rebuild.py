"""``retrodict rebuild``: what it prints, writes and refuses; and where ``retrodict reconstruct`` names it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier

import retrodict as rd
from tests.cli.conftest import Outcome

Cli = Callable[..., Outcome]
N = 40


@pytest.fixture(scope="module")
def forests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of model files fitted on one table: a forest, one stripped of its counts, and neighbours."""
    folder = tmp_path_factory.mktemp("forests")
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"age": rng.integers(20, 60, N), "smoker": rng.integers(0, 2, N)})
    sick = np.where(table["age"] + 20 * table["smoker"] > 50, "yes", "no")
    forest = RandomForestClassifier(20, random_state=0).fit(table, sick)
    skops.io.dump(forest, folder / "forest.skops")
    skops.io.dump(RandomForestClassifier(1, random_state=0).fit(table, sick), folder / "single.skops")
    skops.io.dump(KNeighborsClassifier().fit(table, sick), folder / "neighbours.skops")
    for tree in forest.estimators_:
        tree.tree_.n_node_samples[:] = 0
        tree.tree_.weighted_n_node_samples[:] = 0
    skops.io.dump(forest, folder / "stripped.skops")
    (folder / "prior.yaml").write_text("features:\n  age: 20 to 60\n  smoker: {kind: integer, min: 0, max: 1}\n")
    return folder


def test_one_object_for_machines(cli: Cli, forests: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ("rebuild", forests / "forest.skops", "--seed", 3)
    outcome = cli(*arguments, "--out", out, "--json")
    assert outcome.code == 0, outcome.err
    printed = outcome.json
    assert printed["rows"] == N
    assert printed["seed"] == 3
    assert printed["queries"] == 0
    assert (printed["source"], printed["table_rows"]) == ("node counts", N)
    assert printed["energy"] >= 0
    assert printed["restarts"] >= 0
    assert printed["seconds"] > 0
    assert printed["labels_from"] == "matched"
    assert sum(each["rows"] for each in printed["confidence"]) == N
    for each in printed["confidence"]:
        assert each["row_confidence"] is None or each["low"] <= each["row_confidence"] <= each["high"]
    assert {**json.loads((out / "rebuild.json").read_text()), "out": str(out)} == printed
    assert list(pd.read_parquet(out / "rows.parquet").columns) == ["age", "smoker", "target", "confidence"]
    assert rd.Rebuilt.load(out).quality.energy == printed["energy"]
    again = tmp_path / "again"
    assert cli(*arguments, "--out", again, "--workers", 1).code == 0
    assert (again / "rows.parquet").read_bytes() == (out / "rows.parquet").read_bytes()


def test_a_block_for_people(cli: Cli, forests: Path, tmp_path: Path) -> None:
    outcome = cli("rebuild", forests / "forest.skops", "--seconds", 20, "--out", tmp_path / "a")
    assert outcome.code == 0, outcome.err
    for text in ("search: energy ", " sweeps, ", "40 rows rebuilt: ", "confidence", "next: ", "rows.parquet"):
        assert text in outcome.out
    outcome = cli("rebuild", forests / "neighbours.skops", "--out", tmp_path / "b")
    assert outcome.code == 0
    assert "40 rows as the file stores them" in outcome.out
    assert "note: all 40 rows of the table are stored in _fit_X" in outcome.out


@pytest.mark.slow
def test_several_tables(cli: Cli, forests: Path, tmp_path: Path) -> None:
    outcome = cli("rebuild", forests / "single.skops", "--tables", 3, "--calibrate", 0, "--out", tmp_path / "a")
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    assert lines[0] == "40 rows rebuilt: every node count of the file is met"
    assert " of the cells are the same in every table of 4 chains" in lines[1]
    assert f"tables: 3 in {tmp_path / 'a' / 'tables'}" in lines
    assert "chains at 0, 0, 0, 0" in outcome.out
    assert "how far independent chains agree" in outcome.out
    known = ("--prior", forests / "prior.yaml", "--calibrate", 0)
    arguments = ("--tables", 3, *known, "--out", tmp_path / "b", "--json")
    printed = cli("rebuild", forests / "single.skops", *arguments).json
    assert [each["energy"] for each in printed["tables"]] == [0.0] * 3
    assert (printed["diagnostics"]["chains"], printed["cells_determined"] < 1) == (4, True)
    assert len(list((tmp_path / "b" / "tables").iterdir())) == 3


@pytest.mark.slow
def test_counts_with_noise_and_what_is_known(cli: Cli, forests: Path, tmp_path: Path) -> None:
    pd.DataFrame({"smoker": [1, None, 0]}).to_csv(tmp_path / "known.csv", index=False)
    arguments = ("--noise", "laplace:0.5", "--known", tmp_path / "known.csv", "--seconds", 2)
    outcome = cli("rebuild", forests / "single.skops", *arguments, "--out", tmp_path / "a")
    assert outcome.code == 0, outcome.err
    assert "40 rows rebuilt from counts with noise (laplace:0.5)" in outcome.out
    assert "with noise in counts no cell is certain" in outcome.out
    found = rd.Rebuilt.load(tmp_path / "a")
    assert found.frame["smoker"][:3].to_numpy()[[0, 2]].tolist() == [1, 0]
    assert found.quality.noise == "laplace:0.5"


@pytest.mark.parametrize("name", ["forest", "neighbours"])
def test_drawing_rows_names_it(cli: Cli, forests: Path, tmp_path: Path, name: str) -> None:
    line = f"the file states its training table of {N} rows: retrodict rebuild MODEL --out DIR"
    outcome = cli("reconstruct", forests / f"{name}.skops", "--rows", 20, "--out", tmp_path / "a")
    assert outcome.code == 0, outcome.err
    assert f"note: {line}" in outcome.out.splitlines()
    printed = cli("reconstruct", forests / f"{name}.skops", "--rows", 20, "--out", tmp_path / "b", "--json").json
    assert printed["rows"] == 20
    assert line in json.dumps(printed["notes"])


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        (
            "stripped",
            "",
            "stores no node counts, so its table can't be rebuilt; reconstruct rows under a prior instead",
        ),
        ("forest", "--seconds 0", "the time limit must be a positive number, got 0.0"),
        ("forest", "--workers 0", "the number of workers must be a whole number of at least 1, got 0"),
        ("forest", "--rows 50", f"the file states a table of {N} rows, not of 50; leave the number out"),
        ("forest", "--rows 0", "the number of rows of the table must be a whole number of at least 1, got 0"),
        ("forest", "--calibrate -1", "the number of tables made up must be a whole number of at least 0, got -1"),
        ("forest", "--tables 0", "the number of tables must be a whole number of at least 1, got 0"),
        ("forest", "--noise much", "noise must be a text such as 'laplace:2' or 'epsilon:5', got 'much'"),
        ("neighbours", "--noise laplace:1", "the KNeighborsClassifier holds no decision trees, forests,"),
        ("neighbours", "--tables 2", "of which there is one table; leave tables out"),
        ("forest", "--from trees", "the source must be 'file' or 'values', got 'trees'; leave it out"),
        ("neighbours", "--prior {folder}/prior.yaml", "a prior adds nothing; leave the prior out"),
    ],
)
def test_bad_requests(cli: Cli, forests: Path, tmp_path: Path, name: str, options: str, text: str) -> None:
    filled = options.format(folder=forests).split()
    outcome = cli("rebuild", forests / f"{name}.skops", *filled, "--out", tmp_path / "out")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert text in outcome.err
    assert not list(tmp_path.iterdir())


def test_there_is_no_engine_of_that_name(cli: Cli, forests: Path, tmp_path: Path) -> None:
    outcome = cli("reconstruct", forests / "forest.skops", "--engine", "matching", "--out", tmp_path / "out")
    assert outcome.code == 2
    assert "unknown engine 'matching'; use one of auto, rejection, smc, enumeration" in outcome.err
