"""``retrodict reconstruct --engine matching``: what it prints, writes and refuses."""

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
    skops.io.dump(KNeighborsClassifier().fit(table, sick), folder / "neighbours.skops")
    for tree in forest.estimators_:
        tree.tree_.n_node_samples[:] = 0
        tree.tree_.weighted_n_node_samples[:] = 0
    skops.io.dump(forest, folder / "stripped.skops")
    (folder / "prior.yaml").write_text("features:\n  age: 20 to 60\n  smoker: {kind: integer, min: 0, max: 1}\n")
    return folder


def test_one_object_for_machines(cli: Cli, forests: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ("reconstruct", forests / "forest.skops", "--engine", "matching", "--seed", 3)
    outcome = cli(*arguments, "--out", out, "--json")
    assert outcome.code == 0, outcome.err
    printed = outcome.json
    assert printed["rows"] == N
    assert printed["seed"] == 3
    assert printed["queries"] == 0
    assert printed["engine"] == "matching"
    assert printed["energy"] >= 0
    assert printed["restarts"] >= 0
    assert printed["seconds"] > 0
    assert printed["labels_from"] == "matched"
    assert sum(each["rows"] for each in printed["confidence"]) == N
    for each in printed["confidence"]:
        assert each["row_confidence"] is None or each["low"] <= each["row_confidence"] <= each["high"]
    assert {**json.loads((out / "reconstruction.json").read_text()), "out": str(out)} == printed
    assert list(pd.read_parquet(out / "rows.parquet").columns) == ["age", "smoker", "target", "confidence"]
    assert rd.Reconstruction.load(out).rebuilt.energy == printed["energy"]
    again = tmp_path / "again"
    assert cli(*arguments, "--out", again, "--workers", 1).code == 0
    assert (again / "rows.parquet").read_bytes() == (out / "rows.parquet").read_bytes()


def test_a_block_for_people(cli: Cli, forests: Path, tmp_path: Path) -> None:
    outcome = cli(
        "reconstruct", forests / "forest.skops", "--seconds", 20, "--engine", "matching", "--out", tmp_path / "a"
    )
    assert outcome.code == 0, outcome.err
    for text in ("40 rows rebuilt: energy ", " sweeps, ", "confidence", "next: ", "rows.parquet"):
        assert text in outcome.out
    outcome = cli("reconstruct", forests / "neighbours.skops", "--out", tmp_path / "b")
    assert outcome.code == 0
    assert "40 rows rebuilt: the file stores them as they are" in outcome.out
    assert "note: all 40 rows of the table are stored in _fit_X" in outcome.out


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("stripped", "--engine matching", "stores no node counts, so its table can't be rebuilt; give a prior"),
        (
            "forest",
            "--engine matching --rows 50",
            "training table of 40 rows, and the engine 'matching' rebuilds these",
        ),
        ("forest", "--engine matching --max-queries 50", "makes no model calls; leave the query budget out"),
        ("forest", "--engine matching --class-shares equal", "leave class shares out"),
        ("forest", "--workers 2", "--workers is for the engine 'matching', not 'auto'; leave it out, or add"),
        ("forest", "--engine smc --seconds 2", "--seconds is for the engine 'matching', not 'smc'"),
        ("forest", "--engine magic", "use one of auto, rejection, smc, enumeration, matching"),
        ("neighbours", "--engine matching --prior {folder}/prior.yaml", "a prior adds nothing; leave the prior out"),
    ],
)
def test_bad_requests(cli: Cli, forests: Path, tmp_path: Path, name: str, options: str, text: str) -> None:
    filled = options.format(folder=forests).split()
    outcome = cli("reconstruct", forests / f"{name}.skops", *filled, "--out", tmp_path / "out")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert text in outcome.err
    assert not list(tmp_path.iterdir())
