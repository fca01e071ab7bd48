"""Reports of separate runs joined: means by calls, errors of independent runs, and what a short run says."""

from __future__ import annotations

import math

import pytest

from retrodict.inference.diagnostics import Diagnostics
from retrodict.inference.pooling import Pooled
from retrodict.results.notes import Note


def report(
    evidence: float,
    queries: int,
    log: float = math.nan,
    reached: int = 10,
    exact: bool = True,
    ess: float | None = None,
    code: str = "approximate",
) -> Diagnostics:
    return Diagnostics(
        engine="own",
        exact=exact,
        requested=10,
        reached=reached,
        evidence=evidence,
        evidence_se=0.01,
        log_evidence=log,
        relative_evidence=evidence,
        acceptance=evidence,
        ess=float(reached) if ess is None else ess,
        queries=queries,
        verdict=Note(code, f"{code}: {reached} rows"),
    )


def pooled(*reports: Diagnostics) -> Diagnostics:
    whole = Pooled()
    for one in reports:
        whole.add(one)
    return whole.report()


def test_evidences_are_means_by_calls_with_the_errors_of_independent_runs() -> None:
    found = pooled(report(0.1, 100, math.log(0.1)), report(0.4, 300, math.log(0.4)))
    assert found.evidence == pytest.approx((0.1 * 100 + 0.4 * 300) / 400)
    assert found.log_evidence == pytest.approx(math.log(found.evidence))
    assert found.evidence_se == pytest.approx(math.hypot(0.01 * 100, 0.01 * 300) / 400)
    assert (found.queries, found.reached, found.requested, found.ess) == (400, 20, 20, 20.0)


def test_an_engine_that_leaves_the_logarithm_out_has_it_reckoned() -> None:
    found = pooled(report(0.1, 100), report(0.4, 300))
    assert found.log_evidence == pytest.approx(math.log(found.evidence))
    assert pooled(report(0.0, 100), report(0.0, 100)).log_evidence == -math.inf


def test_the_run_that_lacks_most_is_told_of() -> None:
    found = pooled(report(0.1, 100, exact=False), report(0.1, 100, reached=4, exact=False))
    assert not found.complete
    assert str(found.verdict) == "14 of 20 rows in 2 parts; the one that lacks most: approximate: 4 rows"


def test_a_run_that_doubts_itself_is_told_of_whichever_has_fewest_effective_draws() -> None:
    doubtful = report(0.1, 100, exact=False, code="doubtful")
    for runs in (
        (doubtful, report(0.1, 100, exact=False, ess=2.0)),
        (report(0.1, 100, exact=False, ess=2.0), doubtful),
    ):
        found = pooled(*runs)
        assert found.verdict.code == "doubtful"
        assert str(found.verdict) == "20 of 20 rows in 2 parts; the worst: doubtful: 10 rows"
