"""Without a terminal progress is a plain line now and then, with the time left; with --quiet there is none."""

from __future__ import annotations

import pytest

from retrodict.results import progress
from retrodict.results.progress import CellProgress, EnergyProgress, RowProgress, in_words, progress_line


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_lines_come_ever_more_slowly(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with RowProgress("reconstructing", 400) as bar:
        for second in range(101):
            clock[0] = float(second)
            bar.update(second * 2, second * 20)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "reconstructing: 5%; 20 of 400 rows, 200 model calls; 10 s so far, about 3 min left",
        "reconstructing: 15%; 60 of 400 rows, 600 model calls; 30 s so far, about 3 min left",
        "reconstructing: 35%; 140 of 400 rows, 1,400 model calls; 70 s so far, about 2 min left",
    ]


def test_the_quiet_and_the_quick_say_nothing(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    for show, passed in ((False, 1e4), (None, 9.0)):
        with EnergyProgress("rebuilding", show) as bar:
            clock[0] += passed
            bar.update(0.5, 3.0)
    assert capsys.readouterr() == ("", "")


def test_a_study_counts_what_this_run_has_to_do(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with CellProgress() as bar:
        clock[0] = 100.0
        bar.begin(36, 20)
        clock[0] = 130.0
        bar.update("a\x1b[31m/b", failed=True)
    assert capsys.readouterr().err == "study: 5%; 1 of 20 cells, 1 failed, 2 a minute; 30 s so far, about 10 min left\n"


def test_words_for_times() -> None:
    assert [in_words(s) for s in (0.2, 40, 89.4, 90, 5_399, 5_400, 90_000)] == [
        *("0 s", "40 s", "89 s", "2 min", "90 min", "1.5 h", "25.0 h"),
    ]
    assert progress_line("x", 1.0, 5.0) == "x: 100%; 5 s so far"
    assert progress_line("x", 0.0, 5.0, "y") == "x: 0%; y; 5 s so far"
