"""``retrodict theory``: tables, JSON, pictures, and one line where the request is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from retrodict.theory import concurrence, error_budget, random_world, read_world
from tests.cli.conftest import Outcome
from tests.theory.test_table_worlds import frame

Cli = Callable[..., Outcome]
RANDOM = "random:states=12,classes=3,seed=4"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tables") / "t.csv"
    frame().to_csv(place, index=False)
    return place


def test_for_people(cli: Cli) -> None:
    outcome = cli("theory", RANDOM)
    assert outcome.code == 0
    assert "Error budget of 12 states" in outcome.out
    assert "known class shares are worth" in outcome.out
    assert "prior to the truth: posterior" in outcome.out


def test_json(cli: Cli) -> None:
    found = cli("theory", RANDOM, "--json", "--steps", 3).json
    world = random_world(12, 3, 4)
    assert found["budget"]["posterior"] == error_budget(world).posterior
    assert found["divergences"]["by_class"]["kl"] == world.posterior_divergence().tolist()
    assert found["concurrence"]["comparisons"][0]["share"] == concurrence(world).prior.share
    assert found["paths"]["model"]["t"] == [0.0, 0.5, 1.0]
    assert found["table"] is None


def test_json_has_null_for_what_is_infinite(cli: Cli, tmp_path: Path) -> None:
    place = tmp_path / "w.json"
    place.write_text('{"p_x": [0.5, 0.5], "p_y_given_x": [[1], [1]], "q_x": [1, 0], "q_y_given_x": [[1], [1]]}')
    found = cli("theory", place, "--json").json
    assert found["budget"]["prior"] is found["budget"]["posterior"] is None


def test_folder(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = cli("theory", RANDOM, "--out", out)
    assert outcome.code == 0
    assert {p.name for p in out.iterdir()} == {
        "budget.png",
        "concurrence.png",
        "paths.png",
        "theory.json",
        "world.json",
    }
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in out.glob("*.png"))
    assert read_world(out / "world.json").to_dict() == random_world(12, 3, 4).to_dict()
    assert json.loads((out / "theory.json").read_text())["states"] == 12
    again = cli("theory", RANDOM, "--out", out)
    assert again.code == 2
    assert "is not empty; give a new folder" in again.err


def test_pictures_of_infinite_terms_and_of_nothing_wrong(cli: Cli, tmp_path: Path) -> None:
    world = {"p_x": [0.5, 0.5], "p_y_given_x": [[1, 0], [1, 0]], "q_x": [1, 0], "q_y_given_x": [[1, 0], [1, 0]]}
    for name, q_x in (("infinite", [1, 0]), ("right", [0.5, 0.5])):
        place = tmp_path / f"{name}.json"
        place.write_text(json.dumps({**world, "q_x": q_x}))
        assert cli("theory", place, "--out", tmp_path / name).code == 0


def test_table(cli: Cli, table: Path, tmp_path: Path) -> None:
    found = cli("theory", "--table", table, "--target", "y", "--bins", 2, "--table-model", "tree", "--json").json
    assert found["table"]["rows"] == 600
    assert next(iter(found["table"]["features"])) == "age"
    assert found["classes"] == ["ill", "well"]
    parquet = tmp_path / "t.parquet"
    pd.read_csv(table).to_parquet(parquet)
    outcome = cli("theory", "--table", parquet, "--features", "age, sex")
    assert "600 rows in 8 states of age, sex" in outcome.out


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("", "give either a WORLD or --table FILE"),
        ("random --table {table}", "give either a WORLD or --table FILE"),
        ("nowhere", "world file 'nowhere' does not exist"),
        ("random:states=0", "states must be a whole number of at least 1"),
        ("random --bins 4", "--bins is for --table; leave it out, or give a table"),
        ("random --max-states 4", "--max-states is for --table"),
        ("random --coordinates polar", "unknown coordinates 'polar'"),
        ("random --steps 1", "steps of a path must be a whole number of at least 2, got 1"),
        ("--table nowhere.csv", "'nowhere.csv' does not exist; give a CSV or Parquet file"),
        ("--table {table} --target z", "the table has no column 'z'"),
        ("--table {table} --table-model net", "unknown model 'net'"),
    ],
)
def test_bad_requests(cli: Cli, table: Path, command: str, text: str) -> None:
    outcome = cli("theory", *command.format(table=table).split())
    assert outcome.code == 2
    assert text in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
