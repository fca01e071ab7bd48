"""``retrodict sanitize``: what it prints, writes and refuses."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.ensemble import RandomForestClassifier

from tests.cli.conftest import cli  # noqa: F401


def model(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3))
    fitted = RandomForestClassifier(5, random_state=0).fit(X, np.where(X[:, 0] > 0, "yes", "no"))
    skops.io.dump(fitted, folder / "model.skops")
    return folder / "model.skops"


def test_json_shows_before_and_after(cli, tmp_path):  # noqa: F811
    done = cli("sanitize", model(tmp_path), "--out", tmp_path / "bare.skops", "--json")
    assert done.code == 0, done.err
    assert done.json["identical"] is True
    assert {fact["kind"] for fact in done.json["before"]} > {fact["kind"] for fact in done.json["after"]}
    assert done.json["removed"]
    assert done.json["kept"]
    again = cli("inspect", tmp_path / "bare.skops", "--json")
    assert "NodeCounts" not in {fact["kind"] for fact in again.json["disclosures"]}


def test_lines_for_people(cli, tmp_path):  # noqa: F811
    done = cli("sanitize", model(tmp_path), "--out", tmp_path / "bare.pkl", "--pickle")
    assert done.code == 0, done.err
    assert "removed: estimators_[*].tree_.n_node_samples" in done.out
    assert "written to" in done.out
    assert (tmp_path / "bare.pkl").read_bytes()[:1] == b"\x80"


@pytest.mark.slow
def test_audits_before_and_after_lie_side_by_side(cli, tmp_path):  # noqa: F811
    file = model(tmp_path)
    out, folder = tmp_path / "bare.skops", tmp_path / "audits"
    done = cli("sanitize", file, "--out", out, "--audit", folder, "--quick", "--json")
    assert done.code == 0, done.err
    assert out.exists()
    found = done.json["audit"]
    named = json.loads((folder / "after" / "report.json").read_text())["provenance"]["file"]
    assert named["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert (named["name"], named["bytes"]) == ("bare.skops", out.stat().st_size)
    assert found == {**json.loads((folder / "comparison.json").read_text()), "out": str(folder)}
    reports = {side: json.loads((folder / side / "report.json").read_text()) for side in ("before", "after")}
    assert found["verdict"] == {side: report["verdict"] for side, report in reports.items()}
    (counts,) = [line for line in found["facts"] if line["kind"] == "NodeCounts"]
    assert counts["before"] == 1
    assert counts["after"] == 0
    lines = {(line["who"], line["measure"]): line for line in found["measures"]}
    personal = lines["from the file", "personal facts"]
    assert personal["before"] > personal["after"]
    page = (folder / "comparison.html").read_text()
    assert 'href="before/report.html"' in page
    assert "<script" not in page


def test_options_of_audits_need_a_folder_for_them(cli, tmp_path):  # noqa: F811
    done = cli("sanitize", model(tmp_path), "--out", tmp_path / "bare.skops", "--quick")
    assert done.code == 2
    assert "--audit DIR" in done.err
    assert not (tmp_path / "bare.skops").exists()


def test_refusals_are_one_line_and_write_nothing(cli, tmp_path):  # noqa: F811
    file = model(tmp_path)
    for arguments in (("--out", tmp_path), ("--out", tmp_path / "no" / "x"), ("--out", tmp_path / "y", "--rows", "1")):
        done = cli("sanitize", file, *arguments)
        assert done.code == 2
        assert len(done.err.strip().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.skops"]
