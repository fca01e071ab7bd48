"""Progress: one bar at a time, of the outermost work, in lines where there is no terminal; none where hushed."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from retrodict.execution.pool import attempt
from retrodict.results import progress
from retrodict.results.progress import LineProgress, RowProgress, counted, hushed

LINE = re.compile(r"^([a-z ]+): \d+%; .*; \d+ s so far", re.MULTILINE)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    """Return what says whose progress was told: a line at each step, whatever time has passed."""
    monkeypatch.setattr(progress, "FIRST_LINE", 0.0)
    monkeypatch.setattr(progress, "LONGEST_PAUSE", 0.0)
    return lambda: list(dict.fromkeys(LINE.findall(capsys.readouterr().err)))


def work(what: str) -> None:
    with counted(what, 3) as tell:
        for _ in range(3):
            tell()


def test_steps_are_told_with_the_time_left(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "FIRST_LINE", 0.0)
    work("fitting")
    first, *_, last = capsys.readouterr().err.splitlines()
    assert first == "fitting: 33%; 1 of 3; 0 s so far, about 0 s left"
    assert last.startswith("fitting: ")
    with counted("fitting", 1) as tell:
        tell()
    assert capsys.readouterr().err == ""


def test_the_outermost_work_alone_is_told_and_nothing_where_hushed(told: Callable[[], list[str]]) -> None:
    with counted("outer", 2) as tell:
        work("inner")
        with RowProgress("rows", 9) as bar:
            bar.update(3, 3)
        tell()
    assert told() == ["outer"]
    work("after")
    assert told() == ["after"]
    with hushed():
        work("hushed")
        with RowProgress("rows", 9, True) as bar:
            bar.update(3, 3)
    assert attempt(lambda _: work("in a worker"), 0, "here").value is None
    assert told() == []


def test_lines_of_work_s_own_are_told_now_and_then(
    told: Callable[[], list[str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    say = LineProgress("audit")
    say("1/3 facts")
    with hushed():
        say("2/3 rows")
    monkeypatch.setattr(progress, "FIRST_LINE", 60.0)
    LineProgress("audit")("3/3 replicas")
    assert capsys.readouterr().err == "audit: 1/3 facts\n"


def test_a_failure_ends_the_bar(told: Callable[[], list[str]]) -> None:
    def fail() -> None:
        with counted("failing", 2) as tell:
            tell()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    work("after")
    assert told() == ["failing", "after"]


@pytest.mark.slow
def test_long_functions_tell_of_themselves(told: Callable[[], list[str]]) -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(400, 2)).round(2), columns=["a", "b"])
    rows["y"] = np.where(rows.a + rng.normal(size=400) > 0, "yes", "no")
    train, holdout = rows[:250], rows[250:]
    model = LogisticRegression().fit(train[["a", "b"]], train.y)
    prior = rd.fit_prior(holdout[["a", "b"]])
    rec = rd.reconstruct(model, prior, 200, seed=0, progress=False)
    shared = {"train": train, "holdout": holdout, "target": "y"}
    jobs: list[tuple[str, Callable[[], object]]] = [
        ("comparing tables", lambda: rd.evaluate(rec, prior=prior, limit=60, **shared)),
        ("training replicas", lambda: rd.replicate(rec, ["naive_bayes", "decision_tree"], model=model, **shared)),
        ("training shadow models", lambda: rd.membership_attacks(model, shadows=4, limit=60, **shared)),
        ("inferring columns", lambda: rd.attribute_risk(model, limit=40, **shared)),
        ("query curve", lambda: rd.query_curve(model, prior, [50, 90], estimators=["naive_bayes"], **shared)),
        ("estimating divergences", lambda: rd.error_budget(model, prior, draws=2_000, **shared)),
    ]
    for name, job in jobs:
        job()
        assert told() == [name]
