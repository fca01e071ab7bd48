"""Verdicts that a custodian would expect, and a report that others can read by machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.ensemble import RandomForestClassifier

import retrodict as rd
from retrodict.auditing import AuditResult, Finding, Report
from tests.auditing.conftest import fitted, tumours, votes

TOP = {
    *("schema_version", "verdict", "reasons_for", "reasons_against", "disclosures", "lift", "records", "replicas"),
    *("queries", "budget", "not_tested", "attribution", "provenance", "unread", "membership", "cautions"),
    *("subgroups", "attributes", "summary", "next_actions"),
}


def finding(found: AuditResult, way: str, measure: str) -> Finding:
    (one,) = [one for one in found.findings if (one.way, one.measure) == (way, measure)]
    return one


@pytest.mark.slow
@pytest.mark.parametrize("name", ["svc", "neighbours"])
def test_stored_rows_forbid_release(audited: Any, name: str) -> None:
    found, out = audited(name)
    assert found.verdict == "reject"
    assert "whole training rows" in found.reasons_against[0]
    assert found.report.attribution.from_file.to in ("file", "both")
    assert found.report.attribution.by_query.to == "predictions"
    assert found.disclosures.facts[0].kind == "Rows"
    # The report counts rows and never repeats them.
    stored = found.disclosures.facts[0].rows
    assert not any(repr(value) in (out / "report.json").read_text() for value in stored[0] if len(repr(value)) > 8)


@pytest.mark.slow
def test_a_logistic_regression_is_no_reject(audited: Any) -> None:
    found, _ = audited("logistic")
    assert found.verdict in ("release", "review")
    assert any("no whole training row" in line for line in found.reasons_for)


@pytest.mark.slow
def test_rows_rebuilt_exactly_forbid_release_and_those_of_a_sanitised_copy_do_not(tmp_path: Path) -> None:
    train, test = votes(40, 0), votes(60, 1)
    forest = RandomForestClassifier(20, random_state=0).fit(train.drop(columns="party"), train["party"])
    files = {"train": train, "holdout": test, "target": "party", "quick": True}
    found = rd.audit(forest, **files, out=tmp_path / "before")
    assert found.from_file.records is not None
    assert found.verdict == "reject"
    for measure in ("exact_rows", "near_rows"):  # whole numbers: what is near is equal
        assert finding(found, "from_file", measure).verdict == "reject"
    bare = rd.audit(rd.sanitize(forest).model, **files, out=tmp_path / "after")
    assert len(bare.disclosures.of("NodeCounts")) == 0
    assert not [one for one in bare.findings if one.way == "from_file" and one.verdict == "reject"]
    # What the outputs tell of membership stays: they are the same, and forty rows are learned by heart.
    before, after = (finding(one, "by_query", "membership_auc") for one in (found, bare))
    assert before == after
    assert after.verdict == "reject"
    assert bare.verdict == "reject"


def test_the_folder_holds_what_it_should(audited: Any) -> None:
    found, out = audited("forest")
    data = json.loads((out / "report.json").read_text(), parse_constant=pytest.fail)
    assert set(data) >= TOP
    assert data == found.to_dict()
    assert Report.model_validate(data).verdict == found.verdict
    assert data["schema_version"] == "3.0"
    assert {"review", "reject", "release"} >= {data["verdict"]}
    assert rd.Rebuilt.load(out / "reconstruction").frame.equals(found.from_file.reconstruction.frame)
    assert rd.Reconstruction.load(out / "reconstruction_by_query").n_rows == 1_000
    assert {way: set(data[way]) for way in ("lift", "records", "replicas", "attribution")} == {
        way: {"by_query", "from_file"} for way in ("lift", "records", "replicas", "attribution")
    }
    groups = [line["group"] for line in data["disclosures"]]
    assert groups == sorted(groups, key=list(dict.fromkeys(groups)).index)
    assert data["disclosures"][0]["kind"] in ("NodeCounts", "Stretches")
    assert data["lift"]["by_query"]["headline"]["lift"] <= data["lift"]["by_query"]["headline"]["high"]
    assert data["queries"]["curve"]
    attacks = {line["attack"]: line for line in data["membership"]}
    assert {"probability", "margin", "worst case", "rmia", "rebuilt rows", "drawn rows"} <= set(attacks)
    assert {line["way"] for line in attacks.values()} == {"by_query", "from_file"}
    assert attacks["rmia"]["shadows"] == 4
    for way in ("by_query", "from_file"):
        worst = max(line["auc"] for line in attacks.values() if line["way"] == way)
        assert finding(found, way, "membership_auc").value == worst
        assert finding(found, way, "membership_auc").harmless == 0.5
        assert finding(found, way, "membership_tpr_at_fpr_01").harmless == 0.01
    assert data["by_shadows"]
    assert {line["kind"] for line in data["subgroups"]} >= {"class", "outlyingness"}
    assert not any(line["measure"] == "shadow_models" for line in data["findings"])  # they were run
    assert not any("shadow" in line["what"] for line in data["not_tested"])
    assert any("error budget" in line["what"] for line in data["not_tested"])
    assert data["provenance"]["command"].startswith("retrodict.audit(model, train=train, holdout=holdout, out=")
    assert data["provenance"]["file"] is None  # it came from memory
    assert data["baseline"] is None


def test_the_schema_refuses_what_it_does_not_know(alone: tuple[AuditResult, Path]) -> None:
    data = alone[0].to_dict()
    Report.model_validate(data)
    for broken in ({**data, "verdict": "fine"}, {**data, "more": 1}, {k: v for k, v in data.items() if k != "lift"}):
        with pytest.raises(ValidationError):
            Report.model_validate(broken)


def test_a_report_is_read_back_from_its_file(alone: tuple[AuditResult, Path], tmp_path: Path) -> None:
    found, out = alone
    again = Report.load(out / "report.json")
    assert again == Report.load(found.save(tmp_path / "kept.json"))
    assert again.plain() == found.to_dict()
    spoilt = tmp_path / "spoilt.json"
    for changed, told in (({"verdict": "fine"}, "'verdict': Input should be"), ({"findings": [1]}, "'findings.0': ")):
        spoilt.write_text(json.dumps(found.to_dict() | changed))
        with pytest.raises(rd.errors.RequestError, match=f"holds no audit report: {told}") as caught:
            Report.load(spoilt)
        assert "\n" not in str(caught.value)


def test_a_model_alone_is_judged_as_far_as_it_can_be(alone: tuple[AuditResult, Path]) -> None:
    found, out = alone
    data = found.to_dict()
    assert data["verdict"] == "review"
    assert data["disclosures"]
    assert data["lift"] == data["records"] == {"by_query": None, "from_file": None}
    assert data["self_consistency"]["from_file"]["agreement"] > 0.5
    told = {line["what"]: line["reason"]["text"] for line in data["not_tested"]}
    assert told["query curve"] == "no held-out rows were given"
    assert any("rows at risk" in what for what in told)
    assert any("could not be judged" in line for line in data["reasons_against"])
    assert (out / "report.html").exists()
    assert "the ranges are the file's" in data["extraction"]["by_query"]["method"]


def test_an_own_appetite_decides(tmp_path: Path) -> None:
    lenient = tmp_path / "lenient.yaml"
    lenient.write_text("name: lenient\nunjudged: release\nby_query: {shadow_models: release}\n")
    found = rd.audit(fitted("neighbours"), out=tmp_path / "out", quick=True, appetite=lenient)
    assert found.verdict == "release"
    assert found.report.appetite.name == "lenient"
    for line in ("shadow_models", "unjudged"):
        assert any(f"the risk appetite accepts that ({line})" in reason for reason in found.reasons_for)


@pytest.mark.slow
def test_a_copied_test_set_is_said(tmp_path: Path) -> None:
    train, test = tumours()
    test = pd.concat([test.iloc[:60], train.iloc[:60]], ignore_index=True)
    found = rd.audit(fitted("logistic"), train=train, holdout=test, target="target", out=tmp_path / "out", quick=True)
    assert any("the parts overlap" in line for line in found.warnings)
    assert any("the parts overlap" in line for line in found.reasons_against)
    assert found.verdict == "review"
