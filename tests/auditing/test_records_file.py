"""The table of single records: only when asked, and harmless to what opens it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from retrodict.report.audit.records import csv_text
from retrodict.report.audit.write import write_audit
from tests.auditing.test_sacro import MembershipAttacks, attack


def test_nothing_acts_in_a_spreadsheet() -> None:
    frame = pd.DataFrame(
        {
            "=cmd": ["=1+1", "@x", "-2", "a\x1b\n"],
            "score": [-0.5, float("-inf"), float("nan"), 1e-9],
            "row": [0, 1, 2, 3],
        }
    )
    lines = list(csv.reader(io.StringIO(csv_text(frame))))
    assert lines[0] == ["'=cmd", "score", "row"]
    assert [line[0] for line in lines[1:]] == ["'=1+1", "'@x", "'-2", r"a\x1b\n"]
    assert [line[1] for line in lines[1:]] == ["-0.5", "'-inf", "", "1e-09"]
    assert [line[2] for line in lines[1:]] == ["0", "1", "2", "3"]


@pytest.mark.parametrize("asked", [False, True])
def test_it_is_written_only_when_asked_and_the_report_says_so(alone: Any, tmp_path: Path, asked: bool) -> None:
    frame = pd.DataFrame({"table": ["train", "holdout"], "row": [0, 0], "rmia": [0.9, 0.1]})
    made = MembershipAttacks((attack("rmia", 0.7),), 0.6, 0.8, 1, 10, 0, records=frame)
    found = replace(alone[0], membership=made, from_file=None, by_query=None)
    write_audit(found, tmp_path / "out", records=asked)
    assert (tmp_path / "out" / "records.csv").exists() is asked
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert ("has a line for each of 2 records" in page) is asked
    assert ("An audit with --records writes records.csv" in page) is not asked
    if asked:
        assert pd.read_csv(tmp_path / "out" / "records.csv").equals(frame)
