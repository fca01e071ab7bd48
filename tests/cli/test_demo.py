"""The demo, end to end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from retrodict.demo import demonstration
from tests.cli.conftest import Outcome

OWN = {".retrodict-demo", "demo.json", "demo.png", "model.skops", "prior.yaml", "reconstruction"}


def test_the_demo_beats_the_prior_and_says_what_it_does(
    cli: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    for name in (
        ".retrodict-demo",
        "demo.json",
        "model.skops",
        "reconstruction/rows.parquet",
        "reconstruction.partial/x",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("of an earlier demo")
    runs = []
    whole = demonstration.demonstrate
    monkeypatch.setattr(demonstration, "demonstrate", lambda *a, **k: runs.append(whole(*a, **k)) or runs[-1])
    shown = cli("demo", "--out", folder)
    assert shown.code == 0
    assert [line[:2] for line in shown.err.splitlines()] == ["1.", "2.", "3.", "4.", "5."]
    for text in ("lift, replica - control:", "always the larger class:", "model calls", "class benign: exact"):
        assert text in shown.out
    assert {path.name for path in folder.iterdir()} == OWN
    assert list(tmp_path.iterdir()) == [folder]
    with Image.open(folder / "demo.png") as picture:
        assert picture.width > 1200
    assert (folder / "demo.png").stat().st_size < 200_000

    monkeypatch.setattr(demonstration, "demonstrate", lambda *a, **k: runs[0])
    printed = cli("demo", "--out", folder, "--json")
    assert (printed.code, printed.err) == (0, "")
    assert printed.json == json.loads((folder / "demo.json").read_text())
    check_numbers(printed)


def check_numbers(printed: Outcome) -> None:
    found = printed.json
    accuracy = found["accuracy"]
    assert found["holdout_rows"] == 171
    assert accuracy["base"]["value"] > 0.9
    # what the demo claims: the rebuilt rows train as well as the real ones, and the prior alone does not
    assert accuracy["replica"]["value"] > accuracy["base"]["low"]
    assert accuracy["control"]["high"] < accuracy["replica"]["low"]
    assert found["lift"]["low"] > 0
    assert found["distance"]["rebuilt"] < found["distance"]["prior"]
    assert found["queries"] >= found["rows"] == 5000
    assert all(report["exact"] for report in found["classes"].values())
