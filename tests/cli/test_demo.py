"""The demo, end to end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Outcome


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "out"


def test_the_demo_beats_the_prior_and_says_what_it_does(cli: Callable[..., Outcome], folder: Path) -> None:
    outcome = cli("demo", "--out", folder, "--json")
    assert outcome.code == 0
    assert [line[:2] for line in outcome.err.splitlines()] == ["1.", "2.", "3.", "4.", "5."]
    found = outcome.json
    assert found == json.loads((folder / "demo.json").read_text())
    assert found["rows_tested"] == 171
    accuracy = {name: part["value"] for name, part in found["accuracy"].items()}
    assert accuracy["base"] > 0.9
    # the promise: the rebuilt rows train as well as the real ones, and the prior alone does not
    assert accuracy["replica"] > found["accuracy"]["base"]["low"]
    assert found["accuracy"]["control"]["high"] < accuracy["replica"]
    assert found["lift"]["low"] > 0
    assert found["distance"]["rebuilt"] < found["distance"]["prior"]
    assert found["queries"] >= found["rows"] == 5000
    assert all(report["exact"] for report in found["classes"].values())
    own = {".retrodict-demo", "demo.json", "demo.png", "model.skops", "prior.yaml", "reconstruction"}
    assert {path.name for path in folder.iterdir()} == own
    with Image.open(folder / "demo.png") as picture:
        assert picture.width > 1200
    assert (folder / "demo.png").stat().st_size < 200_000


def test_it_runs_again_over_its_own_folder_and_gives_the_same(cli: Callable[..., Outcome], folder: Path) -> None:
    before = json.loads((folder / "demo.json").read_text())
    outcome = cli("demo", "--out", folder)
    assert outcome.code == 0
    assert "lift, replica - control:" in outcome.out
    after = json.loads((folder / "demo.json").read_text())
    for found in (before, after):
        del found["seconds"]
        for report in found["classes"].values():
            del report["seconds"]
    assert before == after
