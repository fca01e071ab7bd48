"""Verdicts on boosted models follow from the table that was rebuilt; one that was not searched for is never passed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from retrodict.auditing import AuditRequest, Finding, defences, extraction, load_appetite
from retrodict.auditing.defences import DefenceTrial, DefenceTrials, changeable, speaks_against, try_defences
from retrodict.auditing.extraction import NOT_SEARCHED, Extraction, from_file
from retrodict.auditing.findings import rebuilt_findings, unsearched_finding
from retrodict.disclosures import inspect_model
from retrodict.reconstruction.training_table import Limits
from retrodict.results.notes import Note
from retrodict.sanitizing import Defence
from retrodict.sanitizing.defended import Defended

N = 80
LIMITED = (Defence("trees", 50), Defence("trees", 8), Defence("noise", 0.5))
rng = np.random.default_rng(0)
ROWS = pd.DataFrame(rng.integers(0, 2, (2 * N, 8)), columns=[f"q{j}" for j in range(8)])
SCORE = ROWS[["q0", "q1", "q2"]].sum(axis=1) + rng.normal(0, 0.7, 2 * N)
TABLE = ROWS.assign(party=np.where(SCORE > 1.5, "left", "right"))
TRAIN, HOLDOUT = TABLE[:N], TABLE[N:].reset_index(drop=True)


@pytest.fixture(scope="module")
def boosted() -> Any:
    made = GradientBoostingClassifier(n_estimators=60, random_state=0).fit(TRAIN.drop(columns="party"), TRAIN["party"])
    return rd.load_model(made)


@pytest.fixture(scope="module")
def extracted(boosted: Any) -> Extraction:
    found, why = from_file(boosted, 100, 0, quick=True)
    assert why is None
    return found


def judged(one: Extraction) -> Finding:
    (found,) = rebuilt_findings(one, load_appetite())
    return found


def test_a_boosted_model_whose_table_is_rebuilt_is_rejected(extracted: Extraction) -> None:
    assert extracted.method.code == "equations"
    assert extracted.consistency.energy == pytest.approx(0.0, abs=1e-6)
    assert extracted.consistency.determined == 1.0
    one = judged(extracted)
    assert one.verdict == "reject"
    assert one.value == 1.0
    assert f"{N} of {N} rows are rebuilt" in one.sentence
    assert "100.0% are shown to be in every such table" in one.sentence
    assert one.remedy


def test_rows_that_are_not_shown_to_be_determined_are_no_all_clear(extracted: Extraction) -> None:
    rec = extracted.reconstruction
    assert isinstance(rec, rd.Rebuilt)
    unsure = replace(rec.quality, confidence=(replace(rec.quality.confidence[-1], low=0.5, high=0.7),), determined=0.0)
    seen, other = replace(extracted.consistency, confident_share=0.0), replace(rec, quality=unsure)
    one = judged(replace(extracted, reconstruction=other, consistency=seen))
    assert one.value == 0.0
    assert one.verdict is None


def test_one_that_is_too_large_to_be_searched_for_is_said_not_to_be(
    boosted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extraction, "LIMITS", Limits(counted=N - 1, solved=N - 1))
    found, why = from_file(boosted, 50, 0, quick=True)
    assert found.method.code == "drawn_under_implied_prior"
    assert why is not None
    assert why.code == NOT_SEARCHED
    one = unsearched_finding(why, load_appetite())
    assert one.verdict == "review"
    assert one.sentence.startswith("whether the training table follows from the file is not known: ")
    assert f"its equations are of {N} rows, more than the {N - 1} searched for here" in one.sentence


def test_a_search_that_time_stops_is_not_one_that_found_nothing(boosted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "_SOLVED", 1e-6)
    found, why = from_file(boosted, 50, 0, quick=False)
    assert why is not None
    assert why.code == NOT_SEARCHED
    assert "give more seconds" in why
    assert found.method.code == "drawn_under_implied_prior"


def test_an_appetite_may_accept_it() -> None:
    limits = load_appetite()
    accepting = limits.model_copy(
        update={"from_file": limits.from_file.model_copy(update={"table_not_searched": "release"})}
    )
    one = unsearched_finding(Note(NOT_SEARCHED, "too large"), accepting)
    assert one.verdict == "release"
    assert one.sentence.endswith("the risk appetite accepts that (table_not_searched)")


@pytest.mark.slow
@pytest.mark.parametrize("stripped", [False, True])
def test_a_whole_audit(boosted: Any, stripped: bool, tmp_path: Path) -> None:
    model = rd.sanitize(boosted, rows=200).model if stripped else boosted
    found = rd.audit(model, train=TRAIN, holdout=HOLDOUT, target="party", quick=True, out=tmp_path / "out")
    by_name = {(one.way, one.measure): one for one in found.findings}
    assert found.verdict == "reject"
    assert by_name["from_file", "confident_rows"].verdict == "reject"
    assert found.from_file is not None
    assert found.from_file.records is not None
    assert found.defences is None
    assert {what: why.code for what, why in found.not_tested}["defences of its leaf values"] == "quick"
    assert "equations: energy 0" in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.slow
def test_the_first_defence_that_keeps_the_table_is_named(boosted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defences, "LADDER", LIMITED)
    request, _ = AuditRequest.of(boosted, train=TRAIN, holdout=HOLDOUT, target="party").read()
    found = try_defences(request, inspect_model(boosted))
    outcomes = {str(one.defence): one.outcome for one in found.trials}
    # leaf values with noise have no common table: a rebuilding that gives up is no sign that none is possible
    assert outcomes == {"trees=50": "failed", "noise=0.5": "not judged", "trees=8": "passed"}
    assert found.cheapest is not None
    assert str(found.cheapest.defence) == "trees=8"
    assert found.to_dict()["cheapest"] == "trees=8"
    changes = [one.change.mean_change for one in found.trials]
    assert changes == sorted(changes)


def test_what_was_not_judged_is_never_named() -> None:
    change = Defended((Defence("noise", 0.5),), 60, 60, 480, 480, 500, 0.01, 0.1, 0.0)
    trials = DefenceTrials((DefenceTrial(change, "not judged", Note("refused", "no way")),), left=2)
    assert trials.cheapest is None
    assert "the time was up before 2 more: none is known to keep the table" in trials.sentence


def test_defences_are_for_tables_that_were_rebuilt(boosted: Any, extracted: Extraction) -> None:
    assert speaks_against([judged(extracted)], extracted)
    assert not speaks_against([replace(judged(extracted), verdict="release")], extracted)
    assert not speaks_against([judged(extracted)], None)
    assert changeable(boosted)
    assert not changeable(rd.load_model(LogisticRegression().fit(TRAIN.drop(columns="party"), TRAIN["party"])))
