"""The time limit of an audit: shared out, and what was cut short is said."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

import retrodict as rd
from retrodict.auditing import AuditResult
from retrodict.auditing import work as parts
from retrodict.auditing.request import QUICK_SECONDS
from retrodict.auditing.work import BUDGET, BY_QUERY, CURVE, DISCLOSURES, FROM_FILE, SHARES, Work
from retrodict.errors import ModelError, RequestError, TimeLimitError
from tests.auditing.conftest import fitted, tumours


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the time that parts and limits see, to be set."""
    now = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    return now


def test_a_part_gets_its_share_of_what_is_left(clock: list[float]) -> None:
    work = Work(lambda line: None, limit=100.0, left_out=(CURVE,))
    total = sum(SHARES.values()) - SHARES[CURVE]
    seen: list[float] = []

    def look() -> None:
        seen.append(parts.time_limit.left())
        clock[0] += 10.0

    work.attempt(DISCLOSURES, look)
    work.attempt(BY_QUERY, look)
    clock[0] = 99.0
    work.attempt(BUDGET, look)
    left = total - SHARES[DISCLOSURES]
    assert seen == [math.inf, pytest.approx(90.0 * SHARES[BY_QUERY] / left), 1.0]  # the file is always read
    assert work.seconds == {DISCLOSURES: 10.0, BY_QUERY: 10.0, BUDGET: 10.0}
    assert not work.gaps  # it took longer than its share, but nothing was left out for it


def test_what_was_cut_short_or_not_begun_is_said(clock: list[float]) -> None:
    work = Work(lambda line: None, limit=60.0)

    def stops() -> None:
        clock[0] += 50.0
        parts.time_limit.check("it was done")

    def gives_a_part() -> str:
        clock[0] += 9.9
        return "part" if parts.time_limit.left() <= 0.0 else "all"

    assert work.attempt(BY_QUERY, stops) is None
    assert work.attempt(FROM_FILE, gives_a_part) == "part"
    clock[0] = 60.0
    assert work.attempt(BUDGET, lambda: "never") is None
    told = dict(work.gaps)
    assert told[BY_QUERY].endswith("nothing was found by then")
    assert told[FROM_FILE].endswith("what is told of it is what was done by then")
    assert told[BUDGET] == "not begun: the time limit of 60 s was used up by what came before"


def test_without_a_limit_time_left_is_estimated_from_what_was_done(clock: list[float]) -> None:
    lines: list[str] = []
    work = Work(lines.append)
    fourth = parts.of(parts.RECORDS, "by_query")
    for part in (DISCLOSURES, BY_QUERY, FROM_FILE, fourth):
        work.attempt(part, lambda: clock.__setitem__(0, clock[0] + 3.0))
    assert lines[0] == f"1/14 {DISCLOSURES}; 0 s so far"
    done = SHARES[DISCLOSURES] + SHARES[BY_QUERY] + SHARES[FROM_FILE]
    left = 9.0 / done * (sum(SHARES.values()) - done)
    assert lines[3] == f"4/14 {fourth}; 9 s so far, about {left:.0f} s left"
    assert math.isinf(work.limit)


def test_a_fault_ends_one_part_and_is_said() -> None:
    work = Work(lambda line: None)

    def fails() -> Any:
        raise ZeroDivisionError("division\nby zero")

    assert work.attempt(BUDGET, fails) is None
    assert work.gaps == [
        (BUDGET, "failed by a fault in the software (ZeroDivisionError: division by zero); please report it")
    ]


def test_an_audit_without_time_says_what_it_did_not_do(tmp_path: Path) -> None:
    train, test = tumours()
    found = rd.audit(
        fitted("logistic"), train=train, holdout=test, target="target", out=tmp_path / "out", quick=True, seconds=1e-6
    )
    told = dict(found.not_tested)
    assert DISCLOSURES not in told
    assert len(found.disclosures) > 0
    assert {"not begun" in told[part] for part in (BY_QUERY, FROM_FILE, CURVE)} == {True}
    assert found.verdict == "review"
    assert found.provenance["request"]["seconds"] == 1e-6
    assert (tmp_path / "out" / "report.html").exists()


def test_a_file_that_can_not_be_read_is_not_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(model: Any, **given: Any) -> Any:
        raise ModelError("it is damaged")

    monkeypatch.setattr("retrodict.auditing.compute.inspect_model", fails)
    found = rd.audit(fitted("logistic"), out=tmp_path / "out", quick=True, seconds=1e-6)
    assert "from the file: not read: the file itself: it is damaged" in found.reasons_against
    assert found.verdict == "review"
    assert not any("no whole training row" in line for line in found.reasons_for)


def test_a_quick_audit_has_a_limit_and_others_have_none(alone: tuple[AuditResult, Path]) -> None:
    assert alone[0].provenance["request"]["seconds"] == QUICK_SECONDS < 120.0
    with pytest.raises(RequestError, match="above 0 seconds"):
        rd.audit(fitted("logistic"), out="nowhere", seconds=0)
    assert issubclass(TimeLimitError, rd.errors.BudgetExhaustedError)
