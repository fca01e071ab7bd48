"""What changed since an earlier report, and when two reports can't be compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retrodict.auditing import AuditResult, Finding, Report, load_appetite
from retrodict.auditing.baseline import load_baseline, sentences, since
from retrodict.disclosures import Disclosures, Moments
from retrodict.errors import RequestError
from retrodict.results.notes import Note


def finding(measure: str, value: float | None, low: float | None, high: float | None, verdict: Any) -> Finding:
    return Finding("by_query", measure, value, low, high, 0.55, 0.6, verdict, "x")


def report(result: AuditResult, *findings: Finding, **changed: Any) -> Report:
    return replace(result, findings=findings, **changed).report


def test_measures_grow_worse_only_beyond_their_intervals(alone: Any) -> None:
    result = alone[0]
    before = report(
        result,
        finding("membership_auc", 0.52, 0.48, 0.56, "release"),
        finding("subgroup_auc", 0.6, 0.55, 0.65, "review"),
        finding("exact_rows", 0.5, None, None, "reject"),
        finding("shadow_models", None, None, None, "review"),
        finding("lift", 0.1, 0.0, 0.2, "release"),
    )
    after = report(
        result,
        finding("membership_auc", 0.62, 0.58, 0.66, "reject"),
        finding("subgroup_auc", 0.64, 0.59, 0.69, "review"),
        finding("exact_rows", 0.0, None, None, "release"),
        finding("near_rows", 0.0, 0.0, 0.1, "release"),
        finding("lift", 0.1, 0.0, 0.2, "release"),
    )
    found = since(before, after, "old.json")
    assert {one.measure: one.change for one in found.measures} == {
        "membership_auc": "worse",
        "subgroup_auc": "within chance",
        "exact_rows": "better",
        "shadow_models": "gone",
        "near_rows": "new",
        "lift": "same",
    }
    assert (found.verdict_before, found.verdict_after, found.comparable) == ("reject", "reject", True)
    told = sentences(found)
    assert told[:2] == ["verdict: reject, as before", "worse: by query alone: membership auc: 0.52 before, 0.62 now"]


def test_facts_gaps_and_settings_that_are_new_are_said(alone: Any) -> None:
    result = alone[0]
    fact = Moments(features=("x",), source="m", mean=0.0, personal=True)
    later = {
        "disclosures": Disclosures.sorted(iter((fact,)), ("x",)),
        "not_tested": (*result.not_tested, ("lift", Note("cut_short", "no time"))),
        "provenance": result.provenance | {"seed": 7, "versions": result.provenance["versions"] | {"numpy": "0.1"}},
        "appetite": load_appetite("internal"),
    }
    found = since(report(replace(result, disclosures=Disclosures(()))), report(result, **later), "old")
    assert [(one.kind, one.before, one.after, one.single_after, one.new) for one in found.facts] == [
        ("Moments", 0, 1, 1, 1)
    ]
    assert found.new_untested == ["lift"]
    assert [one.code for one in found.not_comparable] == ["appetite", "seed"]
    assert not found.comparable
    assert {one.what for one in found.settings} == {"versions: numpy", "seed"}


def test_other_tables_can_not_be_compared(alone: Any) -> None:
    result = alone[0]
    changed = result.provenance | {"tables": {"train": "sha256:1", "holdout": None}}
    found = since(report(result), report(result, provenance=changed), "old")
    assert [one.code for one in found.not_comparable] == ["train_rows"]
    assert "not comparable: the training rows are given in one of them only" in sentences(found)


def test_a_report_of_another_schema_or_none_at_all_is_one_line(alone: Any, tmp_path: Path) -> None:
    result, out = alone
    assert load_baseline(out) == load_baseline(out / "report.json") == result.report
    old = tmp_path / "old.json"
    old.write_text(json.dumps({**result.to_dict(), "schema_version": "2.3"}))
    with pytest.raises(RequestError, match=r"a report of schema 2\.3, and this release reads 3\.0.*audit that model"):
        load_baseline(old)
    old.write_text("[1]")
    with pytest.raises(RequestError, match="holds no audit report"):
        load_baseline(old)
    with pytest.raises(RequestError, match=r"holds no audit report: 'none.json' is not there"):
        load_baseline(tmp_path / "none.json")
