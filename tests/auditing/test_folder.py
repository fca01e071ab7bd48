"""Many models in one folder: each a line, none an all-clear that was not read, and finished ones kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from retrodict.report.audit.folder import folder_name
from tests.cli.conftest import Outcome

Cli = Callable[..., Outcome]
BRIEF = ("--quick", "--seconds", "0.01", "--rows", "20")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    (folder / "inner").mkdir(parents=True)
    X = np.random.default_rng(0).normal(size=(40, 2))
    y = (X[:, 0] > 0).astype(int)
    skops.io.dump(LogisticRegression().fit(X, y), folder / "a.skops")
    skops.io.dump(KNeighborsClassifier().fit(X, y), folder / "inner" / "b.skops")
    (folder / "broken <b>.skops").write_bytes(b"PK\x03\x04 nothing")
    (folder / ".hidden").write_bytes(b"x")
    return folder


def test_each_model_is_a_line_the_worst_first_and_what_was_not_read_is_said(
    cli: Cli, models: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    outcome = cli("audit", models, "--out", out, *BRIEF, "--json", "--quiet")
    index = json.loads((out / "index.json").read_text())
    assert outcome.json == {**index, "out": str(out)}
    told = {line["name"]: line for line in index["models"]}
    assert [line["verdict"] for line in index["models"]] == ["reject", None, "review"]
    assert list(told) == ["inner/b.skops", "broken <b>.skops", "a.skops"]
    assert "not audited" in told["broken <b>.skops"]["why"]
    assert index["counts"] == {"reject": 1, "review": 1, "release": 0, "not_read": 1}
    assert outcome.code == 1  # one was not read
    assert len(outcome.err.splitlines()) == 1
    page = (out / "index.html").read_text()
    assert "<b>.skops" not in page
    assert page.index("inner/b.skops") < page.index("broken &lt;b&gt;") < page.index(">a.skops<")
    for line in index["models"]:
        if line["folder"]:
            report = json.loads((out / line["folder"] / "report.json").read_text())
            assert report["verdict"] == line["verdict"]
            assert report["provenance"]["file"]["sha256"] == line["sha256"]


def test_finished_ones_are_kept_for_the_same_file_and_request_alone(cli: Cli, models: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def kept(*more: str) -> dict[str, bool]:
        found = cli("audit", models, "--out", out, *BRIEF, *more, "--json", "--quiet").json
        return {line["name"]: line["kept"] for line in found["models"] if line["verdict"]}

    assert kept() == {"a.skops": False, "inner/b.skops": False}
    assert kept() == {"a.skops": True, "inner/b.skops": True}
    (models / "a.skops").write_bytes((models / "inner" / "b.skops").read_bytes())
    assert kept() == {"a.skops": False, "inner/b.skops": True}
    assert kept("--appetite", "internal") == {"a.skops": False, "inner/b.skops": False}


def test_exit_codes_follow_the_worst(cli: Cli, models: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli("audit", models, "--out", out, *BRIEF, "--fail-on", "reject", "--quiet").code == 3
    (models / "inner" / "b.skops").unlink()
    (models / "broken <b>.skops").unlink()
    assert cli("audit", models, "--out", out, *BRIEF, "--fail-on", "reject", "--quiet").code == 0
    assert cli("audit", models, "--out", out, *BRIEF, "--fail-on", "review", "--quiet").code == 3


def test_other_folders_are_refused(cli: Cli, models: Path, tmp_path: Path) -> None:
    empty, used = tmp_path / "empty", tmp_path / "used"
    for folder in (empty, used):
        folder.mkdir()
    (used / "mine.txt").write_text("x")
    for words, told in (
        ((empty, "--out", tmp_path / "o"), "holds no file that could be a model"),
        ((models, "--out", used), "holds something else than audits of a folder"),
        ((models, "--out", tmp_path / "o", "--baseline", used), "--baseline is for one model"),
        ((models, "--out", tmp_path / "o", "--appetite", "lax"), "or the name of a profile"),
    ):
        outcome = cli("audit", *words, *BRIEF, "--quiet")
        assert (outcome.code, len(outcome.err.splitlines())) == (2, 1)
        assert told in outcome.err
    assert (used / "mine.txt").exists()


def test_folders_of_models_have_names_of_their_own() -> None:
    names = ["a/b.skops", "a_b.skops", "A_b.skops", "..", "\u202egnp", "x" * 300]
    made = [folder_name(name) for name in names]
    assert len({one.lower() for one in made}) == len(names)
    assert all(one.isascii() and len(one) < 80 and "/" not in one and not one.startswith(".") for one in made)
