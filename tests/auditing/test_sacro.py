"""The forms of the SACRO tools, key by key as their sources and viewers state them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from retrodict.disclosures import Unread
from retrodict.evaluation.membership.result import Attack, MembershipAttacks
from retrodict.report.audit.sacro import acro_results, findings_table, sacro_ml_report

KEYS = {
    "uid": str,
    "status": str,
    "type": str,
    "properties": dict,
    "files": list,
    "outcome": dict,
    "command": str,
    "summary": str,
    "timestamp": str,
    "comments": list,
    "exception": str,
}
"""What ACRO writes of each output, and what it is."""


def attack(name: str, auc: float) -> Attack:
    rates = {"tpr_low": 0.0, "tpr_high": 0.2, "tpr_001_low": 0.0, "tpr_001_high": 0.1}
    advantage = {"advantage": 0.3, "advantage_low": 0.2, "advantage_high": 0.4}
    return Attack(
        attack=name,
        way="by_query",
        auc=auc,
        low=auc - 0.05,
        high=auc + 0.05,
        tpr_at_fpr_01=0.1,
        tpr_at_fpr_001=0.05,
        shadows=4,
        members=50,
        others=60,
        seconds=1.0,
        **rates,
        **advantage,
    )


def test_the_folder_is_what_the_viewer_looks_for(alone: Any) -> None:
    _, out = alone
    data = json.loads((out / "sacro.json").read_text(encoding="utf-8"))
    major, minor, _ = data["version"].split(".")
    assert (int(major), int(minor)) >= (0, 4)
    ((uid, result),) = data["results"].items()
    assert {name: type(value) for name, value in result.items()} == KEYS
    assert result["uid"] == uid
    assert result["status"] in ("pass", "fail", "review")
    datetime.fromisoformat(result["timestamp"])
    assert all(isinstance(line, str) for line in result["comments"])
    assert {"method"} <= set(result["properties"])
    assert result["files"]
    for file in result["files"]:
        content = (out / file["name"]).read_bytes()
        stated = (out / "checksums" / f"{file['name']}.txt").read_text(encoding="utf-8")
        assert stated == hashlib.sha256(content).hexdigest()
    assert not [file for file in result["files"] if file["name"] == "records.csv"]


def test_only_one_document_of_the_folder_is_taken_for_results(alone: Any) -> None:
    """The viewer refuses a folder with several documents that have a version and results."""
    _, out = alone
    taken = [
        path.name for path in Path(out).glob("*.json") if {"version", "results"} <= set(json.loads(path.read_text()))
    ]
    assert taken == ["sacro.json"]


@pytest.mark.parametrize(("verdict", "status"), [("release", "pass"), ("review", "review"), ("reject", "fail")])
def test_the_verdict_is_the_status(alone: Any, verdict: Any, status: str) -> None:
    found = replace(alone[0], findings=(replace(alone[0].findings[0], verdict=verdict),))
    data = json.loads(acro_results(found, found.report, {"findings.csv": b""}, "2026-01-02T03:04:05"))
    assert data["results"]["retrodict_audit"]["status"] == status


def test_cells_that_speak_against_release_are_marked_where_they_stand(alone: Any) -> None:
    report = alone[0].report
    data = json.loads(acro_results(alone[0], report, {"findings.csv": b"", "report.html": b""}, "2026-01-02T03:04:05"))
    table, page = data["results"]["retrodict_audit"]["files"]
    lines = list(csv.reader(io.StringIO(findings_table(report))))[1:]
    assert table["sdc"]["cells"]["review"]
    for verdict, places in table["sdc"]["cells"].items():
        assert {lines[row][column] for row, column in places} == {verdict}
    assert page["sdc"]["cells"] == {}


def test_what_was_not_read_is_said_to_the_checker(alone: Any) -> None:
    unread = (Unread("[0]", "lib.Step", "unknown", "nobody knows"),)
    found = replace(alone[0], disclosures=replace(alone[0].disclosures, unread=unread))
    text = acro_results(found, found.report, {"report.html": b""}, "2026-01-02T03:04:05")
    comments = json.loads(text)["results"]["retrodict_audit"]["comments"]
    assert "not read: lib.Step at [0]" in comments
    assert sum(line.startswith("not tested: ") for line in comments) == len(found.not_tested)


def test_attacks_have_the_keys_that_sacro_ml_reads(alone: Any) -> None:
    made = MembershipAttacks((attack("rmia", 0.7), attack("loss", 0.5)), 0.6, 0.8, 2, 10, 0)
    found = replace(alone[0], membership=made)
    text = sacro_ml_report(found, found.report, "02/01/2026 03:04:05")
    assert text is not None
    data = json.loads(text)
    assert len(data) == 2
    for name, one in data.items():
        assert set(one) == {"log_id", "log_time", "metadata", "attack_experiment_logger"}
        assert name == f"{one['metadata']['attack_name']}_{one['log_id']}"
        assert {"attack_name", "attack_params", "global_metrics"} <= set(one["metadata"])
        (instance,) = one["attack_experiment_logger"]["attack_instance_logger"].values()
        assert {"AUC", "P_HIGHER_AUC", "Advantage", "TPR@0.01%", "TPR@0.001%"} <= set(instance)
    first, second = (one["attack_experiment_logger"]["attack_instance_logger"]["instance_0"] for one in data.values())
    # z = .2 / sqrt(111 / (12 * 50 * 60)) = 3.6018; guessing has a p-value of a half
    assert first["P_HIGHER_AUC"] == pytest.approx(1.58e-4, rel=0.01)
    assert second["P_HIGHER_AUC"] == pytest.approx(0.5)
    assert (first["TPR@0.01%"], first["TPR@0.001%"]) == (0.1, 0.05)


def test_no_attack_no_document(alone: Any) -> None:
    assert sacro_ml_report(alone[0], alone[0].report, "") is None
    assert not (alone[1] / "sacro_ml.json").exists()
